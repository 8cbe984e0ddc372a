//! Incidents as somebody asks for them at a point of the map.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::Members;
use super::{Limits, Refusal, limits};
use crate::{LatLon, check_id};

/// The sorts of incident that can be staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StagedKind {
    /// Vehicles run into one another.
    Crash,
    /// A vehicle breaks down and stands in its lane.
    Breakdown,
    /// Lanes are closed.
    LaneClosure,
    /// Lanes are closed over a length, and the others are slow.
    Roadworks,
}

impl StagedKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Crash, Self::Breakdown, Self::LaneClosure, Self::Roadworks];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Breakdown => "breakdown",
            Self::LaneClosure => "lane_closure",
            Self::Roadworks => "roadworks",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How many of those involved report an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporters {
    /// All.
    All,
    /// So many.
    Count(usize),
}

/// An incident to be staged now.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentOrder {
    /// Its name, by which it is cleared; without one it gets one.
    pub id: Option<String>,
    /// What happens.
    pub kind: StagedKind,
    /// The road nearest to this point.
    pub place: LatLon,
    /// The direction of travel, degrees clockwise from north, to tell the two sides of a road apart.
    pub heading_deg: Option<f64>,
    /// How long it lasts, s.
    pub duration_s: f64,
    /// Vehicles involved, if they are vehicles.
    pub vehicles: Option<usize>,
    /// How many of those involved report it.
    pub reports: Reporters,
    /// After how long others hear of a road that it blocks, s.
    pub known_after_s: Option<f64>,
    /// The lanes that are closed, 0 = the one at the kerb; `None` = as the kind has it.
    pub lanes: Option<Vec<u8>>,
    /// How long the closure is, m.
    pub length_m: Option<f64>,
}

const MEMBERS: [&str; 9] =
    ["id", "kind", "place", "duration_s", "vehicles", "reports", "known_after_s", "lanes", "length_m"];
const KINDS: &str = "one of crash, breakdown, lane_closure, roadworks";
const LATITUDE: Limits = Limits { name: "lat", least: -90.0, most: 90.0 };
const LONGITUDE: Limits = Limits { name: "lon", least: -180.0, most: 180.0 };
const HEADING: Limits = Limits { name: "heading", least: 0.0, most: 359.999_999 };
/// How long an incident lasts that does not say.
const USUALLY_LASTS_S: f64 = 600.0;
/// The highest lane that there is.
const HIGHEST_LANE: u64 = 15;

impl IncidentOrder {
    /// Reads an object: `kind` and `place` (`lat`, `lon`, optional `heading`) are needed.
    ///
    /// # Errors
    /// The first member that is wrong.
    pub fn from_json(value: Value) -> Result<Self, Refusal> {
        let mut members = Members::of(value)?;
        let id = members.text("id")?;
        if let Some(error) = id.as_deref().and_then(|id| check_id(id).err()) {
            return Err(Refusal::of("id", error.to_string()));
        }
        let kind =
            members.text("kind")?.ok_or_else(|| Refusal::of("kind", format!("is missing: {KINDS}")))?;
        let kind = StagedKind::parse(&kind)
            .ok_or_else(|| Refusal::of("kind", format!("{kind:?} is not {KINDS}")))?;
        let place = members.take("place");
        let place = place.ok_or_else(|| Refusal::of("place", "is missing: an object with lat and lon"))?;
        let (place, heading_deg) = point(place).map_err(|refusal| refusal.inside("place"))?;
        let duration_s = members.number(&limits::DURATION_S)?.unwrap_or(USUALLY_LASTS_S);
        let most = if kind == StagedKind::Crash { limits::CRASHED.most } else { 1.0 };
        let vehicles = members.count(&Limits { most, ..limits::CRASHED })?;
        let reports = reporters(&mut members, vehicles)?;
        let known_after_s = members.number(&limits::KNOWN_AFTER_S)?;
        let lanes = lanes(&mut members)?;
        let length_m = members.number(&limits::LENGTH_M)?;
        members.end(&MEMBERS)?;
        let needs_vehicles = matches!(kind, StagedKind::Crash | StagedKind::Breakdown);
        if needs_vehicles && (lanes.is_some() || length_m.is_some()) {
            let field = if lanes.is_some() { "lanes" } else { "length_m" };
            return Err(Refusal::of(field, "is for lane_closure and roadworks"));
        }
        if !needs_vehicles && vehicles.is_some() {
            return Err(Refusal::of("vehicles", "is for crash and breakdown"));
        }
        Ok(Self {
            id,
            kind,
            place,
            heading_deg,
            duration_s,
            vehicles,
            reports,
            known_after_s,
            lanes,
            length_m,
        })
    }
}

fn point(value: Value) -> Result<(LatLon, Option<f64>), Refusal> {
    let mut members = Members::of(value)?;
    let mut needed = |limits: &Limits| {
        members.number(limits)?.ok_or_else(|| Refusal::of(limits.name, "is missing: degrees"))
    };
    let place = LatLon::new(needed(&LATITUDE)?, needed(&LONGITUDE)?);
    let heading_deg = members.number(&HEADING)?;
    members.end(&["lat", "lon", "heading"])?;
    Ok((place, heading_deg))
}

fn reporters(members: &mut Members, vehicles: Option<usize>) -> Result<Reporters, Refusal> {
    let count = match members.take("reports") {
        None | Some(Value::Bool(true)) => return Ok(Reporters::All),
        Some(Value::Bool(false)) => return Ok(Reporters::Count(0)),
        Some(value) => match value.as_u64().and_then(|count| usize::try_from(count).ok()) {
            Some(count) => count,
            None => {
                return Err(Refusal::of(
                    "reports",
                    format!("{value} is neither true, false nor a whole number"),
                ));
            }
        },
    };
    let most = vehicles.unwrap_or(2);
    if count <= most {
        return Ok(Reporters::Count(count));
    }
    Err(Refusal::of("reports", format!("{count}: only the {most} vehicles of the incident can report it")))
}

fn lanes(members: &mut Members) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(value) = members.take("lanes") else { return Ok(None) };
    let wrong = || Refusal::of("lanes", format!("{value} is not a list of lanes from 0 to {HIGHEST_LANE}"));
    let list = value.as_array().filter(|list| !list.is_empty() && list.len() <= 16).ok_or_else(wrong)?;
    let lane = |lane: &Value| {
        lane.as_u64().filter(|lane| *lane <= HIGHEST_LANE).and_then(|lane| u8::try_from(lane).ok())
    };
    let mut lanes = list.iter().map(lane).collect::<Option<Vec<u8>>>().ok_or_else(wrong)?;
    lanes.sort_unstable();
    lanes.dedup();
    Ok(Some(lanes))
}

//! Incidents as a scenario plans them, or as somebody stages them while it runs.

use model::simulation::{IncidentOrder, Reporters, StagedKind};
use roadnet::{LinkIdx, Network};
use serde::Serialize;

use super::Place;
use crate::traffic::{IncidentKind, IncidentPlan, LaneSet};

/// When drivers hear of a blocked road, s, where nobody says.
pub(super) const USUALLY_KNOWN_AFTER_S: f64 = 90.0;
/// How long a closure is, m, where nobody says.
pub(super) const USUAL_LENGTH_M: f64 = 50.0;
/// How fast one drives past roadworks, km/h, where nobody says.
pub(super) const USUAL_LIMIT_KMH: f64 = 30.0;

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioIncident {
    /// Its name, by which it is cleared and its truth is told.
    pub id: String,
    /// What happens.
    #[serde(serialize_with = "word")]
    pub kind: IncidentKind,
    /// Where.
    pub place: Place,
    /// From when on, s from the start.
    pub at_s: f64,
    /// How long, s.
    pub duration_s: f64,
    /// From one beginning to the next, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_s: Option<f64>,
    /// How many vehicles are involved.
    pub vehicles: usize,
    /// How many of those report it.
    pub reports: usize,
    /// After how long others avoid a road that it blocks, s.
    pub known_after_s: f64,
    /// What of the road is closed; of closures and roadworks.
    #[serde(flatten)]
    pub closure: Option<Closure>,
    #[serde(skip)]
    pub(super) line: usize,
}

/// What of a road is closed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closure {
    /// The lanes, from 0 at the kerb.
    pub lanes: Vec<u8>,
    /// Over how many metres.
    pub length_m: f64,
    /// How fast one drives along it, km/h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_kmh: Option<f64>,
}

impl ScenarioIncident {
    /// The incident that somebody asks for now.
    #[must_use]
    pub fn ordered(order: &IncidentOrder, id: String, at_s: f64) -> Self {
        let kind = kind_of(order.kind);
        let usual = match kind {
            IncidentKind::Crash => 2,
            IncidentKind::Breakdown => 1,
            IncidentKind::LaneClosure | IncidentKind::Roadworks => 0,
        };
        let vehicles = order.vehicles.unwrap_or(usual);
        Self {
            id,
            kind,
            place: Place::Point { lat: order.place.lat, lon: order.place.lon, heading: order.heading_deg },
            at_s,
            duration_s: order.duration_s,
            repeat_s: None,
            vehicles,
            reports: match order.reports {
                Reporters::All => vehicles,
                Reporters::Count(count) => count.min(vehicles),
            },
            known_after_s: order.known_after_s.unwrap_or(USUALLY_KNOWN_AFTER_S),
            closure: kind.closes_lanes().then(|| Closure {
                lanes: order.lanes.clone().unwrap_or_else(|| vec![0]),
                length_m: order.length_m.unwrap_or(USUAL_LENGTH_M),
                limit_kmh: (kind == IncidentKind::Roadworks).then_some(USUAL_LIMIT_KMH),
            }),
            line: 0,
        }
    }

    /// What its truth is called when it happens for the first time (cycle 0), the second, …
    #[must_use]
    pub fn truth_name(&self, cycle: u32) -> String {
        if cycle == 0 { self.id.clone() } else { format!("{}.{}", self.id, cycle + 1) }
    }

    /// Finds its place on a network.
    ///
    /// # Errors
    /// Why it cannot happen there.
    pub fn plan(&self, network: &Network) -> Result<IncidentPlan, String> {
        let (link, offset_m) = self.place.find(network)?;
        let closure = self.closure.as_ref();
        if let Some(closure) = closure {
            check_lanes(network, link, &closure.lanes)?;
        }
        Ok(IncidentPlan {
            kind: self.kind,
            link,
            offset_m,
            length_m: closure.map_or(0.0, |closure| closure.length_m),
            lanes: closure.map_or(LaneSet::default(), |closure| LaneSet::of(&closure.lanes)),
            limit_mps: closure.and_then(|closure| closure.limit_kmh).map(|kmh| kmh / 3.6),
            at_s: self.at_s,
            duration_s: self.duration_s,
            repeat_s: self.repeat_s,
            vehicles: self.vehicles,
            reporters: self.reports,
            known_after_s: self.known_after_s,
        })
    }
}

fn check_lanes(network: &Network, link: LinkIdx, lanes: &[u8]) -> Result<(), String> {
    let there = network.link(link).lanes.max(1);
    match lanes.iter().find(|&&lane| lane >= there) {
        Some(lane) => Err(format!(
            "lane {lane}: the road has {there} here in this direction, numbered from 0 at the kerb"
        )),
        None => Ok(()),
    }
}

pub(super) fn kind_of(kind: StagedKind) -> IncidentKind {
    match kind {
        StagedKind::Crash => IncidentKind::Crash,
        StagedKind::Breakdown => IncidentKind::Breakdown,
        StagedKind::LaneClosure => IncidentKind::LaneClosure,
        StagedKind::Roadworks => IncidentKind::Roadworks,
    }
}

fn word<S: serde::Serializer>(kind: &IncidentKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

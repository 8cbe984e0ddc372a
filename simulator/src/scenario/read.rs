//! From the text of a file to a checked scenario.

use std::ops::{Range, RangeInclusive};

use model::{LatLon, VehicleKind};
use toml::Spanned;

use super::error::{ScenarioError, Source};
use super::file::{RawFleet, RawIncident, RawIncidentKind, RawPlace, RawReports, RawScenario};
use super::{Attract, PassedPlace, Place, Scenario, ScenarioIncident};
use crate::traffic::{FleetMix, IncidentKind};

/// The shares of a city's traffic, where a scenario does not say.
const USUAL_FLEET: RawFleet =
    RawFleet { car: 86.0, truck: 6.0, bus: 4.0, motorcycle: 3.0, emergency: 1.0, other: 0.0 };
/// When drivers hear of a blocked road, s, where a scenario does not say.
const USUALLY_KNOWN_AFTER_S: f64 = 90.0;
/// The longest time a scenario may name, s.
const ONE_DAY_S: f64 = 86_400.0;
/// The shortest time between the end of an incident and its coming again, s.
const LEAST_PAUSE_S: f64 = 10.0;

impl Scenario {
    /// Reads and checks the text of a scenario. `file` is the name for messages.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn read(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source { file, text };
        let raw: RawScenario = toml::from_str(text).map_err(|error| ScenarioError {
            file: file.to_owned(),
            line: error.span().map(|span| source.line(&span)),
            reason: error.message().trim().replace('\n', ", "),
        })?;
        let check = Checker { source };
        Ok(Self {
            title: raw.title,
            description: raw.description,
            vehicles: check.count("vehicles", raw.vehicles, 300, 1..=100_000)?,
            seed: check.count("seed", raw.seed, 1, 0..=i64::MAX)? as u64,
            report_interval_s: check.number("report_interval_s", raw.report_interval_s, 1.0, 0.1..=60.0)?,
            gps_noise_m: check.number("gps_noise_m", raw.gps_noise_m, 3.0, 0.0..=100.0)?,
            warm_up_s: check.number("warm_up_s", raw.warm_up_s, 60.0, 0.0..=600.0)?,
            fleet: check.fleet(raw.fleet)?,
            attract: raw
                .attract
                .into_iter()
                .map(|attract| {
                    let attract = attract.into_inner();
                    Ok(Attract {
                        line: source.line(&attract.road.span()),
                        road: attract.road.into_inner(),
                        weight: check.number("weight", Some(attract.weight), 1.0, 0.0..=1_000.0)?,
                    })
                })
                .collect::<Result<_, ScenarioError>>()?,
            through: check.through(raw.through)?,
            incidents: raw
                .incident
                .into_iter()
                .map(|incident| check.incident(incident))
                .collect::<Result<_, ScenarioError>>()?,
            file: file.to_owned(),
        })
    }
}

struct Checker<'a> {
    source: Source<'a>,
}

impl Checker<'_> {
    fn number(
        &self,
        name: &str,
        value: Option<Spanned<f64>>,
        usual: f64,
        range: RangeInclusive<f64>,
    ) -> Result<f64, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        if range.contains(value.get_ref()) {
            return Ok(value.into_inner());
        }
        let reason = format!("{name} = {} is outside {} to {}", value.get_ref(), range.start(), range.end());
        Err(self.source.error_at(&value.span(), reason))
    }

    fn count(
        &self,
        name: &str,
        value: Option<Spanned<i64>>,
        usual: usize,
        range: RangeInclusive<i64>,
    ) -> Result<usize, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        match usize::try_from(*value.get_ref()) {
            Ok(count) if range.contains(value.get_ref()) => Ok(count),
            _ => {
                let reason =
                    format!("{name} = {} is outside {} to {}", value.get_ref(), range.start(), range.end());
                Err(self.source.error_at(&value.span(), reason))
            }
        }
    }

    fn fleet(&self, raw: Option<Spanned<RawFleet>>) -> Result<FleetMix, ScenarioError> {
        use VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
        let (fleet, span) = raw.map_or((USUAL_FLEET, 0..0), |raw| {
            let span = raw.span();
            (raw.into_inner(), span)
        });
        let shares = [
            (Car, fleet.car),
            (Truck, fleet.truck),
            (Bus, fleet.bus),
            (Motorcycle, fleet.motorcycle),
            (Emergency, fleet.emergency),
            (Other, fleet.other),
        ];
        FleetMix::new(shares).ok_or_else(|| {
            self.source
                .error_at(&span, "the shares of the fleet must be 0 or more, and one of them more than 0")
        })
    }

    fn through(&self, raw: Vec<Spanned<super::file::RawThrough>>) -> Result<Vec<PassedPlace>, ScenarioError> {
        let mut total = 0.0;
        let mut passed = Vec::new();
        for through in raw {
            let through = through.into_inner();
            let share_span = through.share.span();
            let share = self.number("share", Some(through.share), 0.0, 0.0..=1.0)?;
            total += share;
            if total > 1.0 {
                let reason = format!("the shares of all [[through]] add up to {total}, which is more than 1");
                return Err(self.source.error_at(&share_span, reason));
            }
            let line = self.source.line(&through.place.span());
            passed.push(PassedPlace { place: self.place(&through.place)?, share, line });
        }
        Ok(passed)
    }

    fn place(&self, raw: &Spanned<RawPlace>) -> Result<Place, ScenarioError> {
        let error = |reason: &str| Err(self.source.error_at(&raw.span(), reason));
        let place = raw.get_ref();
        let heading = place.heading;
        if heading.is_some_and(|deg| !(0.0..360.0).contains(&deg)) {
            return error("heading must be 0 or more and less than 360 degrees");
        }
        match (place.lat, place.lon, &place.road, place.fraction) {
            (Some(lat), Some(lon), None, None) => match LatLon::checked(lat, lon) {
                Some(_) => Ok(Place::Point { lat, lon, heading }),
                None => error("lat must be -90 to 90 and lon -180 to 180 degrees"),
            },
            (None, None, Some(road), fraction) => {
                let fraction = fraction.unwrap_or(0.5);
                if !(0.0..=1.0).contains(&fraction) {
                    return error("fraction must be 0 to 1");
                }
                Ok(Place::Along { road: road.clone(), fraction, heading })
            }
            _ => error("a place is either lat and lon, or road and fraction"),
        }
    }

    fn incident(&self, raw: Spanned<RawIncident>) -> Result<ScenarioIncident, ScenarioError> {
        let raw = raw.into_inner();
        let kind = match raw.kind {
            RawIncidentKind::Crash => IncidentKind::Crash,
            RawIncidentKind::Breakdown => IncidentKind::Breakdown,
        };
        let (usual, most) = if kind == IncidentKind::Crash { (2, 10) } else { (1, 1) };
        let vehicles = self.count("vehicles", raw.vehicles, usual, 1..=most)?;
        let duration_s = self.number("duration_s", Some(raw.duration_s), 0.0, 1.0..=ONE_DAY_S)?;
        let shortest_s = duration_s + LEAST_PAUSE_S;
        let repeat_s = match raw.repeat_s {
            Some(value) => Some(self.repeat(value, shortest_s)?),
            None => None,
        };
        Ok(ScenarioIncident {
            kind: kind.as_str(),
            line: self.source.line(&raw.place.span()),
            place: self.place(&raw.place)?,
            at_s: self.number("at_s", Some(raw.at_s), 0.0, 0.0..=ONE_DAY_S)?,
            duration_s,
            repeat_s,
            vehicles,
            reports: self.reports(raw.reports, vehicles)?,
            known_after_s: self.number(
                "known_after_s",
                raw.known_after_s,
                USUALLY_KNOWN_AFTER_S,
                0.0..=ONE_DAY_S,
            )?,
        })
    }

    fn repeat(&self, value: Spanned<f64>, shortest_s: f64) -> Result<f64, ScenarioError> {
        if (shortest_s..=ONE_DAY_S).contains(value.get_ref()) {
            return Ok(value.into_inner());
        }
        let reason = format!(
            "repeat_s = {} must be at least duration_s + {LEAST_PAUSE_S} = {shortest_s}, and at most {ONE_DAY_S}",
            value.get_ref()
        );
        Err(self.source.error_at(&value.span(), reason))
    }

    fn reports(&self, raw: Option<Spanned<RawReports>>, vehicles: usize) -> Result<usize, ScenarioError> {
        let span: Range<usize> = raw.as_ref().map_or(0..0, Spanned::span);
        match raw.map(Spanned::into_inner) {
            None | Some(RawReports::All(true)) => Ok(vehicles),
            Some(RawReports::All(false)) => Ok(0),
            Some(RawReports::Count(count)) => match usize::try_from(count) {
                Ok(count) if count <= vehicles => Ok(count),
                _ => {
                    let reason = format!(
                        "reports = {count}: only the {vehicles} vehicles of the incident can report it"
                    );
                    Err(self.source.error_at(&span, reason))
                }
            },
        }
    }
}

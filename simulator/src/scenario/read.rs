//! From the text of a file to a checked scenario.

use model::simulation::limits::{self, ONE_DAY_S};
use model::simulation::{Limits, ReportRule};
use toml::Spanned;

use super::check::Checker;
use super::error::{ScenarioError, Source};
use super::file::{RawIncident, RawIncidentKind, RawRule, RawScenario, RawThrough};
use super::incident::{Closure, USUAL_LENGTH_M, USUAL_LIMIT_KMH, USUALLY_KNOWN_AFTER_S};
use super::{Attract, PassedPlace, Scenario, ScenarioIncident};
use crate::reports::Reporting;
use crate::traffic::IncidentKind;

/// The shortest time between the end of an incident and its coming again, s.
const LEAST_PAUSE_S: f64 = 10.0;
/// How fast one may drive along a closure, km/h.
const LIMIT_KMH: Limits = Limits { name: "limit_kmh", least: 5.0, most: 130.0 };

impl Scenario {
    /// Reads and checks the text of a scenario. `file` is the name for messages, and what the files that it names are
    /// found beside.
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
        let usual = Reporting::default();
        let incidents = raw.incident.into_iter().enumerate();
        let incidents = incidents.map(|(nth, incident)| check.incident(nth, incident));
        let scenario = Self {
            title: raw.title,
            description: raw.description,
            network: raw.network.map(Into::into),
            network_from: raw.network_from,
            network_classes: check.classes(raw.network_classes)?,
            zones: raw.zones.map(Into::into),
            vehicles: check.count("vehicles", raw.vehicles, 300, 1..=100_000)?,
            parked: check.count("parked", raw.parked, 0, 0..=100_000)?,
            seed: check.count("seed", raw.seed, 1, 0..=i64::MAX)? as u64,
            time_of_day_s: check.time_of_day_s(raw.time_of_day)?,
            demand: check.demand(raw.demand)?,
            weather: check.limited(&limits::WEATHER, raw.weather, 1.0)?,
            reporting: Reporting {
                share: check.limited(&limits::REPORT_SHARE, raw.report_share, usual.share)?,
                rule: match raw.report_rule {
                    Some(RawRule::Cam) => ReportRule::Cam,
                    Some(RawRule::Fixed) | None => ReportRule::Fixed,
                },
                interval_s: check.limited(
                    &limits::REPORT_INTERVAL_S,
                    raw.report_interval_s,
                    usual.interval_s,
                )?,
                gps_noise_m: check.limited(&limits::GPS_NOISE_M, raw.gps_noise_m, usual.gps_noise_m)?,
                loss: check.limited(&limits::REPORT_LOSS, raw.report_loss, usual.loss)?,
                delay_s: check.limited(&limits::REPORT_DELAY_S, raw.report_delay_s, usual.delay_s)?,
                duplicates: check.limited(
                    &limits::REPORT_DUPLICATES,
                    raw.report_duplicates,
                    usual.duplicates,
                )?,
            },
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
            incidents: incidents.collect::<Result<_, ScenarioError>>()?,
            file: file.to_owned(),
        };
        scenario.check_ids()?;
        Ok(scenario)
    }

    /// Whether every incident has a name of its own.
    fn check_ids(&self) -> Result<(), ScenarioError> {
        for (i, incident) in self.incidents.iter().enumerate() {
            if self.incidents[..i].iter().any(|other| other.id == incident.id) {
                let reason = format!("there is an incident called \"{}\" already", incident.id);
                return Err(ScenarioError { file: self.file.clone(), line: Some(incident.line), reason });
            }
        }
        Ok(())
    }
}

impl Checker<'_> {
    fn through(&self, raw: Vec<Spanned<RawThrough>>) -> Result<Vec<PassedPlace>, ScenarioError> {
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

    fn incident(&self, nth: usize, raw: Spanned<RawIncident>) -> Result<ScenarioIncident, ScenarioError> {
        let raw = raw.into_inner();
        let kind = match raw.kind {
            RawIncidentKind::Crash => IncidentKind::Crash,
            RawIncidentKind::Breakdown => IncidentKind::Breakdown,
            RawIncidentKind::LaneClosure => IncidentKind::LaneClosure,
            RawIncidentKind::Roadworks => IncidentKind::Roadworks,
        };
        let vehicles = if kind.closes_lanes() {
            self.absent("vehicles", raw.vehicles.as_ref(), "crash and breakdown")?;
            self.absent("reports", raw.reports.as_ref(), "crash and breakdown")?;
            0
        } else {
            let (usual, most) = if kind == IncidentKind::Crash { (2, 10) } else { (1, 1) };
            self.count("vehicles", raw.vehicles, usual, 1..=most)?
        };
        let closure = if kind.closes_lanes() {
            let usual_limit = (kind == IncidentKind::Roadworks).then_some(USUAL_LIMIT_KMH);
            Some(Closure {
                lanes: raw.lanes.map_or_else(|| vec![0], Spanned::into_inner),
                length_m: self.limited(&limits::LENGTH_M, raw.length_m, USUAL_LENGTH_M)?,
                limit_kmh: match raw.limit_kmh {
                    Some(limit) => Some(self.limited(&LIMIT_KMH, Some(limit), 0.0)?),
                    None => usual_limit,
                },
            })
        } else {
            self.absent("lanes", raw.lanes.as_ref(), "lane_closure and roadworks")?;
            self.absent("length_m", raw.length_m.as_ref(), "lane_closure and roadworks")?;
            self.absent("limit_kmh", raw.limit_kmh.as_ref(), "lane_closure and roadworks")?;
            None
        };
        let duration_s = self.limited(&limits::DURATION_S, Some(raw.duration_s), 0.0)?;
        let shortest_s = duration_s + LEAST_PAUSE_S;
        let repeat_s = match raw.repeat_s {
            Some(value) => Some(self.repeat(value, shortest_s)?),
            None => None,
        };
        Ok(ScenarioIncident {
            id: self.id(raw.id, format!("{}-{}", kind.as_str(), nth + 1))?,
            kind,
            line: self.source.line(&raw.place.span()),
            place: self.place(&raw.place)?,
            at_s: self.number("at_s", Some(raw.at_s), 0.0, 0.0..=ONE_DAY_S)?,
            duration_s,
            repeat_s,
            vehicles,
            reports: self.reports(raw.reports, vehicles)?,
            known_after_s: self.limited(&limits::KNOWN_AFTER_S, raw.known_after_s, USUALLY_KNOWN_AFTER_S)?,
            closure,
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
}

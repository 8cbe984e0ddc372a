//! The thresholds of detection, with units, defaults and allowed ranges. Read from TOML.

use roadnet::matching::MatchSettings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// All thresholds, grouped by what they steer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which reports are used at all.
    pub reports: ReportSettings,
    /// How positions are put on roads.
    pub matching: MatchSettings,
    /// When a vehicle is in a zone.
    pub zones: ZoneSettings,
    /// When a queue is a jam.
    pub jams: JamSettings,
    /// When hazard reports are an accident.
    pub accidents: AccidentSettings,
}

/// Which reports are used at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSettings {
    /// How far ahead of the receiver's clock a report may be, in seconds.
    pub max_lead_s: f64,
    /// How far behind the newest time taken a report may be, in seconds.
    pub max_age_s: f64,
    /// Fastest a vehicle can be, in m/s; what asks for more is an impossible jump.
    pub max_speed_mps: f64,
    /// How far a position may be off without being an impossible jump, in metres.
    pub jump_allowance_m: f64,
    /// A vehicle silent for this long is forgotten, in seconds.
    pub forget_after_s: f64,
    /// Standard deviation of a position whose accuracy is not said, in metres.
    pub usual_accuracy_m: f64,
}

impl Default for ReportSettings {
    fn default() -> Self {
        Self {
            max_lead_s: 10.0,
            max_age_s: 300.0,
            max_speed_mps: 100.0,
            jump_allowance_m: 100.0,
            forget_after_s: 900.0,
            usual_accuracy_m: 5.0,
        }
    }
}

/// When a vehicle is in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// How far over the border a vehicle must be to have crossed it, in metres, where the zone does not say.
    pub hysteresis_m: f64,
    /// How many standard deviations of its own place over the border a vehicle must be at least.
    pub sure_sigmas: f64,
    /// A vehicle silent in a zone for this long has left it, in seconds.
    pub silent_exit_s: f64,
}

impl Default for ZoneSettings {
    fn default() -> Self {
        Self { hysteresis_m: 5.0, sure_sigmas: 3.0, silent_exit_s: 600.0 }
    }
}

/// When a queue is a jam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JamSettings {
    /// A vehicle slower than this share of the free-flow speed begins to queue.
    pub onset_speed_ratio: f64,
    /// A queueing vehicle faster than this share of the free-flow speed queues no more.
    pub clearing_speed_ratio: f64,
    /// A vehicle must have been slow for this long to count, in seconds.
    pub min_slow_s: f64,
    /// How far apart two vehicles of one queue may be, in metres.
    pub max_gap_m: f64,
    /// Vehicles that make a queue a jam.
    pub min_vehicles: usize,
    /// A queue shorter than this is no jam yet, in metres.
    pub min_length_m: f64,
    /// A jam with fewer vehicles than this is clearing.
    pub keep_vehicles: usize,
    /// A queue must have stood for this long to be a jam, in seconds.
    pub onset_s: f64,
    /// A jam is over when its queue has been gone for this long, in seconds.
    pub clearing_s: f64,
    /// A vehicle that has not reported for this long is not counted, in seconds.
    pub fresh_s: f64,
    /// Least time between two revisions of a jam, in seconds.
    pub update_every_s: f64,
}

impl Default for JamSettings {
    fn default() -> Self {
        Self {
            onset_speed_ratio: 0.3,
            clearing_speed_ratio: 0.5,
            min_slow_s: 5.0,
            max_gap_m: 50.0,
            min_vehicles: 5,
            min_length_m: 50.0,
            keep_vehicles: 3,
            onset_s: 15.0,
            clearing_s: 20.0,
            fresh_s: 15.0,
            update_every_s: 10.0,
        }
    }
}

/// When hazard reports are an accident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccidentSettings {
    /// Reports of one crash are at most this far apart, in metres.
    pub radius_m: f64,
    /// A vehicle slower than this stands still, in m/s.
    pub standstill_mps: f64,
    /// One report alone is an accident when its sender has stood still for this long, in seconds.
    pub standstill_s: f64,
    /// An involved vehicle faster than this, or farther away than `radius_m`, has left, in m/s.
    pub moving_mps: f64,
    /// The accident is over when all involved have left for this long, in seconds.
    pub clearing_s: f64,
}

impl Default for AccidentSettings {
    fn default() -> Self {
        Self { radius_m: 100.0, standstill_mps: 0.6, standstill_s: 10.0, moving_mps: 4.0, clearing_s: 20.0 }
    }
}

/// A threshold with an impossible value.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("detection setting `{name}` is {value}; allowed is {allowed}")]
pub struct SettingsError {
    /// Which one, as written in the file.
    pub name: &'static str,
    /// What it is.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

impl Settings {
    /// Checks every threshold against its range, and those that belong together against each other.
    ///
    /// # Errors
    /// Names the first setting that is wrong and what is allowed.
    pub fn check(&self) -> Result<(), SettingsError> {
        let (r, m, z, j, a) = (&self.reports, &self.matching, &self.zones, &self.jams, &self.accidents);
        for (name, value, low, high) in [
            ("reports.max_lead_s", r.max_lead_s, 0.0, 86_400.0),
            ("reports.max_age_s", r.max_age_s, 1.0, 86_400.0),
            ("reports.max_speed_mps", r.max_speed_mps, 1.0, 1_000.0),
            ("reports.jump_allowance_m", r.jump_allowance_m, 0.0, 100_000.0),
            ("reports.forget_after_s", r.forget_after_s, 10.0, 604_800.0),
            ("reports.usual_accuracy_m", r.usual_accuracy_m, 0.1, 1_000.0),
            ("matching.reach_m", m.reach_m, 1.0, 1_000.0),
            ("matching.wrong_way_cost", m.wrong_way_cost, 0.0, 1_000.0),
            ("matching.change_cost", m.change_cost, 0.0, 1_000.0),
            ("matching.least_sigma_m", m.least_sigma_m, 0.1, 100.0),
            ("zones.sure_sigmas", z.sure_sigmas, 0.0, 20.0),
            ("zones.hysteresis_m", z.hysteresis_m, 0.0, 1_000.0),
            ("zones.silent_exit_s", z.silent_exit_s, 10.0, 604_800.0),
            ("jams.onset_speed_ratio", j.onset_speed_ratio, 0.01, 0.99),
            ("jams.clearing_speed_ratio", j.clearing_speed_ratio, j.onset_speed_ratio, 1.0),
            ("jams.min_slow_s", j.min_slow_s, 0.0, 600.0),
            ("jams.max_gap_m", j.max_gap_m, 1.0, 10_000.0),
            ("jams.min_length_m", j.min_length_m, 0.0, 10_000.0),
            ("jams.onset_s", j.onset_s, 0.0, 3_600.0),
            ("jams.clearing_s", j.clearing_s, 0.0, 3_600.0),
            ("jams.fresh_s", j.fresh_s, 1.0, 3_600.0),
            ("jams.update_every_s", j.update_every_s, 1.0, 3_600.0),
            ("accidents.radius_m", a.radius_m, 1.0, 10_000.0),
            ("accidents.standstill_mps", a.standstill_mps, 0.01, 10.0),
            ("accidents.standstill_s", a.standstill_s, 0.0, 3_600.0),
            ("accidents.moving_mps", a.moving_mps, a.standstill_mps, 50.0),
            ("accidents.clearing_s", a.clearing_s, 0.0, 3_600.0),
        ] {
            if !(low..=high).contains(&value) {
                let allowed = format!("{low} to {high}");
                return Err(SettingsError { name, value: value.to_string(), allowed });
            }
        }
        for (name, value, low, high) in [
            ("jams.min_vehicles", j.min_vehicles, 1, 1_000),
            ("jams.keep_vehicles", j.keep_vehicles, 1, j.min_vehicles),
        ] {
            if !(low..=high).contains(&value) {
                let allowed = format!("{low} to {high}");
                return Err(SettingsError { name, value: value.to_string(), allowed });
            }
        }
        Ok(())
    }
}

/// Seconds as whole milliseconds.
#[allow(clippy::cast_possible_truncation)] // checked settings are far inside i64
pub(crate) fn ms(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_allowed() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn thresholds_that_contradict_each_other_are_refused_by_name() {
        let mut settings = Settings::default();
        settings.jams.clearing_speed_ratio = 0.1;
        let error = settings.check().err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error, "detection setting `jams.clearing_speed_ratio` is 0.1; allowed is 0.3 to 1");
        settings = Settings::default();
        settings.jams.keep_vehicles = 9;
        assert_eq!(settings.check().err().map(|error| error.name), Some("jams.keep_vehicles"));
        settings = Settings::default();
        settings.zones.hysteresis_m = f64::NAN;
        assert_eq!(settings.check().err().map(|error| error.name), Some("zones.hysteresis_m"));
    }
}

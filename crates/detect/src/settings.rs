//! The thresholds of detection, with units, defaults and allowed ranges. Read from TOML.

mod accidents;
mod course;
mod jams;
mod preset;
mod reports;
mod zones;

pub use accidents::AccidentSettings;
pub use course::CourseSettings;
pub use jams::JamSettings;
pub use preset::Preset;
pub use reports::ReportSettings;
pub use zones::ZoneSettings;

use roadnet::matching::MatchSettings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// All thresholds, grouped by what they steer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which rules make jams and accidents.
    pub preset: Preset,
    /// Which reports are used at all.
    pub reports: ReportSettings,
    /// How positions are put on roads.
    pub matching: MatchSettings,
    /// When a vehicle is in a zone.
    pub zones: ZoneSettings,
    /// When a queue is a jam.
    pub jams: JamSettings,
    /// When something is an accident.
    pub accidents: AccidentSettings,
    /// The rules of the preset `course`.
    pub course: CourseSettings,
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
        let wrong = self.ranges().into_iter().find(|range| !(range.low..=range.high).contains(&range.value));
        wrong.map_or(Ok(()), |Range { name, value, low, high }| {
            Err(SettingsError { name, value: value.to_string(), allowed: format!("{low} to {high}") })
        })
    }

    /// Every threshold as it is set, with what is allowed, in the order of the documentation.
    #[must_use]
    pub fn ranges(&self) -> Vec<Range> {
        let m = &self.matching;
        let matching = vec![
            Range::of("matching.reach_m", m.reach_m, 1.0, 1_000.0),
            Range::of("matching.wrong_way_cost", m.wrong_way_cost, 0.0, 1_000.0),
            Range::of("matching.change_cost", m.change_cost, 0.0, 1_000.0),
            Range::of("matching.least_sigma_m", m.least_sigma_m, 0.1, 100.0),
        ];
        [
            self.reports.ranges(),
            matching,
            self.zones.ranges(),
            self.jams.ranges(),
            self.accidents.ranges(),
            self.course.ranges(),
        ]
        .concat()
    }
}

/// A threshold's value and what it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Section and key, as written in the file; the key's last part is its unit.
    pub name: &'static str,
    /// What it is set to.
    pub value: f64,
    /// Least value allowed.
    pub low: f64,
    /// Greatest value allowed.
    pub high: f64,
}

impl Range {
    const fn of(name: &'static str, value: f64, low: f64, high: f64) -> Self {
        Self { name, value, low, high }
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
    use std::collections::BTreeMap;

    #[test]
    fn the_defaults_are_allowed() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn every_number_in_the_settings_has_a_range_under_its_name() {
        let json = serde_json::to_value(Settings::default()).expect("settings have a JSON form");
        let mut in_file = BTreeMap::new();
        for (section, keys) in json.as_object().expect("sections") {
            for (key, value) in keys.as_object().into_iter().flatten() {
                in_file.insert(format!("{section}.{key}"), value.as_f64().expect("a number"));
            }
        }
        let ranges: BTreeMap<String, f64> =
            Settings::default().ranges().iter().map(|range| (range.name.to_owned(), range.value)).collect();
        assert_eq!(ranges, in_file);
    }

    #[test]
    fn thresholds_that_contradict_each_other_are_refused_by_name() {
        let mut settings = Settings::default();
        settings.jams.clearing_speed_ratio = 0.1;
        let error = settings.check().err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error, "detection setting `jams.clearing_speed_ratio` is 0.1; allowed is 0.3 to 1");
        settings = Settings::default();
        settings.jams.keep_vehicles = 9.0;
        assert_eq!(settings.check().err().map(|error| error.name), Some("jams.keep_vehicles"));
        settings = Settings::default();
        settings.zones.hysteresis_m = f64::NAN;
        assert_eq!(settings.check().err().map(|error| error.name), Some("zones.hysteresis_m"));
    }
}

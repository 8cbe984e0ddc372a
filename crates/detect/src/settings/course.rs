//! The thresholds of the preset `course`.

use super::Range;
use serde::{Deserialize, Serialize};

/// Read with `preset = "course"` only, which uses neither `[jams]` nor `[accidents]`: an accident is two distinct vehicles
/// reporting it, a jam is three vehicles under 90 km/h near one another on one road.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CourseSettings {
    /// Distinct vehicles that must report an accident.
    pub accident_vehicles: usize,
    /// Reports of one accident are at most this far apart, in metres.
    pub accident_radius_m: f64,
    /// Distinct vehicles that make a jam.
    pub jam_vehicles: usize,
    /// A vehicle slower than this counts towards a jam, whatever the road's limit, in m/s.
    pub jam_speed_mps: f64,
    /// Neighbours in a jam are at most this far apart along their road, in metres.
    pub jam_gap_m: f64,
    /// A jam is over when there have been fewer vehicles in it for this long, in seconds.
    pub jam_clearing_s: f64,
    /// A vehicle that has not reported for this long is not counted, in seconds.
    pub fresh_s: f64,
    /// Least time between two revisions of a jam, in seconds.
    pub update_every_s: f64,
}

impl Default for CourseSettings {
    fn default() -> Self {
        Self {
            accident_vehicles: 2,
            accident_radius_m: 100.0,
            jam_vehicles: 3,
            jam_speed_mps: 25.0,
            jam_gap_m: 100.0,
            jam_clearing_s: 20.0,
            fresh_s: 15.0,
            update_every_s: 10.0,
        }
    }
}

impl CourseSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let c = self;
        vec![
            Range::of("course.accident_vehicles", c.accident_vehicles as f64, 1.0, 1_000.0),
            Range::of("course.accident_radius_m", c.accident_radius_m, 1.0, 10_000.0),
            Range::of("course.jam_vehicles", c.jam_vehicles as f64, 1.0, 1_000.0),
            Range::of("course.jam_speed_mps", c.jam_speed_mps, 0.1, 100.0),
            Range::of("course.jam_gap_m", c.jam_gap_m, 1.0, 10_000.0),
            Range::of("course.jam_clearing_s", c.jam_clearing_s, 0.0, 3_600.0),
            Range::of("course.fresh_s", c.fresh_s, 1.0, 3_600.0),
            Range::of("course.update_every_s", c.update_every_s, 1.0, 3_600.0),
        ]
    }
}

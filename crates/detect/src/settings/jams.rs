//! When a queue is a jam.

use super::Range;
use serde::{Deserialize, Serialize};

/// When a queue is a jam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JamSettings {
    /// A vehicle whose mean speed is below this share of the speed limit begins to queue.
    pub onset_speed_ratio: f64,
    /// A queueing vehicle whose mean speed is above this share of the speed limit queues no more.
    pub clearing_speed_ratio: f64,
    /// Time constant of the mean speed, in seconds.
    pub smoothing_s: f64,
    /// A vehicle must have queued for this long to count, in seconds.
    pub min_slow_s: f64,
    /// How far apart two vehicles of one queue may be, in metres, where all vehicles report.
    pub max_gap_m: f64,
    /// The share of all vehicles that report, above 0 to 1; 0 = estimated from queues.
    pub reporting_share: f64,
    /// Vehicles, reporting or not, that make a queue a jam.
    pub min_vehicles: f64,
    /// A queue that has never been longer than this is no jam, in metres.
    pub min_length_m: f64,
    /// A queue with fewer vehicles than this, reporting or not, makes no jam, joins none and keeps none going.
    pub keep_vehicles: f64,
    /// A queue must have stood for this long to be a jam, in seconds.
    pub onset_s: f64,
    /// Somebody in it must have lost this much time, in seconds.
    pub lost_s: f64,
    /// On roads out of town, where nobody stops for anything else, a queue must have stood for this long, in seconds.
    pub fast_onset_s: f64,
    /// And somebody in it must have lost this much time, in seconds.
    pub fast_lost_s: f64,
    /// Before a traffic light somebody must have lost this much more than the longest usual red, in seconds.
    pub light_lost_s: f64,
    /// A jam is over when there has been no queue for this long, in seconds; longer where few vehicles report.
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
            clearing_speed_ratio: 0.4,
            smoothing_s: 5.0,
            min_slow_s: 2.0,
            max_gap_m: 50.0,
            reporting_share: 0.0,
            min_vehicles: 7.0,
            min_length_m: 80.0,
            keep_vehicles: 5.0,
            onset_s: 45.0,
            lost_s: 25.0,
            fast_onset_s: 20.0,
            fast_lost_s: 10.0,
            light_lost_s: 24.0,
            clearing_s: 15.0,
            fresh_s: 15.0,
            update_every_s: 10.0,
        }
    }
}

impl JamSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let j = self;
        vec![
            Range::of("jams.onset_speed_ratio", j.onset_speed_ratio, 0.01, 0.99),
            Range::of("jams.clearing_speed_ratio", j.clearing_speed_ratio, j.onset_speed_ratio, 1.0),
            Range::of("jams.smoothing_s", j.smoothing_s, 0.1, 120.0),
            Range::of("jams.min_slow_s", j.min_slow_s, 0.0, 600.0),
            Range::of("jams.max_gap_m", j.max_gap_m, 1.0, 10_000.0),
            Range::of("jams.reporting_share", j.reporting_share, 0.0, 1.0),
            Range::of("jams.min_vehicles", j.min_vehicles, 1.0, 1_000.0),
            Range::of("jams.min_length_m", j.min_length_m, 0.0, 10_000.0),
            Range::of("jams.keep_vehicles", j.keep_vehicles, 1.0, j.min_vehicles),
            Range::of("jams.onset_s", j.onset_s, 0.0, 3_600.0),
            Range::of("jams.lost_s", j.lost_s, 0.0, 3_600.0),
            Range::of("jams.fast_onset_s", j.fast_onset_s, 0.0, 3_600.0),
            Range::of("jams.fast_lost_s", j.fast_lost_s, 0.0, 3_600.0),
            Range::of("jams.light_lost_s", j.light_lost_s, 0.0, 3_600.0),
            Range::of("jams.clearing_s", j.clearing_s, 0.0, 3_600.0),
            Range::of("jams.fresh_s", j.fresh_s, 1.0, 3_600.0),
            Range::of("jams.update_every_s", j.update_every_s, 1.0, 3_600.0),
        ]
    }
}

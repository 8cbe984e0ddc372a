//! When a queue is a jam.

use super::Range;
use serde::{Deserialize, Serialize};

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

impl JamSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let j = self;
        vec![
            Range::of("jams.onset_speed_ratio", j.onset_speed_ratio, 0.01, 0.99),
            Range::of("jams.clearing_speed_ratio", j.clearing_speed_ratio, j.onset_speed_ratio, 1.0),
            Range::of("jams.min_slow_s", j.min_slow_s, 0.0, 600.0),
            Range::of("jams.max_gap_m", j.max_gap_m, 1.0, 10_000.0),
            Range::of("jams.min_length_m", j.min_length_m, 0.0, 10_000.0),
            Range::of("jams.onset_s", j.onset_s, 0.0, 3_600.0),
            Range::of("jams.clearing_s", j.clearing_s, 0.0, 3_600.0),
            Range::of("jams.fresh_s", j.fresh_s, 1.0, 3_600.0),
            Range::of("jams.update_every_s", j.update_every_s, 1.0, 3_600.0),
            Range::of("jams.min_vehicles", j.min_vehicles as f64, 1.0, 1_000.0),
            Range::of("jams.keep_vehicles", j.keep_vehicles as f64, 1.0, j.min_vehicles as f64),
        ]
    }
}

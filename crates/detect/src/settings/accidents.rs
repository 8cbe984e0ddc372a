//! When something is an accident.

use super::Range;
use serde::{Deserialize, Serialize};

/// When hazard reports, or vehicles that stand where traffic flows, are an accident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccidentSettings {
    /// Hazard reports of one crash are at most this far apart, in metres.
    pub radius_m: f64,
    /// A vehicle slower than this stands still, in m/s.
    pub standstill_mps: f64,
    /// One report alone is an accident when its sender has stood still for this long, in seconds.
    pub standstill_s: f64,
    /// An involved vehicle faster than this, or farther away than `radius_m`, has left, in m/s.
    pub moving_mps: f64,
    /// The accident is over when all involved have left for this long, in seconds.
    pub clearing_s: f64,
    /// From positions alone: how sure it must be to be told, 0…1.
    pub onset_confidence: f64,
    /// A vehicle at least this fast is driving, in m/s; only who was driving can crash.
    pub driving_mps: f64,
    /// How long before it came to rest it must have been driving, in seconds.
    pub approach_s: f64,
    /// Drivers do not brake as hard as this by themselves, in m/s².
    pub hard_braking_mps2: f64,
    /// A vehicle at rest that is faster than this has begun to move, in m/s.
    pub creep_mps: f64,
    /// A vehicle at rest that is farther than this from its mean place has moved, in metres.
    pub shift_m: f64,
    /// A vehicle is looked at when it has stood for this long, in seconds.
    pub rest_s: f64,
    /// Two vehicles that crashed into each other are at most this far apart, in metres…
    pub companion_m: f64,
    /// …and came to rest within this time, in seconds.
    pub companion_s: f64,
    /// A vehicle that stands this close in front explains a standstill, in metres.
    pub queue_gap_m: f64,
    /// How far before a light or a junction vehicles queue, in metres.
    pub queue_reach_m: f64,
    /// A vehicle at rest is judged by what happens around it while its last report is no older than this, in seconds.
    pub fresh_s: f64,
    /// A vehicle at rest that has been silent for this long is gone, in seconds.
    pub silence_s: f64,
    /// From the traffic around alone: vehicles that crawl up to the same point and drive off freely make an accident…
    pub bottleneck_vehicles: usize,
    /// …if the first and the last of them are at least this far apart in time, in seconds…
    pub bottleneck_s: f64,
    /// …all within this time, in seconds…
    pub bottleneck_memory_s: f64,
    /// …and on this length of road, in metres…
    pub bottleneck_width_m: f64,
    /// …where for so far ahead the road just goes on: no junction, no merge, no lane that ends, in metres.
    pub open_road_m: f64,
    /// Vehicles at rest that are this close to an accident belong to it, in metres.
    pub extent_m: f64,
}

impl Default for AccidentSettings {
    fn default() -> Self {
        Self {
            radius_m: 100.0,
            standstill_mps: 0.6,
            standstill_s: 10.0,
            moving_mps: 4.0,
            clearing_s: 20.0,
            onset_confidence: 0.7,
            driving_mps: 5.0,
            approach_s: 20.0,
            hard_braking_mps2: 6.0,
            creep_mps: 2.0,
            shift_m: 25.0,
            rest_s: 3.0,
            companion_m: 25.0,
            companion_s: 20.0,
            queue_gap_m: 25.0,
            queue_reach_m: 200.0,
            fresh_s: 15.0,
            silence_s: 60.0,
            bottleneck_vehicles: 2,
            bottleneck_s: 15.0,
            bottleneck_memory_s: 240.0,
            bottleneck_width_m: 80.0,
            open_road_m: 400.0,
            extent_m: 150.0,
        }
    }
}

impl AccidentSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let a = self;
        vec![
            Range::of("accidents.radius_m", a.radius_m, 1.0, 10_000.0),
            Range::of("accidents.standstill_mps", a.standstill_mps, 0.01, 10.0),
            Range::of("accidents.standstill_s", a.standstill_s, 0.0, 3_600.0),
            Range::of("accidents.moving_mps", a.moving_mps, a.standstill_mps, 50.0),
            Range::of("accidents.clearing_s", a.clearing_s, 0.0, 3_600.0),
            Range::of("accidents.onset_confidence", a.onset_confidence, 0.01, 0.999),
            Range::of("accidents.driving_mps", a.driving_mps, a.standstill_mps, 50.0),
            Range::of("accidents.approach_s", a.approach_s, 1.0, 300.0),
            Range::of("accidents.hard_braking_mps2", a.hard_braking_mps2, 1.0, 20.0),
            Range::of("accidents.creep_mps", a.creep_mps, a.standstill_mps, a.driving_mps),
            Range::of("accidents.shift_m", a.shift_m, 1.0, 1_000.0),
            Range::of("accidents.rest_s", a.rest_s, 0.0, 600.0),
            Range::of("accidents.companion_m", a.companion_m, 1.0, 1_000.0),
            Range::of("accidents.companion_s", a.companion_s, 0.0, 600.0),
            Range::of("accidents.queue_gap_m", a.queue_gap_m, 1.0, 200.0),
            Range::of("accidents.queue_reach_m", a.queue_reach_m, 0.0, 2_000.0),
            Range::of("accidents.fresh_s", a.fresh_s, 1.0, 3_600.0),
            Range::of("accidents.silence_s", a.silence_s, 5.0, 3_600.0),
            Range::of("accidents.bottleneck_vehicles", a.bottleneck_vehicles as f64, 2.0, 100.0),
            Range::of("accidents.bottleneck_s", a.bottleneck_s, 1.0, 3_600.0),
            Range::of("accidents.bottleneck_memory_s", a.bottleneck_memory_s, a.bottleneck_s, 7_200.0),
            Range::of("accidents.bottleneck_width_m", a.bottleneck_width_m, 1.0, 1_000.0),
            Range::of("accidents.open_road_m", a.open_road_m, 0.0, 5_000.0),
            Range::of("accidents.extent_m", a.extent_m, 1.0, 10_000.0),
        ]
    }
}

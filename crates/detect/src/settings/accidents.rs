//! When something is an accident.

use super::Range;
use serde::{Deserialize, Serialize};

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
        ]
    }
}

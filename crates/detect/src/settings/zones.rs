//! When a vehicle is in a zone.

use super::Range;
use serde::{Deserialize, Serialize};

/// When a vehicle is in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// How far over the border a vehicle must be to have crossed it, in metres, where the zone does not say.
    pub hysteresis_m: f64,
    /// How many standard deviations of its reported position over the border a vehicle must be at least. The receiver's
    /// own, not those of an estimate over many reports: its errors drift, so that many reports share one error.
    pub sure_sigmas: f64,
    /// A vehicle silent in a zone for this long has left it, in seconds.
    pub silent_exit_s: f64,
}

impl Default for ZoneSettings {
    fn default() -> Self {
        Self { hysteresis_m: 5.0, sure_sigmas: 2.5, silent_exit_s: 600.0 }
    }
}

impl ZoneSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let z = self;
        vec![
            Range::of("zones.sure_sigmas", z.sure_sigmas, 0.0, 20.0),
            Range::of("zones.hysteresis_m", z.hysteresis_m, 0.0, 1_000.0),
            Range::of("zones.silent_exit_s", z.silent_exit_s, 10.0, 604_800.0),
        ]
    }
}

//! Which reports are used at all.

use super::Range;
use serde::{Deserialize, Serialize};

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
    /// How often a vehicle may report in the long run, per second of its own time; more than that is dropped. Two seconds'
    /// worth may come at once.
    pub max_rate_hz: f64,
    /// When all that comes is older than this, in seconds, it is a backlog: it is held for a moment and put into the order
    /// of its own time.
    pub backlog_after_s: f64,
    /// For how long a backlog's reports are held, in seconds; 0 = they are taken as they come.
    pub backlog_wait_s: f64,
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
            max_rate_hz: 20.0,
            backlog_after_s: 2.0,
            backlog_wait_s: 2.0,
        }
    }
}

impl ReportSettings {
    /// Each threshold with its range.
    pub(super) fn ranges(&self) -> Vec<Range> {
        let r = self;
        vec![
            Range::of("reports.max_lead_s", r.max_lead_s, 0.0, 86_400.0),
            Range::of("reports.max_age_s", r.max_age_s, 1.0, 86_400.0),
            Range::of("reports.max_speed_mps", r.max_speed_mps, 1.0, 1_000.0),
            Range::of("reports.jump_allowance_m", r.jump_allowance_m, 0.0, 100_000.0),
            // Who is forgotten sooner and then reports late, within what is allowed, is taken for somebody new.
            Range::of("reports.forget_after_s", r.forget_after_s, r.max_age_s.max(10.0), 604_800.0),
            Range::of("reports.usual_accuracy_m", r.usual_accuracy_m, 0.1, 1_000.0),
            Range::of("reports.max_rate_hz", r.max_rate_hz, 0.01, 1_000.0),
            Range::of("reports.backlog_after_s", r.backlog_after_s, 0.5, 86_400.0),
            Range::of("reports.backlog_wait_s", r.backlog_wait_s, 0.0, 60.0),
        ]
    }
}

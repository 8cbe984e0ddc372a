//! How vehicles report.

use model::simulation::{ReportRule, Tuning};
use serde::Serialize;

/// How vehicles report, and what becomes of their reports on the way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reporting {
    /// The share of the vehicles that report, 0…1.
    #[serde(rename = "report_share")]
    pub share: f64,
    /// When they do.
    #[serde(rename = "report_rule")]
    pub rule: ReportRule,
    /// Seconds between two position reports of a vehicle under [`ReportRule::Fixed`], 0.1…60.
    #[serde(rename = "report_interval_s")]
    pub interval_s: f64,
    /// The error of reported positions, one sigma, m, 0…100.
    pub gps_noise_m: f64,
    /// The share of position reports that never arrive, 0…1.
    #[serde(rename = "report_loss")]
    pub loss: f64,
    /// How long reports are on their way on average, s, 0…60.
    #[serde(rename = "report_delay_s")]
    pub delay_s: f64,
    /// The share of position reports that arrive twice, 0…1.
    #[serde(rename = "report_duplicates")]
    pub duplicates: f64,
}

impl Default for Reporting {
    fn default() -> Self {
        Self {
            share: 1.0,
            rule: ReportRule::Fixed,
            interval_s: 1.0,
            gps_noise_m: 3.0,
            loss: 0.0,
            delay_s: 0.0,
            duplicates: 0.0,
        }
    }
}

impl Reporting {
    /// The same with what is asked for changed.
    #[must_use]
    pub fn tuned(self, tuning: &Tuning) -> Self {
        Self {
            share: tuning.report_share.unwrap_or(self.share),
            rule: tuning.report_rule.unwrap_or(self.rule),
            interval_s: tuning.report_interval_s.unwrap_or(self.interval_s),
            gps_noise_m: tuning.gps_noise_m.unwrap_or(self.gps_noise_m),
            loss: tuning.report_loss.unwrap_or(self.loss),
            delay_s: tuning.report_delay_s.unwrap_or(self.delay_s),
            duplicates: tuning.report_duplicates.unwrap_or(self.duplicates),
        }
    }

    /// Milliseconds between two reports under [`ReportRule::Fixed`], at least 1.
    pub(super) fn interval_ms(&self) -> i64 {
        (self.interval_s * 1_000.0).round().max(1.0) as i64
    }
}

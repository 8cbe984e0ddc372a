//! What of a simulation can be changed while it runs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::Members;
use super::{Refusal, limits};

/// When a vehicle reports its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportRule {
    /// At fixed intervals.
    #[default]
    Fixed,
    /// As ETSI EN 302 637-2 has it for CAMs: by change of heading, position and speed, each 0.1 to 1 s.
    Cam,
}

impl ReportRule {
    /// Reads its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "fixed" => Some(Self::Fixed),
            "cam" => Some(Self::Cam),
            _ => None,
        }
    }
}

/// Changes of a simulation that runs; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Tuning {
    /// How many vehicles drive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vehicles: Option<usize>,
    /// The share of the vehicles that report, 0…1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_share: Option<f64>,
    /// When they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_rule: Option<ReportRule>,
    /// Seconds between two reports of a vehicle under [`ReportRule::Fixed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_interval_s: Option<f64>,
    /// The error of reported positions, one sigma, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps_noise_m: Option<f64>,
    /// The share of position reports that never arrive, 0…1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_loss: Option<f64>,
    /// How long reports are on their way on average, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_delay_s: Option<f64>,
    /// The share of position reports that arrive twice, 0…1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_duplicates: Option<f64>,
    /// How many times as fast as in the world time runs; 0 = it stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// How fast drivers want to go in this weather; 1 = dry road.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weather: Option<f64>,
}

/// The names of all there is to change.
pub const TUNABLE: [&str; 10] = [
    "vehicles",
    "report_share",
    "report_rule",
    "report_interval_s",
    "gps_noise_m",
    "report_loss",
    "report_delay_s",
    "report_duplicates",
    "speed",
    "weather",
];

impl Tuning {
    /// Reads an object that holds changes and nothing else.
    ///
    /// # Errors
    /// The first member that is wrong.
    pub fn from_json(value: Value) -> Result<Self, Refusal> {
        let mut members = Members::of(value)?;
        let tuning = Self::taken_from(&mut members)?;
        members.end(&TUNABLE)?;
        Ok(tuning)
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn taken_from(members: &mut Members) -> Result<Self, Refusal> {
        Ok(Self {
            vehicles: members.count(&limits::VEHICLES)?,
            report_share: members.number(&limits::REPORT_SHARE)?,
            report_rule: members
                .take("report_rule")
                .map(|rule| {
                    rule.as_str().and_then(ReportRule::parse).ok_or_else(|| {
                        Refusal::of("report_rule", format!("{rule} is neither \"fixed\" nor \"cam\""))
                    })
                })
                .transpose()?,
            report_interval_s: members.number(&limits::REPORT_INTERVAL_S)?,
            gps_noise_m: members.number(&limits::GPS_NOISE_M)?,
            report_loss: members.number(&limits::REPORT_LOSS)?,
            report_delay_s: members.number(&limits::REPORT_DELAY_S)?,
            report_duplicates: members.number(&limits::REPORT_DUPLICATES)?,
            speed: members.number(&limits::SPEED)?,
            weather: members.number(&limits::WEATHER)?,
        })
    }
}

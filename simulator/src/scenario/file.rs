//! The file format: TOML, field by field. Unknown fields are errors.

use serde::Deserialize;
use toml::Spanned;

/// A scenario as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScenario {
    pub title: Option<String>,
    pub description: Option<String>,
    pub network: Option<String>,
    pub network_from: Option<String>,
    pub network_classes: Option<Spanned<Vec<String>>>,
    pub zones: Option<String>,
    pub vehicles: Option<Spanned<i64>>,
    pub parked: Option<Spanned<i64>>,
    pub seed: Option<Spanned<i64>>,
    pub time_of_day: Option<Spanned<String>>,
    pub demand: Option<Spanned<Vec<f64>>>,
    pub weather: Option<Spanned<f64>>,
    pub report_share: Option<Spanned<f64>>,
    pub report_rule: Option<RawRule>,
    pub report_interval_s: Option<Spanned<f64>>,
    pub gps_noise_m: Option<Spanned<f64>>,
    pub report_loss: Option<Spanned<f64>>,
    pub report_delay_s: Option<Spanned<f64>>,
    pub report_duplicates: Option<Spanned<f64>>,
    pub warm_up_s: Option<Spanned<f64>>,
    pub fleet: Option<Spanned<RawFleet>>,
    #[serde(default)]
    pub attract: Vec<Spanned<RawAttract>>,
    #[serde(default)]
    pub through: Vec<Spanned<RawThrough>>,
    #[serde(default)]
    pub incident: Vec<Spanned<RawIncident>>,
}

/// Shares of the kinds of vehicle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct RawFleet {
    pub car: f64,
    pub truck: f64,
    pub bus: f64,
    pub motorcycle: f64,
    pub emergency: f64,
    pub other: f64,
}

/// A street that more, or fewer, trips end in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttract {
    pub road: Spanned<String>,
    pub weight: Spanned<f64>,
}

/// A place that a share of all trips passes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawThrough {
    pub place: Spanned<RawPlace>,
    pub share: Spanned<f64>,
}

/// A place: by coordinates, or by street and how far along it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlace {
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub road: Option<String>,
    pub fraction: Option<f64>,
    pub heading: Option<f64>,
}

/// Something that befalls vehicles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIncident {
    pub id: Option<Spanned<String>>,
    pub kind: RawIncidentKind,
    pub place: Spanned<RawPlace>,
    pub at_s: Spanned<f64>,
    pub duration_s: Spanned<f64>,
    pub repeat_s: Option<Spanned<f64>>,
    pub vehicles: Option<Spanned<i64>>,
    pub reports: Option<Spanned<RawReports>>,
    pub known_after_s: Option<Spanned<f64>>,
    pub lanes: Option<Spanned<Vec<u8>>>,
    pub length_m: Option<Spanned<f64>>,
    pub limit_kmh: Option<Spanned<f64>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawRule {
    Fixed,
    Cam,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawIncidentKind {
    Crash,
    Breakdown,
    LaneClosure,
    Roadworks,
}

/// All of them, none, or how many.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum RawReports {
    All(bool),
    Count(i64),
}

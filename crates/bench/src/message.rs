//! Reports as messages, as the simulator and phones send them.

use model::{LatLon, PositionReport, VehicleKind};
use std::fmt::Write;

/// The topic of a report.
#[must_use]
pub fn topic(report: &PositionReport) -> String {
    model::topic::position(&report.vehicle)
}

/// The payload of a report; `json` is used again.
pub fn payload(report: &PositionReport, json: &mut String) {
    let LatLon { lat, lon } = report.position;
    json.clear();
    // Writing to memory cannot fail.
    let _ = write!(json, "{{\"ts\":{},\"lat\":{lat:.7},\"lon\":{lon:.7}", report.ts.as_ms());
    let mut field = |name: &str, value: Option<f64>, digits: usize| {
        if let Some(value) = value {
            let _ = write!(json, ",\"{name}\":{value:.digits$}");
        }
    };
    field("speed", report.speed_mps, 2);
    field("heading", report.heading_deg, 1);
    field("acceleration", report.acceleration_mps2, 2);
    field("accuracy", report.accuracy_m, 1);
    let _ = write!(json, ",\"type\":\"{}\"}}", report.kind.unwrap_or(VehicleKind::Other).as_str());
}

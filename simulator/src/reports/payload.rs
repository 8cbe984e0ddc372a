//! The JSON of reports. Written by hand: it is most of the work of a second with many vehicles.

use std::io::Write;

use model::{LatLon, VehicleKind};

/// The values of a position report.
pub(super) struct PositionValues {
    pub ts_ms: i64,
    pub position: LatLon,
    pub speed_mps: f64,
    pub heading_deg: f64,
    pub accel_mps2: f64,
    pub accuracy_m: f64,
    pub kind: VehicleKind,
}

/// The values of a hazard report.
pub(super) struct HazardValues {
    pub ts_ms: i64,
    pub position: LatLon,
    pub heading_deg: f64,
    pub cause: model::Cause,
    pub validity_s: u32,
    pub cancel: bool,
}

pub(super) fn position(values: &PositionValues) -> Vec<u8> {
    let PositionValues { ts_ms, position: LatLon { lat, lon }, speed_mps, accel_mps2, accuracy_m, .. } =
        values;
    let mut json = Vec::with_capacity(160);
    // Writing to memory cannot fail.
    let _ = write!(
        json,
        "{{\"ts\":{ts_ms},\"lat\":{lat:.7},\"lon\":{lon:.7},\"speed\":{speed_mps:.2},\"heading\":{:.1},\
         \"acceleration\":{:.2},\"accuracy\":{accuracy_m:.1},\"type\":\"{}\"}}",
        heading(values.heading_deg),
        accel_mps2.clamp(-20.0, 20.0),
        values.kind.as_str(),
    );
    json
}

pub(super) fn hazard(values: &HazardValues) -> Vec<u8> {
    let HazardValues { ts_ms, position: LatLon { lat, lon }, cause, validity_s, .. } = values;
    let mut json = Vec::with_capacity(160);
    let _ = write!(
        json,
        "{{\"ts\":{ts_ms},\"lat\":{lat:.7},\"lon\":{lon:.7},\"cause\":{},\"subcause\":{},\"heading\":{:.1},\
         \"validity\":{validity_s}{}}}",
        cause.code,
        cause.subcause,
        heading(values.heading_deg),
        if values.cancel { ",\"cancel\":true" } else { "" },
    );
    json
}

/// A heading that does not round up to 360.0.
fn heading(heading_deg: f64) -> f64 {
    let tenths = (heading_deg * 10.0).round() / 10.0;
    if (0.0..360.0).contains(&tenths) { tenths } else { 0.0 }
}

//! Position reports made of what other programs wrote about vehicles.

use std::fmt::Write;

use model::{LatLon, VehicleId, VehicleKind, topic};

use super::found::Recorded;

/// A vehicle at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// Epoch ms.
    pub ts_ms: i64,
    pub position: LatLon,
    pub speed_mps: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    pub accel_mps2: Option<f64>,
    pub kind: Option<VehicleKind>,
}

/// The message of a vehicle that reports this. What is outside its range is left out.
pub(super) fn message(vehicle: &VehicleId, sample: &Sample) -> Recorded {
    let Sample { ts_ms, position: LatLon { lat, lon }, .. } = sample;
    let mut json = format!("{{\"ts\":{ts_ms},\"lat\":{lat:.7},\"lon\":{lon:.7}");
    let mut add = |name: &str, value: Option<f64>, decimals: usize| {
        if let Some(value) = value {
            // Writing to memory cannot fail.
            let _ = write!(json, ",\"{name}\":{value:.decimals$}");
        }
    };
    add("speed", sample.speed_mps.filter(|speed| (0.0..=100.0).contains(speed)), 2);
    add("heading", sample.heading_deg.map(heading), 1);
    add("acceleration", sample.accel_mps2.filter(|accel| (-20.0..=20.0).contains(accel)), 2);
    if let Some(kind) = sample.kind {
        let _ = write!(json, ",\"type\":\"{}\"", kind.as_str());
    }
    json.push('}');
    Recorded { topic: topic::position(vehicle), received_ms: *ts_ms, payload: json.into_bytes() }
}

/// 0 up to 360, which rounds to 0.
fn heading(heading_deg: f64) -> f64 {
    let tenths = (heading_deg.rem_euclid(360.0) * 10.0).round() / 10.0;
    if tenths < 360.0 { tenths } else { 0.0 }
}

/// The id of a vehicle that another program calls by this name: characters that no id has are written as `:` and their
/// number in hexadecimal. `None` if that is too long.
pub(super) fn vehicle_id(name: &str) -> Option<VehicleId> {
    let mut id = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | ':' | '-') {
            id.push(letter);
        } else {
            let _ = write!(id, ":{:x}", u32::from(letter));
        }
    }
    VehicleId::new(&id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_what_is_known_and_in_range() {
        let vehicle = VehicleId::new("a").unwrap();
        let mut sample = Sample {
            ts_ms: 1_760_000_000_000,
            position: LatLon::new(60.1, 24.2),
            speed_mps: None,
            heading_deg: None,
            accel_mps2: Some(90.0),
            kind: None,
        };
        let written = message(&vehicle, &sample);
        assert_eq!(written.topic, "vigiroute/v1/vehicles/a/position");
        assert_eq!(written.payload, br#"{"ts":1760000000000,"lat":60.1000000,"lon":24.2000000}"#);
        sample.speed_mps = Some(3.456);
        sample.heading_deg = Some(-0.01);
        sample.kind = Some(VehicleKind::Bus);
        let written = String::from_utf8(message(&vehicle, &sample).payload).unwrap();
        assert!(written.ends_with(r#""speed":3.46,"heading":0.0,"type":"bus"}"#), "{written}");
    }

    #[test]
    fn names_that_are_no_ids_stay_apart() {
        let id = |name| vehicle_id(name).map(|id| id.as_str().to_owned());
        assert_eq!(id("veh#1/a").as_deref(), Some("veh:231:2fa"));
        assert_eq!(id("flow_7.12").as_deref(), Some("flow_7.12"));
        assert_eq!((id(""), id(&"x".repeat(65))), (None, None));
    }
}

//! MQTT messages of every dialect: the first line of the input is the topic, the rest the payload.
//!
//! Whatever is sent, a report comes out with every value in its range, or a reason why there is none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::codec::{MAX_BATCH_REPORTS, Report, decode};
use model::topic::Topic;
use model::{LatLon, PositionReport, check_id};

fuzz_target!(|input: &[u8]| {
    let (topic, payload) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &b""[..]),
    };
    let Ok(topic) = std::str::from_utf8(topic) else { return };
    let Ok(topic) = Topic::parse(topic) else { return };
    let (mut reports, mut again) = (Vec::new(), Vec::new());
    decode(&topic, payload, |report| reports.push(report));
    decode(&topic, payload, |report| again.push(report));
    assert_eq!(reports, again, "the same message is the same reports");
    match topic {
        Topic::FleetPositions(_) => assert!(reports.len() <= MAX_BATCH_REPORTS),
        _ => assert_eq!(reports.len(), 1),
    }
    for report in reports.into_iter().flatten() {
        match report {
            Report::Position(report) => check_position(&report),
            Report::Hazard(report) => {
                assert!(check_id(report.vehicle.as_str()).is_ok());
                assert!(LatLon::checked(report.position.lat, report.position.lon).is_some());
                assert!(report.heading_deg.is_none_or(|heading| (0.0..360.0).contains(&heading)));
                assert!(report.validity_s <= 86_400);
            }
        }
    }
});

fn check_position(report: &PositionReport) {
    assert!(check_id(report.vehicle.as_str()).is_ok(), "{report:?}");
    assert!(LatLon::checked(report.position.lat, report.position.lon).is_some(), "{report:?}");
    let inside = |value: Option<f64>, low: f64, high: f64| value.is_none_or(|v| (low..=high).contains(&v));
    assert!(inside(report.speed_mps, 0.0, 100.0), "{report:?}");
    assert!(inside(report.acceleration_mps2, -20.0, 20.0), "{report:?}");
    assert!(report.heading_deg.is_none_or(|heading| (0.0..360.0).contains(&heading)), "{report:?}");
    assert!(report.accuracy_m.is_none_or(|accuracy| accuracy.is_finite() && accuracy >= 0.0), "{report:?}");
}

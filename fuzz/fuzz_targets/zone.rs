//! Zones as GeoJSON: what is read as a zone is the same zone when it is written and read again, and the detector can
//! work with it.

#![no_main]

use detect::{Detector, Settings};
use libfuzzer_sys::fuzz_target;
use model::codec::Report;
use model::{LatLon, PositionReport, Shape, Timestamp, VehicleId, Zone};
use std::sync::Arc;

fuzz_target!(|input: &[u8]| {
    let Ok(zone) = Zone::from_geojson(input) else { return };
    let again = Zone::from_feature(&zone.to_feature()).expect("what was written can be read");
    assert_eq!(again, zone);

    // A vehicle drives from the zone's first point away from it.
    let Some(first) = first_point(&zone.shape) else { return };
    let (network, _) =
        roadnet::read_geojson(br#"{"type":"FeatureCollection","features":[]}"#).expect("no roads");
    let mut detector = Detector::new(Settings::default(), Arc::new(network));
    detector.set_zone(zone);
    for second in 0..20_u32 {
        let ts = Timestamp::from_ms_clamped(1_760_000_000_000 + i64::from(second) * 1_000);
        let lat = (first.lat + f64::from(second) * 0.000_2).min(90.0);
        let report = PositionReport {
            vehicle: VehicleId::new("v").expect("an id"),
            ts,
            position: LatLon::new(lat, first.lon),
            speed_mps: Some(22.0),
            heading_deg: Some(0.0),
            acceleration_mps2: None,
            accuracy_m: None,
            kind: None,
        };
        let _ = detector.handle_report(Report::Position(report), ts);
        while detector.poll_output().is_some() {}
    }
});

fn first_point(shape: &Shape) -> Option<LatLon> {
    match shape {
        Shape::Polygons(polygons) => polygons.first()?.first()?.first().copied(),
        Shape::Circle { center, .. } => Some(*center),
        Shape::Corridor { line, .. } => line.first().copied(),
    }
}

use super::*;
use crate::{Cause, LatLon, Timestamp};
use proptest::prelude::*;

const POSITION: &str = "vigiroute/v1/vehicles/v1/position";
const HAZARD: &str = "vigiroute/v1/vehicles/v1/hazard";
const FLEET: &str = "vigiroute/v1/fleets/blue/positions";

fn decode_all(topic: &str, payload: &[u8]) -> Vec<Result<Report, DropReason>> {
    let mut reports = Vec::new();
    match Topic::parse(topic) {
        Ok(topic) => decode(&topic, payload, |report| reports.push(report)),
        Err(reason) => reports.push(Err(reason)),
    }
    reports
}

fn drop_of(topic: &str, payload: &str) -> Option<DropReason> {
    decode_all(topic, payload.as_bytes()).pop().and_then(Result::err)
}

fn position(topic: &str, payload: &str) -> PositionReport {
    match decode_all(topic, payload.as_bytes()).pop() {
        Some(Ok(Report::Position(report))) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_position_report_is_read() {
    let report = position(
        POSITION,
        r#"{"ts":1760000000123,"lat":60.17,"lon":24.94,"speed":13.9,"heading":360,"acceleration":-1.5,
            "accuracy":4,"type":"truck","battery":{"percent":80}}"#,
    );
    assert_eq!(report.vehicle.as_str(), "v1");
    assert_eq!(report.ts.as_ms(), 1_760_000_000_123);
    assert_eq!(report.position, LatLon::new(60.17, 24.94));
    assert_eq!(report.speed_mps, Some(13.9));
    assert_eq!(report.heading_deg, Some(0.0));
    assert_eq!(report.acceleration_mps2, Some(-1.5));
    assert_eq!(report.accuracy_m, Some(4.0));
    assert_eq!(report.kind, Some(VehicleKind::Truck));
}

#[test]
fn the_least_position_report_is_read() {
    let report = position(POSITION, r#"{"ts":"2025-10-09T08:53:20.123Z","lat":-33,"lon":151.2}"#);
    assert_eq!(Some(report.ts), Timestamp::from_ms(1_760_000_000_123));
    assert_eq!((report.speed_mps, report.heading_deg, report.kind), (None, None, None));
}

#[test]
fn every_fault_has_its_reason() {
    use DropReason::{BadTopic, Malformed, MissingField, OutOfRange, TooLarge};
    let big = format!(r#"{{"ts":1,"lat":1,"lon":1,"x":"{}"}}"#, "x".repeat(MAX_REPORT_BYTES));
    for (payload, reason) in [
        ("", Malformed),
        ("{", Malformed),
        ("[]", Malformed),
        (r#"{"ts":1,"lat":"north","lon":1}"#, Malformed),
        (r#"{"ts":"soon","lat":1,"lon":1}"#, Malformed),
        (r#"{"ts":1,"lat":1,"lon":1} x"#, Malformed),
        (r#"{"lat":1,"lon":1}"#, MissingField),
        (r#"{"ts":1,"lat":null,"lon":1}"#, MissingField),
        (r#"{"ts":1,"lat":1}"#, MissingField),
        (r#"{"ts":-5,"lat":1,"lon":1}"#, OutOfRange),
        (r#"{"ts":99999999999999999,"lat":1,"lon":1}"#, OutOfRange),
        (r#"{"ts":1,"lat":90.5,"lon":1}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":-181}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":1,"speed":-1}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":1,"speed":100.1}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":1,"heading":361}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":1,"acceleration":21}"#, OutOfRange),
        (r#"{"ts":1,"lat":1,"lon":1,"accuracy":-1}"#, OutOfRange),
        (big.as_str(), TooLarge),
    ] {
        assert_eq!(drop_of(POSITION, payload), Some(reason), "{}", &payload[..payload.len().min(60)]);
    }
    assert_eq!(drop_of("vigiroute/v1/vehicles/a b/position", "{}"), Some(BadTopic));
    let invalid_utf8 = b"{\"ts\":1,\"lat\":1,\"lon\":1,\"x\":\"\xff\"}";
    assert_eq!(decode_all(POSITION, invalid_utf8), vec![Err(Malformed)]);
}

#[test]
fn hazards_are_read_with_their_defaults() {
    let decoded = decode_all(HAZARD, br#"{"ts":1760000000123,"lat":60.17,"lon":24.94,"cause":2}"#);
    let [Ok(Report::Hazard(hazard))] = decoded.as_slice() else { panic!("{decoded:?}") };
    assert_eq!(hazard.cause, Cause { code: 2, subcause: 0 });
    assert_eq!((hazard.validity_s, hazard.cancel, hazard.heading_deg), (600, false, None));
}

#[test]
fn hazards_outside_their_ranges_are_refused() {
    for (rest, reason) in [
        ("", DropReason::MissingField),
        (r#","cause":256"#, DropReason::OutOfRange),
        (r#","cause":-1"#, DropReason::OutOfRange),
        (r#","cause":2,"subcause":300"#, DropReason::OutOfRange),
        (r#","cause":2,"validity":86401"#, DropReason::OutOfRange),
        (r#","cause":2.5"#, DropReason::Malformed),
        (r#","cause":2,"cancel":"yes""#, DropReason::Malformed),
    ] {
        let payload = format!(r#"{{"ts":1,"lat":1,"lon":1{rest}}}"#);
        assert_eq!(drop_of(HAZARD, &payload), Some(reason), "{payload}");
    }
}

#[test]
fn one_bad_report_in_a_batch_costs_the_others_nothing() {
    let batch = r#"[{"vehicle":"7","ts":1,"lat":1,"lon":1},{"vehicle":"8","ts":1,"lat":"x","lon":1},
                    {"ts":1,"lat":1,"lon":1},{"vehicle":"a/b","ts":1,"lat":1,"lon":1},
                    {"vehicle":"9","ts":1,"lat":1,"lon":2}]"#;
    let ids: Vec<_> = decode_all(FLEET, batch.as_bytes())
        .into_iter()
        .map(|report| match report {
            Ok(Report::Position(report)) => Ok(report.vehicle.to_string()),
            Ok(Report::Hazard(_)) => Ok("hazard".to_owned()),
            Err(reason) => Err(reason),
        })
        .collect();
    assert_eq!(
        ids,
        vec![
            Ok("blue:7".to_owned()),
            Err(DropReason::Malformed),
            Err(DropReason::MissingField),
            Err(DropReason::OutOfRange),
            Ok("blue:9".to_owned()),
        ]
    );
}

#[test]
fn batches_over_the_limits_are_too_large() {
    let report = r#"{"vehicle":"1","ts":1,"lat":1,"lon":1}"#;
    let batch = |n: usize| format!("[{}]", vec![report; n].join(","));
    assert_eq!(decode_all(FLEET, batch(1_000).as_bytes()).len(), 1_000);
    assert_eq!(decode_all(FLEET, batch(1_001).as_bytes()), vec![Err(DropReason::TooLarge)]);
    assert_eq!(decode_all(FLEET, &vec![b' '; MAX_BATCH_BYTES + 1]), vec![Err(DropReason::TooLarge)]);
    assert_eq!(drop_of(FLEET, "{}"), Some(DropReason::Malformed));
}

const TRAM: &str = "/hfp/v2/journey/ongoing/vp/tram/0040/00433/1008/1/Arabia/07:53/1140450/3/60;24/19/82/16";

#[test]
fn a_trams_hfp_message_is_a_position_report() {
    let report = position(
        TRAM,
        r#"{"VP":{"desi":"8","oper":40,"veh":433,"tst":"2026-09-29T04:53:15.251Z","tsi":1790657595,"spd":2.93,
            "hdg":88,"lat":60.181121,"long":24.926036,"acc":0.0,"dl":-11,"odo":19,"drst":0,"loc":"GPS"}}"#,
    );
    assert_eq!(report.vehicle.as_str(), "hsl:0040:00433");
    assert_eq!(report.ts.to_string(), "2026-09-29T04:53:15.251Z");
    assert_eq!(report.position, LatLon::new(60.181_121, 24.926_036));
    assert_eq!((report.speed_mps, report.heading_deg), (Some(2.93), Some(88.0)));
    assert_eq!(report.kind, Some(VehicleKind::Bus));
}

#[test]
fn an_hfp_vehicle_without_a_fix_has_no_position() {
    let no_fix = r#"{"VP":{"tst":"2026-09-29T04:53:15.251Z","spd":null,"hdg":null,"lat":null,"long":null,"acc":null}}"#;
    assert_eq!(drop_of(TRAM, no_fix), Some(DropReason::MissingField));
    assert_eq!(drop_of(TRAM, "{}"), Some(DropReason::MissingField));
    assert_eq!(drop_of(TRAM, r#"{"VP":3}"#), Some(DropReason::Malformed));
}

proptest! {
    #[test]
    fn no_payload_makes_a_decoder_panic(payload in proptest::collection::vec(any::<u8>(), 0..200), pick in 0usize..4) {
        let topic = [POSITION, HAZARD, FLEET, TRAM][pick];
        let _ = decode_all(topic, &payload);
    }

    #[test]
    fn reports_in_range_are_read_to_the_same_values(
        ms in 0i64..253_402_300_799_999, lat in -90.0..=90.0f64, lon in -180.0..=180.0f64,
        speed in 0.0..=100.0f64, heading in 0.0..360.0f64,
    ) {
        let payload = serde_json::json!({"ts": ms, "lat": lat, "lon": lon, "speed": speed, "heading": heading}).to_string();
        let report = position(POSITION, &payload);
        prop_assert_eq!(report.ts.as_ms(), ms);
        // The JSON reader may be off by one unit in the last place.
        let near = |read: f64, written: f64| (read - written).abs() < 1e-12 * (1.0 + written.abs());
        prop_assert!(near(report.position.lat, lat) && near(report.position.lon, lon));
        prop_assert!(report.speed_mps.is_some_and(|s| near(s, speed)));
        prop_assert!(report.heading_deg.is_some_and(|h| near(h, heading)));
    }
}

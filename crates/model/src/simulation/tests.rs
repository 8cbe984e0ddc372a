use serde_json::json;

use super::*;
use crate::{Geometry, LatLon, Phase, Timestamp};

fn refused(text: &str) -> (String, String) {
    let (_, refusal) = Command::from_json(text.as_bytes()).unwrap_err();
    (refusal.field, refusal.reason)
}

#[test]
fn a_command_may_change_several_things_and_stage_and_clear_incidents() {
    let text = json!({
        "request": "r1", "vehicles": 2000, "gps_noise_m": 5, "report_rule": "cam", "speed": 0, "weather": null,
        "incident": {"kind": "crash", "place": {"lat": 60.17, "lon": 24.94, "heading": 90}, "reports": 1},
        "clear": "incident-0"
    });
    let command = Command::from_json(text.to_string().as_bytes()).unwrap();
    assert_eq!(command.request.as_deref(), Some("r1"));
    let expected = Tuning {
        vehicles: Some(2_000),
        gps_noise_m: Some(5.0),
        report_rule: Some(ReportRule::Cam),
        speed: Some(0.0),
        ..Tuning::default()
    };
    assert_eq!(command.tuning, expected);
    let incident = command.incident.unwrap();
    assert_eq!((incident.kind, incident.place), (StagedKind::Crash, LatLon::new(60.17, 24.94)));
    assert_eq!((incident.heading_deg, incident.duration_s), (Some(90.0), 600.0));
    assert_eq!((incident.reports, incident.vehicles), (Reporters::Count(1), None));
    assert_eq!(command.clear.as_deref(), Some("incident-0"));
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    for (text, field, reason) in [
        (r#"{"vehicles": 0}"#, "vehicles", "0 is not a number from 1 to 100000"),
        (r#"{"vehicles": 1.5}"#, "vehicles", "1.5 is not a whole number"),
        (r#"{"vehicles": "many"}"#, "vehicles", "\"many\" is not a number"),
        (r#"{"report_share": 1.01}"#, "report_share", "1.01 is not a number from 0 to 1"),
        (r#"{"report_rule": "often"}"#, "report_rule", "neither"),
        (r#"{"weather": 0}"#, "weather", "0 is not a number from 0.3 to 1"),
        (r#"{"vehicels": 3}"#, "vehicels", "there is no such member; there are vehicles"),
        (r#"{"incident": {"place": {}}}"#, "incident.kind", "is missing"),
        (r#"{"incident": {"kind": "fire"}}"#, "incident.kind", "\"fire\" is not one of crash"),
        (r#"{"incident": {"kind": "crash"}}"#, "incident.place", "is missing"),
        (
            r#"{"incident": {"kind": "crash", "place": {"lat": 91, "lon": 0}}}"#,
            "incident.place.lat",
            "-90 to 90",
        ),
        (r#"{"incident": {"kind": "crash", "place": {"lat": 1}}}"#, "incident.place.lon", "is missing"),
        (
            r#"{"incident": {"kind": "crash", "place": {"lat": 1, "lon": 1}, "reports": 3}}"#,
            "incident.reports",
            "only the 2",
        ),
        (
            r#"{"incident": {"kind": "breakdown", "place": {"lat": 1, "lon": 1}, "vehicles": 2}}"#,
            "incident.vehicles",
            "1 to 1",
        ),
        (
            r#"{"incident": {"kind": "crash", "place": {"lat": 1, "lon": 1}, "lanes": [0]}}"#,
            "incident.lanes",
            "lane_closure",
        ),
        (
            r#"{"incident": {"kind": "roadworks", "place": {"lat": 1, "lon": 1}, "lanes": []}}"#,
            "incident.lanes",
            "not a list",
        ),
        (r#"{"clear": "a b"}"#, "clear", "A-Z"),
        ("{}", "", "nothing is asked for"),
        ("[1]", "", "must be a JSON object"),
        ("{", "", "not JSON"),
    ] {
        let (found, said) = refused(text);
        assert_eq!(found, field, "{text}: {said}");
        assert!(said.contains(reason), "{text}: {said}");
    }
}

#[test]
fn a_refusal_names_the_request_that_it_is_about() {
    let (request, _) = Command::from_json(br#"{"request": "r7", "vehicles": 0}"#).unwrap_err();
    assert_eq!(request.as_deref(), Some("r7"));
}

#[test]
fn answers_are_read_as_they_are_written() {
    let refused = Reply::refused(Some("r".into()), Refusal::of("vehicles", "too many"));
    let done = Reply::done(None, Some("staged-1".into()));
    for reply in [refused.clone(), done] {
        let text = serde_json::to_string(&reply).unwrap();
        assert_eq!(serde_json::from_str::<Reply>(&text).unwrap(), reply, "{text}");
    }
    let text = serde_json::to_value(&refused).unwrap();
    assert_eq!(text, json!({"request": "r", "done": false, "field": "vehicles", "reason": "too many"}));
}

#[test]
fn truth_is_read_as_it_is_written() {
    let at = Timestamp::from_ms_clamped(1_760_000_000_000);
    let position = LatLon::new(60.17, 24.94);
    let truth = Truth {
        id: "jam-1".into(),
        kind: TruthKind::Jam,
        phase: Phase::Started,
        at,
        since: at,
        position,
        geometry: Geometry::line(&[position, LatLon::new(60.171, 24.94)]),
        road: None,
        vehicles: Vec::new(),
        marginal: false,
    };
    let text = serde_json::to_string(&truth).unwrap();
    assert!(text.contains(r#""kind":"jam","phase":"started""#) && !text.contains("marginal"), "{text}");
    assert_eq!(serde_json::from_str::<Truth>(&text).unwrap(), truth);
}

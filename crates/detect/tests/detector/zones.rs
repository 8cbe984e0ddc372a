use crate::oracle::Random;
use crate::world::{World, at, place, second};
use model::{DropReason, Event, EventKind, PositionReport, VehicleId};

pub const CENTRE: &str = r#"{"type":"Feature","properties":{"id":"centre","name":"Centre"},"geometry":{"type":"Polygon",
    "coordinates":[[[0.0018,-0.001],[0.0036,-0.001],[0.0036,0.001],[0.0018,0.001],[0.0018,-0.001]]]}}"#;

#[test]
fn a_drive_through_a_zone_is_one_entry_and_one_exit() {
    let mut world = World::new();
    world.zone(CENTRE);
    for s in 0..=60 {
        world.drive("v1", f64::from(s), f64::from(s) * 10.0, 10.0);
    }
    let [entry] = world.of(EventKind::ZoneEntry)[..] else { panic!("{:?}", world.events) };
    let [exit] = world.of(EventKind::ZoneExit)[..] else { panic!("{:?}", world.events) };
    // The borders are at 200.15 m and 400.30 m.
    assert!((second(entry.occurred_at) - 20.015).abs() < 0.01, "{}", entry.occurred_at);
    assert!((second(exit.occurred_at) - 40.03).abs() < 0.01, "{}", exit.occurred_at);
    assert!(entry.position.distance_m(place(200.15, 0.0)) < 0.5);
    assert_eq!(entry.vehicles[0].as_str(), "v1");
    assert_eq!(entry.zone.as_ref().map(|zone| zone.name.as_str()), Some("Centre"));
    assert_eq!(entry.road.as_ref().and_then(|road| road.name.as_deref()), Some("West Street"));
    assert_eq!((entry.revision, entry.measures.speed_mps), (1, Some(10.0)));
    assert!(world.state.is_empty(), "{:?}", world.state);
}

#[test]
fn a_vehicle_first_heard_of_inside_has_entered() {
    let mut world = World::new();
    world.zone(CENTRE);
    world.drive("v1", 0.0, 300.0, 0.0);
    assert_eq!(world.of(EventKind::ZoneEntry).len(), 1);
}

#[test]
fn a_vehicle_that_falls_silent_inside_leaves_in_the_end() {
    let mut world = World::new();
    world.zone(CENTRE);
    world.drive("v1", 0.0, 300.0, 0.0);
    for s in 1..800 {
        world.drive("v2", f64::from(s), 10.0, 0.0);
    }
    let exits = world.of(EventKind::ZoneExit);
    assert_eq!(exits.len(), 1);
    assert_eq!(exits[0].confidence, 0.5);
    assert_eq!(second(exits[0].occurred_at), 0.0);
}

#[test]
fn who_is_still_inside_after_a_silent_exit_comes_in_anew() {
    let mut world = World::new();
    world.zone(CENTRE);
    world.drive("v1", 0.0, 300.0, 0.0);
    for s in 1..800 {
        world.drive("v2", f64::from(s), 10.0, 0.0);
    }
    assert_eq!(world.of(EventKind::ZoneExit).len(), 1);
    // Comes late, and says that it has not moved.
    world.drive("v1", 650.0, 300.0, 0.0);
    world.drive("v1", 651.0, 301.0, 0.0);
    let [first, again] = world.of(EventKind::ZoneEntry)[..] else { panic!("{:?}", world.events) };
    assert_ne!(first.id, again.id);
    assert_eq!((second(first.occurred_at), second(again.occurred_at)), (0.0, 650.0));
    assert_eq!(world.of(EventKind::ZoneExit).len(), 1);
}

#[test]
fn reports_that_are_no_use_change_nothing() {
    let mut world = World::new();
    world.zone(CENTRE);
    world.drive("v1", 100.0, 100.0, 10.0);
    for (at_s, east_m, reason) in [
        (100.0, 300.0, DropReason::Duplicate),
        (99.0, 300.0, DropReason::OutOfOrder),
        (101.0, 5_000.0, DropReason::ImpossibleJump),
    ] {
        assert_eq!(world.report("v1", at_s, place(east_m, 0.0), 1.0), Err(reason));
    }
    assert_eq!(world.events, []);
}

#[test]
fn a_vehicle_that_stands_near_a_border_never_crosses_it() {
    let mut random = Random(5);
    for off_m in [-4.0, 1.0, 6.0] {
        let mut world = World::new();
        world.zone(CENTRE);
        // Drives up to the border at 200.15 m and parks there for an hour, with a receiver that drifts by 5 m each way.
        for s in 0..20 {
            world.drive("v1", f64::from(s), 10.0 * f64::from(s) + off_m, 10.0);
        }
        let mut noise = (0.0, 0.0);
        for s in 20..3_600 {
            noise = (0.95 * noise.0 + 1.56 * random.normal(), 0.95 * noise.1 + 1.56 * random.normal());
            let speed = (0.3 * random.normal()).max(0.0);
            let there = place(200.15 + off_m + noise.0, noise.1);
            assert_eq!(world.report("v1", f64::from(s), there, speed), Ok(()));
        }
        assert_eq!(world.of(EventKind::ZoneEntry), Vec::<&Event>::new(), "{off_m} m");
    }
}

#[test]
fn a_drive_along_a_border_is_no_visit() {
    let mut random = Random(6);
    let mut world = World::new();
    // Its southern border lies 6 m beside the street's line, 4 m beside the carriageway.
    world.zone(
        r#"{"type":"Feature","properties":{"id":"field"},"geometry":{"type":"Polygon","coordinates":
        [[[0.0005,0.000054],[0.0085,0.000054],[0.0085,0.001],[0.0005,0.001],[0.0005,0.000054]]]}}"#,
    );
    for v in 0..40 {
        let mut noise = 0.0;
        for s in 0..90 {
            noise = 0.95 * noise + 1.56 * random.normal();
            let there = place(10.0 * f64::from(s), noise - 2.0);
            assert_eq!(world.report(&format!("v{v}"), f64::from(s), there, 10.0), Ok(()));
        }
    }
    assert_eq!(world.events, []);
}

#[test]
fn positions_that_are_too_inexact_for_a_zone_are_not_seen_by_it() {
    let gated = CENTRE.replace(r#""name":"Centre""#, r#""name":"Centre","max_accuracy_m":20"#);
    let mut world = World::new();
    world.zone(&gated);
    // Not inside, as the third says; then inside, as only the last says for sure.
    for (at_s, east_m, accuracy_m) in
        [(0.0, 100.0, 5.0), (10.0, 300.0, 40.0), (20.0, 120.0, 5.0), (30.0, 280.0, 40.0), (40.0, 300.0, 5.0)]
    {
        let report = PositionReport {
            vehicle: VehicleId::new("v1").expect("an id"),
            ts: at(at_s),
            position: place(east_m, 0.0),
            speed_mps: Some(10.0),
            heading_deg: Some(90.0),
            acceleration_mps2: None,
            accuracy_m: Some(accuracy_m),
            kind: None,
        };
        assert_eq!(world.send(report), Ok(()));
    }
    let crossings: Vec<_> =
        world.events.iter().map(|event| (event.kind, second(event.occurred_at))).collect();
    assert_eq!(crossings.len(), 1, "{crossings:?}");
    assert!(
        crossings[0].0 == EventKind::ZoneEntry && (20.0..40.0).contains(&crossings[0].1),
        "{crossings:?}"
    );
}

#[test]
fn a_stay_is_told_when_it_has_lasted_long_enough_though_nothing_moves() {
    let patient = CENTRE.replace(r#""name":"Centre""#, r#""name":"Centre","min_dwell_s":60"#);
    let mut world = World::new();
    world.zone(&patient);
    for s in 0..=30 {
        world.drive("v1", f64::from(s), 10.0 * f64::from(s), 10.0);
    }
    for s in 31..75 {
        world.drive("v1", f64::from(s), 300.0, 0.0);
    }
    assert_eq!(world.of(EventKind::ZoneEntry), Vec::<&Event>::new());
    for s in 75..90 {
        world.drive("v1", f64::from(s), 300.0, 0.0);
    }
    let [entry] = world.of(EventKind::ZoneEntry)[..] else { panic!("{:?}", world.events) };
    assert!((second(entry.occurred_at) - 20.015).abs() < 0.1, "{}", entry.occurred_at);
    assert!((80.0..82.0).contains(&second(entry.detected_at)), "{}", entry.detected_at);
}

#[test]
fn a_visit_between_two_reports_on_a_bent_road_is_found() {
    // From West Street the road goes over the hill and down again; no report comes from up there.
    let hill = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"hill","properties":
        {"highway":"primary","maxspeed":80},"geometry":{"type":"LineString","coordinates":
        [[0,0],[0.001,0],[0.0015,0.0007],[0.002,0],[0.003,0]]}}]}"#;
    let mut world = World::on(hill);
    world.zone(
        r#"{"type":"Feature","properties":{"id":"top","radius_m":50},
        "geometry":{"type":"Point","coordinates":[0.0015,0.0007]}}"#,
    );
    for (at_s, east_m) in [(0.0, 40.0), (5.0, 90.0), (21.0, 240.0), (26.0, 290.0)] {
        world.drive("v1", at_s, east_m, 15.0);
    }
    assert_eq!(world.of(EventKind::ZoneEntry).len(), 1);
    let [exit] = world.of(EventKind::ZoneExit)[..] else { panic!("{:?}", world.events) };
    assert!((exit.position.distance_m(place(166.8, 77.8)) - 50.0).abs() < 1.0, "{:?}", exit.position);
}

use crate::world::{World, place, second};
use model::{DropReason, EventKind};

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

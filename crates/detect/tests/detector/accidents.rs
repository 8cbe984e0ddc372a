use crate::world::{World, place, second};
use model::{Cause, EventKind, Phase};

fn crash(world: &mut World) {
    world.drive("a", 10.0, 300.0, 0.0);
    world.drive("b", 10.1, 292.0, 0.0);
    world.hazard("a", 11.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("b", 12.0, place(292.0, 0.0), Cause::ACCIDENT, false);
}

#[test]
fn two_vehicles_that_agree_are_an_accident_at_once() {
    let mut world = World::new();
    crash(&mut world);
    let [accident] = world.of(EventKind::Accident)[..] else { panic!("{:?}", world.events) };
    assert_eq!((second(accident.occurred_at), second(accident.detected_at)), (11.0, 12.0));
    assert!(accident.position.distance_m(place(296.0, 0.0)) < 0.1);
    assert_eq!(accident.vehicles.iter().map(|v| v.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(accident.road.as_ref().and_then(|road| road.name.as_deref()), Some("West Street"));
    assert_eq!((accident.phase, accident.confidence), (Phase::Started, 0.9));
    assert_eq!(accident.cause, Some(Cause::new(2)));
}

#[test]
fn one_crash_is_one_accident_however_many_report_it_and_however_often() {
    let mut world = World::new();
    crash(&mut world);
    for s in 13..60 {
        for (id, east_m) in [("a", 300.0), ("b", 292.0), ("c", 280.0)] {
            world.hazard(id, f64::from(s), place(east_m, 0.0), Cause::ACCIDENT, false);
        }
    }
    let accidents = world.of(EventKind::Accident);
    assert_eq!(accidents.len(), 2, "{accidents:?}");
    assert_eq!((accidents[1].id, accidents[1].revision), (accidents[0].id, 2));
    assert_eq!((accidents[1].vehicles.len(), accidents[1].confidence), (3, 0.97));
}

#[test]
fn reports_far_apart_or_of_one_vehicle_alone_are_no_accident() {
    let mut world = World::new();
    world.hazard("a", 10.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("a", 11.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("b", 12.0, place(500.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("c", 12.0, place(300.0, 0.0), Cause::BREAKDOWN, false);
    for s in 13..60 {
        world.drive("a", f64::from(s), 300.0, 3.0);
    }
    assert_eq!(world.events, []);
}

#[test]
fn one_report_borne_out_by_its_senders_standstill_is_an_accident() {
    let mut world = World::new();
    world.hazard("a", 10.0, place(300.0, 0.0), Cause::POST_CRASH, false);
    for s in 10..30 {
        world.drive("a", f64::from(s), 300.0, 0.1);
    }
    let [accident] = world.of(EventKind::Accident)[..] else { panic!("{:?}", world.events) };
    assert!((20.0..=22.0).contains(&second(accident.detected_at)), "{}", accident.detected_at);
    assert_eq!(accident.confidence, 0.7);
}

#[test]
fn an_accident_ends_when_all_take_their_reports_back() {
    let mut world = World::new();
    crash(&mut world);
    world.hazard("a", 50.0, place(300.0, 0.0), Cause::ACCIDENT, true);
    assert_eq!(world.of(EventKind::Accident).len(), 1);
    world.hazard("b", 51.0, place(292.0, 0.0), Cause::ACCIDENT, true);
    let accidents = world.of(EventKind::Accident);
    assert_eq!(accidents.last().map(|a| (a.phase, a.ended_at.map(second))), Some((Phase::Ended, Some(51.0))));
    assert!(world.state.is_empty());
}

#[test]
fn an_accident_ends_when_all_have_driven_on() {
    let mut world = World::new();
    crash(&mut world);
    for s in 40..70 {
        let east_m = 300.0 + f64::from(s - 40) * 8.0;
        world.drive("a", f64::from(s), east_m, 8.0);
        world.drive("b", f64::from(s) + 0.1, east_m - 8.0, 8.0);
    }
    let accidents = world.of(EventKind::Accident);
    assert_eq!(accidents.len(), 2);
    let ended = accidents[1].ended_at.map(second);
    assert!(ended.is_some_and(|s| (40.0..=41.0).contains(&s)), "{ended:?}");
}

#[test]
fn an_accident_ends_when_the_reports_are_valid_no_more() {
    let mut world = World::new();
    crash(&mut world);
    for s in 13..700 {
        world.drive("x", f64::from(s), 900.0, 0.0);
    }
    let accidents = world.of(EventKind::Accident);
    assert_eq!(
        accidents.last().map(|a| (a.phase, a.ended_at.map(second))),
        Some((Phase::Ended, Some(612.0)))
    );
}

//! Accidents from positions alone, and all that looks like one and is none.

use crate::road::{Car, MOTORWAY_M, ROADS, drive};
use crate::world::{World, second};
use model::{Cause, Event, EventKind, Phase, VehicleKind};

const END_M: f64 = 1_550.0;

fn accidents(world: &World) -> Vec<&Event> {
    world.of(EventKind::Accident)
}

/// Two cars that crash in the middle of the road 40 s after the start, and stand until `until_s`.
fn crash(until_s: f64) -> Vec<Car> {
    vec![
        Car::new("a", 5.0, 14.0).stops(500.0, 8.0, until_s),
        Car::new("b", 6.5, 14.0).stops(493.0, 8.0, until_s),
    ]
}

/// Names that live as long as the tests.
const NAMES: [&str; 20] = [
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
    "v16", "v17", "v18", "v19",
];

#[test]
fn two_cars_that_brake_as_nobody_does_and_stand_are_an_accident_within_seconds() {
    let mut world = World::on(ROADS);
    drive(&mut world, &crash(900.0), (0, 120), END_M);
    let accidents = accidents(&world);
    let first = accidents[0];
    let (occurred_s, detected_s) = (second(first.occurred_at), second(first.detected_at));
    assert!((40.0..44.0).contains(&occurred_s), "{occurred_s}");
    assert!(detected_s - occurred_s <= 10.0, "{detected_s}");
    assert!(first.position.distance_m(crate::world::place(497.0, -1.6)) < 10.0);
    assert_eq!(first.road.as_ref().and_then(|road| road.name.as_deref()), Some("High Road"));
    assert!(accidents.iter().all(|accident| accident.id == first.id && accident.phase != Phase::Ended));
    let last = accidents[accidents.len() - 1];
    assert!(last.confidence > first.confidence || last.confidence >= 0.97, "{accidents:?}");
}

#[test]
fn one_car_that_stands_where_others_drive_around_it_is_an_accident() {
    let mut world = World::on(ROADS);
    let mut cars = vec![Car::new("a", 5.0, 14.0).stops(500.0, 4.0, 900.0).right(-1.6)];
    cars.extend(NAMES.iter().enumerate().map(|(i, id)| Car::new(id, 20.0 + 5.0 * i as f64, 13.0)));
    drive(&mut world, &cars, (0, 200), END_M);
    let accidents = accidents(&world);
    assert_eq!(accidents.first().map(|accident| accident.vehicles[0].as_str()), Some("a"), "{accidents:?}");
    assert!(accidents.iter().all(|accident| accident.id == accidents[0].id));
}

#[test]
fn hazard_reports_and_standstill_are_one_accident() {
    let mut world = World::on(ROADS);
    drive(&mut world, &crash(900.0), (0, 60), END_M);
    let before = accidents(&world)[0].clone();
    world.hazard("a", 61.0, before.position, Cause::ACCIDENT, false);
    world.hazard("c", 62.0, before.position, Cause::ACCIDENT, false);
    let accidents = accidents(&world);
    let last = accidents[accidents.len() - 1];
    assert_eq!((last.id, last.phase), (before.id, Phase::Updated));
    assert!(last.vehicles.iter().any(|vehicle| vehicle.as_str() == "c"));
}

#[test]
fn an_accident_ends_when_those_who_stood_drive_on() {
    let mut world = World::on(ROADS);
    drive(&mut world, &crash(300.0), (0, 360), END_M);
    let accidents = accidents(&world);
    let last = accidents[accidents.len() - 1];
    assert_eq!((last.id, last.phase), (accidents[0].id, Phase::Ended));
    let ended_s = last.ended_at.map(second).unwrap_or_default();
    assert!((300.0..310.0).contains(&ended_s), "{ended_s}");
    assert!(world.state.is_empty(), "{:?}", world.state);
}

#[test]
fn an_accident_whose_vehicles_fall_silent_does_not_last_for_ever() {
    let mut world = World::on(ROADS);
    drive(&mut world, &crash(900.0), (0, 100), END_M);
    let cars: Vec<Car> =
        NAMES.iter().enumerate().map(|(i, id)| Car::new(id, 100.0 + 10.0 * i as f64, 13.0)).collect();
    drive(&mut world, &cars, (100, 300), END_M);
    let accidents = accidents(&world);
    assert_eq!(accidents.last().map(|accident| accident.phase), Some(Phase::Ended));
}

#[test]
fn a_restart_in_the_middle_neither_repeats_nor_ends_it() {
    let mut world = World::on(ROADS);
    drive(&mut world, &crash(300.0), (0, 100), END_M);
    let id = accidents(&world)[0].id;
    world.restart(&[]);
    drive(&mut world, &crash(300.0), (100, 290), END_M);
    assert!(accidents(&world).iter().all(|accident| accident.id == id && accident.phase != Phase::Ended));
    drive(&mut world, &crash(300.0), (290, 360), END_M);
    let accidents = accidents(&world);
    assert!(accidents.iter().all(|accident| accident.id == id));
    assert_eq!(accidents.last().map(|accident| accident.phase), Some(Phase::Ended));
}

#[test]
fn a_queue_at_a_red_light_is_no_accident() {
    let mut world = World::on(ROADS);
    let queue = NAMES.iter().enumerate().map(|(i, id)| {
        let (row, lane) = (i / 2, if i % 2 == 0 { 1.6 } else { -1.6 });
        let stop_m = 990.0 - 8.0 * row as f64;
        Car::new(id, 3.0 * row as f64, 13.0).stops(stop_m, 4.0, 150.0 + 2.0 * row as f64).right(lane)
    });
    drive(&mut world, &queue.collect::<Vec<_>>(), (0, 240), END_M);
    assert_eq!(accidents(&world), Vec::<&Event>::new());
}

#[test]
fn a_car_that_parks_at_the_kerb_is_no_accident() {
    let mut world = World::on(ROADS);
    let mut cars = vec![Car::new("parks", 5.0, 13.0).stops(450.0, 3.0, 700.0).right(4.8)];
    cars.extend(NAMES.iter().enumerate().map(|(i, id)| Car::new(id, 20.0 + 25.0 * i as f64, 13.0)));
    drive(&mut world, &cars, (0, 760), END_M);
    assert_eq!(accidents(&world), Vec::<&Event>::new());
}

#[test]
fn a_bus_at_its_stop_is_no_accident() {
    let mut world = World::on(ROADS);
    let mut cars = vec![Car::new("bus", 5.0, 12.0).stops(500.0, 2.0, 95.0).kind(VehicleKind::Bus)];
    cars.push(Car::new("behind", 8.0, 12.0).stops(485.0, 3.0, 97.0));
    let passing =
        NAMES.iter().enumerate().map(|(i, id)| Car::new(id, 30.0 + 4.0 * i as f64, 13.0).right(-1.6));
    cars.extend(passing);
    drive(&mut world, &cars, (0, 200), END_M);
    assert_eq!(accidents(&world), Vec::<&Event>::new());
}

#[test]
fn stop_and_go_in_a_jam_is_no_accident() {
    let mut world = World::on(ROADS);
    // Each stands for 40 s behind the one in front, and the first of them at the end of a jam that goes on ahead.
    let jam = NAMES.iter().enumerate().map(|(i, id)| {
        let (row, lane) = (i / 2, if i % 2 == 0 { 0.0 } else { 3.2 });
        let (stop_m, from_s) = (2_000.0 - 12.0 * row as f64, 2.0 * row as f64);
        Car::new(id, from_s, 25.0).stops(stop_m, 4.0, 130.0 + 2.0 * row as f64).right(lane).north(MOTORWAY_M)
    });
    drive(&mut world, &jam.collect::<Vec<_>>(), (0, 110), 2_900.0);
    assert!(
        accidents(&world).iter().all(|accident| accident.vehicles[0].as_str() == "v0"),
        "{:?}",
        accidents(&world)
    );
}

#[test]
fn a_lorry_on_the_hard_shoulder_is_no_accident() {
    let mut world = World::on(ROADS);
    let lorry = Car::new("lorry", 5.0, 22.0).stops(1_500.0, 3.0, 900.0).right(6.4).north(MOTORWAY_M);
    let mut cars = vec![lorry.kind(VehicleKind::Truck)];
    let passing = NAMES.iter().enumerate();
    cars.extend(passing.map(|(i, id)| Car::new(id, 60.0 + 40.0 * i as f64, 30.0).north(MOTORWAY_M)));
    drive(&mut world, &cars, (0, 960), 2_900.0);
    assert_eq!(accidents(&world), Vec::<&Event>::new());
}

#[test]
fn a_point_where_one_after_the_other_is_held_up_on_open_road_is_an_accident_until_nobody_is() {
    let mut world = World::on(ROADS);
    // Nobody who stands there reports; each of the others creeps up to the place, waits a little and drives off.
    let held_up = |(i, id): (usize, &&'static str)| {
        let enters_s = 20.0 * i as f64;
        Car::new(id, enters_s, 28.0).stops(1_200.0, 4.0, enters_s + 55.0).north(MOTORWAY_M)
    };
    let mut cars: Vec<Car> = NAMES.iter().enumerate().take(8).map(held_up).collect();
    let free = NAMES.iter().enumerate().skip(8);
    cars.extend(free.map(|(i, id)| Car::new(id, 60.0 * i as f64, 28.0).north(MOTORWAY_M)));
    drive(&mut world, &cars, (0, 900), 2_900.0);
    let accidents = accidents(&world);
    let first = accidents.first().expect("an accident");
    assert!(first.position.distance_m(crate::world::place(1_200.0, MOTORWAY_M)) < 60.0);
    assert_eq!(first.vehicles, []);
    assert_eq!(
        accidents.last().map(|accident| (accident.id, accident.phase)),
        Some((first.id, Phase::Ended))
    );
}

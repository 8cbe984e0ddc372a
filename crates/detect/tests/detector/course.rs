//! The preset `course`: an accident is two distinct vehicles reporting it, a jam three vehicles under 90 km/h.

use crate::world::{World, place, second};
use crate::zones::CENTRE;
use detect::{Preset, Settings};
use model::{Cause, EventKind, Geometry, Phase};

fn world() -> World {
    World::with(Settings { preset: Preset::Course, ..Settings::default() })
}

/// `vehicles` drive one behind the other, 40 m apart, from `from_s` on; the first is at `head_m` at first.
fn column(world: &mut World, from_s: u32, to_s: u32, head_m: f64, vehicles: u32, speed_mps: f64) {
    for s in from_s..to_s {
        for v in 0..vehicles {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            let east_m = head_m + f64::from(s - from_s) * speed_mps - 40.0 * f64::from(v);
            world.drive(&format!("v{v}"), at_s, east_m, speed_mps);
        }
    }
}

#[test]
fn two_distinct_vehicles_that_report_it_are_an_accident() {
    let mut world = world();
    world.hazard("a", 10.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("a", 11.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("far", 11.5, place(450.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("other", 11.5, place(300.0, 0.0), Cause::BREAKDOWN, false);
    assert_eq!(world.events, []);
    world.hazard("b", 12.0, place(320.0, 0.0), Cause::POST_CRASH, false);
    let [accident] = world.of(EventKind::Accident)[..] else { panic!("{:?}", world.events) };
    assert_eq!((second(accident.occurred_at), second(accident.detected_at)), (10.0, 12.0));
    assert_eq!(accident.vehicles.iter().map(|v| v.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(accident.position.distance_m(place(310.0, 0.0)) < 0.1);
    assert_eq!(accident.road.as_ref().and_then(|road| road.name.as_deref()), Some("West Street"));
    world.hazard("c", 13.0, place(330.0, 0.0), Cause::ACCIDENT, false);
    let accidents = world.of(EventKind::Accident);
    assert_eq!((accidents.len(), accidents[1].revision, accidents[1].vehicles.len()), (2, 2, 3));
}

#[test]
fn a_crash_that_one_vehicle_reports_is_none_even_if_it_stands() {
    let mut world = world();
    world.hazard("a", 10.0, place(300.0, 0.0), Cause::POST_CRASH, false);
    for s in 10..120 {
        world.drive("a", f64::from(s), 300.0, 0.0);
    }
    assert_eq!(world.events, []);
}

#[test]
fn an_accident_is_over_when_no_report_of_it_holds() {
    let mut world = world();
    world.hazard("a", 10.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("b", 12.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.restart(&[]);
    world.hazard("a", 50.0, place(300.0, 0.0), Cause::ACCIDENT, true);
    assert_eq!(world.of(EventKind::Accident).len(), 1);
    for s in 51..620 {
        world.drive("x", f64::from(s), 900.0, 0.0);
    }
    let accidents = world.of(EventKind::Accident);
    assert_eq!((accidents.len(), accidents[1].id, accidents[1].phase), (2, accidents[0].id, Phase::Ended));
    assert_eq!(accidents[1].ended_at.map(second), Some(612.0));
    assert!(world.state.is_empty());
}

#[test]
fn three_vehicles_under_90_km_h_are_a_jam_and_two_are_none() {
    let mut two = world();
    column(&mut two, 0, 12, 140.0, 2, 24.0);
    assert_eq!(two.events, []);

    let mut world = world();
    column(&mut world, 0, 12, 140.0, 3, 24.0);
    let jams = world.of(EventKind::Jam);
    assert_eq!((jams[0].phase, jams[0].revision, jams[0].measures.vehicles), (Phase::Started, 1, Some(3)));
    assert!(second(jams[0].detected_at) <= 2.0, "{}", jams[0].detected_at);
    assert_eq!(jams[0].measures.mean_speed_mps, Some(24.0));
    assert!(
        jams.iter().all(|jam| jam.id == jams[0].id),
        "over the border of two streets it is one road or two"
    );
}

#[test]
fn vehicles_at_90_km_h_or_far_apart_are_no_jam() {
    let mut fast = world();
    column(&mut fast, 0, 12, 140.0, 3, 25.0);
    assert_eq!(fast.events, []);

    let mut apart = world();
    for s in 0..20 {
        for (v, east_m) in [("a", 50.0), ("b", 200.0), ("c", 350.0)] {
            apart.drive(v, f64::from(s), east_m, 10.0);
        }
    }
    assert_eq!(apart.events, []);
}

#[test]
fn a_jam_has_one_life_from_its_onset_over_a_restart_to_its_end() {
    let mut world = world();
    column(&mut world, 0, 30, 400.0, 5, 1.0);
    world.restart(&[]);
    column(&mut world, 30, 60, 430.0, 5, 1.0);
    // All speed up, and stay on the road.
    column(&mut world, 60, 62, 470.0, 5, 30.0);
    for s in 62..100 {
        world.drive("x", f64::from(s), 900.0, 30.0);
    }
    let jams = world.of(EventKind::Jam);
    assert!(jams.iter().all(|jam| jam.id == jams[0].id), "{jams:?}");
    let Geometry::LineString(line) = &jams[0].geometry else { panic!("{:?}", jams[0].geometry) };
    let metres = |lon: f64| (lon * 111_195.08).round();
    assert_eq!((metres(line[0][0]), metres(line[line.len() - 1][0])), (233.0, 401.0));
    let last = jams[jams.len() - 1];
    assert_eq!(last.phase, Phase::Ended);
    let ended = last.ended_at.map(second);
    assert!(ended.is_some_and(|s| (60.0..=62.0).contains(&s)), "{ended:?}");
    assert!(world.state.is_empty());
}

#[test]
fn zones_are_the_same_as_ever() {
    let mut world = world();
    world.zone(CENTRE);
    for s in 0..=60 {
        world.drive("v1", f64::from(s), f64::from(s) * 10.0, 10.0);
    }
    assert_eq!(world.of(EventKind::ZoneEntry).len(), 1);
    assert_eq!(world.of(EventKind::ZoneExit).len(), 1);
}

#[test]
fn its_thresholds_are_settings() {
    let mut settings = Settings { preset: Preset::Course, ..Settings::default() };
    settings.course.jam_vehicles = 2;
    settings.course.jam_speed_mps = 5.0;
    settings.course.accident_vehicles = 3;
    assert_eq!(settings.check(), Ok(()));
    let mut world = World::with(settings.clone());
    column(&mut world, 0, 20, 100.0, 2, 10.0);
    world.hazard("a", 20.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("b", 20.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    assert_eq!(world.events, []);
    column(&mut world, 20, 40, 294.0, 2, 4.0);
    world.hazard("c", 40.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    assert_eq!(world.of(EventKind::Jam).len(), 1);
    assert_eq!(world.of(EventKind::Accident).len(), 1);
    settings.course.jam_gap_m = 0.0;
    assert_eq!(settings.check().err().map(|error| error.name), Some("course.jam_gap_m"));
}

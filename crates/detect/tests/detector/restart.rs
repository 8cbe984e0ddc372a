use crate::world::{World, place};
use crate::zones::CENTRE;
use model::{Cause, EventKind, Phase};

#[test]
fn a_restart_neither_repeats_nor_forgets_a_visit() {
    let mut world = World::new();
    world.zone(CENTRE);
    world.drive("v1", 0.0, 150.0, 10.0);
    world.drive("v1", 10.0, 250.0, 10.0);
    world.restart(&[CENTRE]);
    world.drive("v1", 15.0, 300.0, 10.0);
    world.drive("v1", 30.0, 450.0, 10.0);
    assert_eq!(world.of(EventKind::ZoneEntry).len(), 1);
    assert_eq!(world.of(EventKind::ZoneExit).len(), 1);
}

#[test]
fn a_restart_keeps_an_accident_one() {
    let mut world = World::new();
    world.hazard("a", 11.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    world.hazard("b", 12.0, place(292.0, 0.0), Cause::ACCIDENT, false);
    world.restart(&[]);
    world.hazard("a", 20.0, place(300.0, 0.0), Cause::ACCIDENT, false);
    assert_eq!(world.of(EventKind::Accident).len(), 1);
    world.hazard("a", 30.0, place(300.0, 0.0), Cause::ACCIDENT, true);
    world.hazard("b", 31.0, place(300.0, 0.0), Cause::ACCIDENT, true);
    let accidents = world.of(EventKind::Accident);
    assert_eq!(accidents.len(), 2);
    assert_eq!((accidents[1].id, accidents[1].phase), (accidents[0].id, Phase::Ended));
}

#[test]
fn a_restart_keeps_a_jam_one() {
    let mut world = World::new();
    crate::jams::queue(&mut world, 0, 100, 540.0, 12);
    world.restart(&[]);
    for s in 100..200 {
        for v in 0..12 {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            world.drive(&format!("v{v}"), at_s, 540.0 - 9.0 * f64::from(v), 0.0);
        }
    }
    let jams = world.of(EventKind::Jam);
    assert!(!jams.is_empty() && jams.iter().all(|jam| jam.id == jams[0].id), "{jams:?}");
    assert!(jams.iter().all(|jam| jam.phase != Phase::Ended));
}

#[test]
fn a_jam_ends_though_nobody_reports_after_a_restart() {
    let mut world = World::new();
    crate::jams::queue(&mut world, 0, 100, 540.0, 12);
    assert_eq!(world.of(EventKind::Jam).len(), 1);
    world.restart(&[]);
    world.silence_until(600.0);
    let jams = world.of(EventKind::Jam);
    let last = jams[jams.len() - 1];
    assert_eq!((last.id, last.phase, jams.len()), (jams[0].id, Phase::Ended, 2));
    assert!(world.state.is_empty());
}

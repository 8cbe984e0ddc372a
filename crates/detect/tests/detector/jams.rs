use crate::world::{World, second};
use model::{EventKind, Geometry, Phase};

/// Eight vehicles, 9 m apart, stand behind `head_m` from second 0; a queue over the border of two streets.
fn stand(world: &mut World, from_s: u32, to_s: u32, head_m: f64, vehicles: u32) {
    for s in from_s..to_s {
        for v in 0..vehicles {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            world.drive(&format!("v{v}"), at_s, head_m - 9.0 * f64::from(v), 0.0);
        }
    }
}

#[test]
fn a_standing_queue_is_one_jam_from_onset_to_end() {
    let mut world = World::new();
    stand(&mut world, 0, 60, 540.0, 8);
    let jams = world.of(EventKind::Jam);
    assert_eq!(jams.len(), 1, "{jams:?}");
    let jam = jams[0];
    assert_eq!((jam.phase, jam.revision), (Phase::Started, 1));
    assert!((5.0..=7.0).contains(&second(jam.occurred_at)), "{}", jam.occurred_at);
    assert!((20.0..=22.0).contains(&second(jam.detected_at)), "{}", jam.detected_at);
    // The head stands on East Street; the tail has reached West Street.
    assert_eq!(jam.road.as_ref().and_then(|road| road.name.as_deref()), Some("East Street"));
    assert_eq!(jam.measures.vehicles, Some(8));
    let Geometry::LineString(line) = &jam.geometry else { panic!("{:?}", jam.geometry) };
    let metres = |lon: f64| (lon * 111_195.08).round();
    assert_eq!((metres(line[0][0]), metres(line[line.len() - 1][0])), (470.0, 540.0));
    assert_eq!(jam.measures.length_m, Some(70.0));
    assert_eq!(jam.measures.mean_speed_mps, Some(0.0));
    assert_eq!(jam.measures.delay_s, Some(135.0));

    // It dissolves: all drive away.
    for s in 60..120 {
        for v in 0..8 {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            let east_m = (540.0 - 9.0 * f64::from(v) + f64::from(s - 59) * 12.0).min(990.0);
            world.drive(&format!("v{v}"), at_s, east_m, 12.0);
        }
    }
    let jams = world.of(EventKind::Jam);
    assert_eq!(jams.len(), 2, "{jams:?}");
    assert_eq!((jams[1].phase, jams[1].id, jams[1].revision), (Phase::Ended, jams[0].id, 2));
    let ended = jams[1].ended_at.map(second);
    assert!(ended.is_some_and(|s| (60.0..=62.0).contains(&s)), "{ended:?}");
    assert!(world.state.is_empty());
}

#[test]
fn a_jam_that_grows_is_updated_not_repeated() {
    let mut world = World::new();
    stand(&mut world, 0, 40, 540.0, 6);
    stand(&mut world, 40, 80, 540.0, 20);
    let jams = world.of(EventKind::Jam);
    assert!(jams.len() >= 2 && jams.iter().all(|jam| jam.id == jams[0].id), "{jams:?}");
    assert!(jams.windows(2).all(|pair| pair[1].revision == pair[0].revision + 1));
    let last = jams[jams.len() - 1];
    assert_eq!(
        (last.phase, last.measures.vehicles, last.measures.length_m),
        (Phase::Updated, Some(20), Some(178.0))
    );
    assert_eq!(last.cause.map(|cause| (cause.code, cause.subcause)), Some((1, 3)));
}

#[test]
fn a_few_standing_vehicles_are_no_jam() {
    let mut world = World::new();
    stand(&mut world, 0, 120, 540.0, 4);
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn a_short_stop_is_no_jam() {
    let mut world = World::new();
    stand(&mut world, 0, 15, 540.0, 8);
    for v in 0..8 {
        world.drive(&format!("v{v}"), 16.0 + f64::from(v) / 100.0, 560.0, 12.0);
    }
    stand(&mut world, 17, 20, 700.0, 8);
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn a_jam_ends_when_everybody_has_fallen_silent() {
    let mut world = World::new();
    stand(&mut world, 0, 40, 540.0, 8);
    world.silence_until(120.0);
    assert_eq!(world.of(EventKind::Jam).len(), 1, "an outage is no clear road");
    world.silence_until(240.0);
    let jams = world.of(EventKind::Jam);
    assert_eq!(jams.last().map(|jam| jam.phase), Some(Phase::Ended));
}

use crate::world::{World, second};
use detect::Settings;
use model::{EventKind, Geometry, Phase};
use std::collections::BTreeSet;

/// Vehicles drive up from 60 m behind, then stand 9 m apart behind `head_m` and creep; a queue over the border of two
/// streets.
pub fn queue(world: &mut World, from_s: u32, to_s: u32, head_m: f64, vehicles: u32) {
    for s in from_s..to_s {
        for v in 0..vehicles {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            let place_m = head_m - 9.0 * f64::from(v);
            let (back_m, speed_mps) = match s - from_s {
                since if since < 6 => (10.0 * f64::from(6 - since), 10.0),
                _ => (0.0, 0.0),
            };
            world.drive(&format!("v{v}"), at_s, place_m - back_m, speed_mps);
        }
    }
}

/// All drive away from where they stood behind `head_m`.
fn dissolve(world: &mut World, from_s: u32, to_s: u32, head_m: f64, vehicles: u32) {
    for s in from_s..to_s {
        for v in 0..vehicles {
            let at_s = f64::from(s) + f64::from(v) / 100.0;
            let east_m = (head_m - 9.0 * f64::from(v) + f64::from(s - from_s + 1) * 12.0).min(990.0);
            world.drive(&format!("v{v}"), at_s, east_m, 12.0);
        }
    }
}

/// The detector knows that every vehicle reports.
fn all_report() -> Settings {
    let mut settings = Settings::default();
    settings.jams.reporting_share = 1.0;
    settings
}

#[test]
fn a_standing_queue_is_one_jam_from_onset_to_end() {
    let mut world = World::with(all_report());
    queue(&mut world, 0, 120, 540.0, 12);
    let jams = world.of(EventKind::Jam);
    assert_eq!(jams.len(), 1, "{jams:?}");
    let jam = jams[0];
    assert_eq!((jam.phase, jam.revision), (Phase::Started, 1));
    assert!((8.0..=22.0).contains(&second(jam.occurred_at)), "{}", jam.occurred_at);
    assert!((55.0..=85.0).contains(&second(jam.detected_at)), "{}", jam.detected_at);
    // The head stands on East Street; the tail has reached West Street.
    assert_eq!(jam.road.as_ref().and_then(|road| road.name.as_deref()), Some("East Street"));
    assert_eq!(jam.measures.vehicles, Some(12));
    let Geometry::LineString(line) = &jam.geometry else { panic!("{:?}", jam.geometry) };
    let metres = |lon: f64| lon * 111_195.08;
    let (tail_m, head_m) = (metres(line[0][0]), metres(line[line.len() - 1][0]));
    assert!((tail_m - 434.0).abs() < 6.0 && (head_m - 540.0).abs() < 6.0, "{tail_m} to {head_m}");
    let length_m = jam.measures.length_m.unwrap_or_default();
    assert!((100.0..=130.0).contains(&length_m), "{length_m}");
    assert_eq!(jam.measures.mean_speed_mps, Some(0.0));

    dissolve(&mut world, 120, 200, 540.0, 12);
    let jams = world.of(EventKind::Jam);
    let last = jams[jams.len() - 1];
    assert_eq!((last.phase, last.id), (Phase::Ended, jams[0].id), "{jams:?}");
    let ended = last.ended_at.map(second);
    assert!(ended.is_some_and(|s| (118.0..=130.0).contains(&s)), "{ended:?}");
    assert!(world.state.is_empty());
}

#[test]
fn a_jam_that_grows_is_updated_not_repeated() {
    let mut world = World::new();
    queue(&mut world, 0, 100, 540.0, 12);
    for s in 100..180 {
        for v in 0..30 {
            // Those who come last drive up first.
            let left_s = if v >= 12 && s < 108 { f64::from(108 - s) } else { 0.0 };
            let place_m = 540.0 - 9.0 * f64::from(v) - 8.0 * left_s;
            let speed_mps = if left_s > 0.0 { 8.0 } else { 0.0 };
            world.drive(&format!("v{v}"), f64::from(s) + f64::from(v) / 100.0, place_m, speed_mps);
        }
    }
    let jams = world.of(EventKind::Jam);
    assert!(jams.len() >= 2 && jams.iter().all(|jam| jam.id == jams[0].id), "{jams:?}");
    assert!(jams.windows(2).all(|pair| pair[1].revision == pair[0].revision + 1));
    let last = jams[jams.len() - 1];
    assert_eq!(last.phase, Phase::Updated);
    let length_m = last.measures.length_m.unwrap_or_default();
    assert!(last.measures.vehicles >= Some(25) && length_m >= 220.0, "{:?}", last.measures);
    assert_eq!(last.cause.map(|cause| (cause.code, cause.subcause)), Some((1, 3)));
}

#[test]
fn those_who_have_stood_since_they_were_first_seen_are_parked() {
    let mut world = World::new();
    for s in 0..300 {
        for v in 0..20 {
            world.drive(
                &format!("p{v}"),
                f64::from(s) + f64::from(v) / 100.0,
                540.0 - 9.0 * f64::from(v),
                0.0,
            );
        }
    }
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn one_standing_vehicle_is_no_jam() {
    let mut world = World::new();
    queue(&mut world, 0, 240, 540.0, 1);
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn a_few_standing_vehicles_are_no_jam_where_all_report() {
    let mut world = World::with(all_report());
    queue(&mut world, 0, 240, 540.0, 4);
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn a_short_stop_is_no_jam() {
    let mut world = World::new();
    queue(&mut world, 0, 35, 540.0, 14);
    dissolve(&mut world, 35, 60, 540.0, 14);
    assert_eq!(world.of(EventKind::Jam).len(), 0);
}

#[test]
fn a_jam_ends_when_everybody_has_fallen_silent() {
    let mut world = World::new();
    queue(&mut world, 0, 100, 540.0, 12);
    world.silence_until(180.0);
    assert_eq!(world.of(EventKind::Jam).len(), 1, "an outage is no clear road");
    world.silence_until(400.0);
    let jams = world.of(EventKind::Jam);
    assert_eq!(jams.last().map(|jam| jam.phase), Some(Phase::Ended));
}

/// Vehicles of one letter drive up, then stand 9 m apart behind `head_m`.
fn stand(world: &mut World, letter: char, second: u32, since: u32, head_m: f64, vehicles: u32) {
    for v in 0..vehicles {
        let (back_m, speed_mps) = match second - since {
            driven if driven < 6 => (10.0 * f64::from(6 - driven), 10.0),
            _ => (0.0, 0.0),
        };
        let at_s = f64::from(second) + f64::from(v) / 100.0;
        let place_m = head_m - 9.0 * f64::from(v) - back_m;
        world.drive(&format!("{letter}{v}"), at_s, place_m, speed_mps);
    }
}

#[test]
fn a_jam_that_another_one_takes_in_ends_once() {
    let mut world = World::with(all_report());
    for s in 0..240 {
        stand(&mut world, 'a', s, 0, 950.0, 12);
        if s >= 15 {
            stand(&mut world, 'b', s, 15, 750.0, 12);
        }
        if s >= 140 {
            stand(&mut world, 'c', s, 140, 845.0, 10);
        }
        if s == 130 {
            let ids: BTreeSet<_> = world.of(EventKind::Jam).iter().map(|jam| jam.id).collect();
            assert_eq!(ids.len(), 2, "100 m of free road are between them");
        }
    }
    let jams = world.of(EventKind::Jam);
    let ended: Vec<_> = jams.iter().filter(|jam| jam.phase == Phase::Ended).collect();
    assert_eq!(ended.len(), 1, "{jams:?}");
    let gone = ended[0].id;
    assert_eq!(jams.iter().filter(|jam| jam.id == gone).map(|jam| jam.phase).next_back(), Some(Phase::Ended));
    let last = jams[jams.len() - 1];
    assert!(last.id != gone && last.measures.vehicles >= Some(25), "{last:?}");
    assert_eq!(world.state.keys().filter(|key| key.starts_with("jam/")).count(), 1);
}

//! Every scenario that ships, for an hour of its own time, as fast as it goes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::traffic::Simulation;

const HOUR_S: usize = 3_600;
/// The places of all vehicles are compared every so many seconds.
const CHECK_S: usize = 10;
/// Who stands longer than this, and than the longest incident, is stuck, s.
const STUCK_S: f64 = 600.0;

/// The scenario with its network; `None` where the network is not installed.
fn shipped(name: &str) -> Option<(Scenario, Arc<Network>)> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let scenario = crate::files::scenario(&path).unwrap();
    if scenario.network.as_deref().is_some_and(|path| path.is_absolute() && !path.exists()) {
        return None;
    }
    let roads = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/roads/helsinki/network.geojson");
    let network = crate::files::roads(&roads, &scenario).unwrap();
    Some((scenario, network))
}

/// Drives for an hour; nobody overlaps, nobody is stuck, and traffic goes on.
fn drive_for_an_hour(name: &str) {
    let Some((scenario, network)) = shipped(name) else { return };
    let mut simulation = Simulation::new(network.clone(), &scenario.plan(&network).unwrap()).unwrap();
    // Behind an incident one may have to wait for its end.
    let longest_s = scenario.incidents.iter().map(|incident| incident.duration_s).fold(0.0, f64::max);
    let stuck_s = longest_s + STUCK_S;
    let mut moving = 0;
    for second in 0..HOUR_S {
        (0..4).for_each(|_| simulation.step());
        while simulation.poll_event().is_some() {}
        if second % CHECK_S == 0 {
            assert_eq!(simulation.overlaps(), [], "{name} at {second} s");
            if let Some((vehicle, still_s)) = simulation.longest_standing() {
                let why = || simulation.explain(vehicle);
                assert!(still_s < stuck_s, "{name} at {second} s, for {still_s} s: {}", why());
            }
            let speeds = simulation.vehicles().map(|vehicle| simulation.observe(vehicle, 0).speed_mps);
            moving += usize::from(speeds.filter(|&mps| mps > 2.0).count() * 10 > simulation.counts().driving);
        }
    }
    // A tenth of the vehicles drives at all times but a few.
    assert!(
        moving * 10 > 9 * HOUR_S / CHECK_S,
        "{name}: traffic moved in {moving} of {} looks",
        HOUR_S / CHECK_S
    );
}

macro_rules! hours {
    ($($test:ident: $file:literal,)*) => {
        $(#[test] fn $test() { drive_for_an_hour($file); })*
        const DRIVEN: &[&str] = &[$($file),*];
    };
}

hours! {
    central_helsinki: "helsinki.toml",
    rush_hour: "helsinki-rush-hour.toml",
    night: "helsinki-night.toml",
    a_concert_ends: "helsinki-concert.toml",
    a_crash_on_a_main_street: "helsinki-crash.toml",
    roadworks: "helsinki-roadworks.toml",
    motorway_free: "motorway-free.toml",
    motorway_crash: "motorway-crash.toml",
    motorway_lane_drop: "motorway-lane-drop.toml",
}

#[test]
fn no_scenario_that_ships_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<String> =
        files.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".toml")).collect();
    files.sort();
    let mut driven = DRIVEN.to_vec();
    driven.sort_unstable();
    assert_eq!(files, driven);
}

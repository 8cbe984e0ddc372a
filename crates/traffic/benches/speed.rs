//! How fast the simulated traffic is, on one core. Prints a figure a line, as `what: N`.
//!
//! With two files, a network and a timetable (a line a trip: seconds, the road it begins on, the road it ends on), the trips of the
//! timetable; without, 50,000 vehicles in a city.

use bench::{Stopwatch, lit_city};
use roadnet::{LinkIdx, Network};
use std::collections::HashMap;
use std::io::{Error, Write};
use std::path::Path;
use std::sync::Arc;
use traffic::{PlannedTrip, STEP_S, Simulation, TrafficPlan};

const STEPS_PER_S: usize = (1.0 / STEP_S) as usize;
/// How long the timetable is driven, s.
const TIMETABLE_S: usize = 900;
/// Vehicles in the city, how long they drive before anything is measured, and then, s.
const VEHICLES: usize = 50_000;
const BEFORE_S: usize = 60;
const MEASURED_S: usize = 60;

fn main() -> std::io::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut out = std::io::stdout();
    if let [network, trips] = &files[..] {
        let (network, _) = roadnet::read(&std::fs::read(network)?).map_err(Error::other)?;
        let trips = timetable(&network, Path::new(trips))?;
        let plan = TrafficPlan { vehicles: 0, trips, warm_up_s: 0.0, ..TrafficPlan::default() };
        let mut simulation = Simulation::new(Arc::new(network), &plan).map_err(Error::other)?;
        let (updates, seconds) = drive(&mut simulation, TIMETABLE_S);
        writeln!(out, "updates: {updates}")?;
        writeln!(out, "processor seconds: {seconds}")?;
        return Ok(());
    }
    let plan = TrafficPlan { vehicles: VEHICLES, warm_up_s: 0.0, ..TrafficPlan::default() };
    let mut simulation = Simulation::new(Arc::new(lit_city()), &plan).map_err(Error::other)?;
    drive(&mut simulation, BEFORE_S);
    let (updates, seconds) = drive(&mut simulation, MEASURED_S);
    writeln!(out, "updates: {updates}")?;
    writeln!(out, "processor seconds: {seconds}")?;
    writeln!(out, "simulated seconds: {MEASURED_S}")
}

/// Drives for so many seconds; gives the vehicles moved, step by step, and the processor time that took, s.
fn drive(simulation: &mut Simulation, seconds: usize) -> (usize, f64) {
    let mut updates = 0;
    let mut ran_s = 0.0;
    for _ in 0..seconds * STEPS_PER_S {
        let watch = Stopwatch::start();
        simulation.step();
        ran_s += watch.read().as_secs_f64();
        updates += simulation.counts().driving;
        while simulation.poll_event().is_some() {}
    }
    (updates, ran_s)
}

fn timetable(network: &Network, path: &Path) -> std::io::Result<Vec<PlannedTrip>> {
    let links: HashMap<&str, LinkIdx> = network.links().map(|(idx, link)| (&*link.road_id, idx)).collect();
    let text = std::fs::read_to_string(path)?;
    let trip = |line: &str| {
        let mut words = line.split_whitespace();
        let at_s = words.next()?.parse().ok()?;
        Some(PlannedTrip { at_s, from: *links.get(words.next()?)?, to: *links.get(words.next()?)? })
    };
    text.lines()
        .map(|line| trip(line).ok_or_else(|| Error::other(format!("not a trip of this network: {line}"))))
        .collect()
}

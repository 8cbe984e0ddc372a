//! What traffic must do, on small roads made up here and on central Helsinki.

mod flow;
mod incidents;
mod roads;

use std::sync::Arc;

use model::VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
use roadnet::{LinkIdx, Network};

use super::{FleetMix, IncidentKind, IncidentPlan, Simulation, TrafficPlan};

/// Central Helsinki as it ships.
fn helsinki() -> Arc<Network> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/roads/helsinki/network.geojson");
    let (network, _) = roadnet::read_geojson(&std::fs::read(path).unwrap()).unwrap();
    Arc::new(network)
}

/// Mixed vehicles, no incident.
fn plan(vehicles: usize, seed: u64) -> TrafficPlan {
    let shares = [(Car, 86.0), (Truck, 6.0), (Bus, 4.0), (Motorcycle, 3.0), (Emergency, 1.0), (Other, 0.0)];
    TrafficPlan {
        seed,
        vehicles,
        mix: FleetMix::new(shares).unwrap(),
        attraction: Vec::new(),
        through: Vec::new(),
        incidents: Vec::new(),
        warm_up_s: 30.0,
    }
}

/// One incident of two vehicles that both report, two minutes long.
fn incident(kind: IncidentKind, link: LinkIdx, offset_m: f64, at_s: f64) -> IncidentPlan {
    let vehicles = if kind == IncidentKind::Crash { 2 } else { 1 };
    IncidentPlan {
        kind,
        link,
        offset_m,
        at_s,
        duration_s: 120.0,
        repeat_s: None,
        vehicles,
        reporters: vehicles,
        known_after_s: 600.0,
    }
}

fn run_for(simulation: &mut Simulation, seconds: u64) {
    for _ in 0..seconds * 4 {
        simulation.step();
        assert_eq!(simulation.overlaps(), [], "at {} ms", simulation.now_ms());
    }
}

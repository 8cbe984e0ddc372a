//! What traffic must do, on small roads made up here and on central Helsinki.

mod flow;
mod incidents;
mod roads;
mod rules;
mod theory;
mod tuning;

use std::sync::Arc;

use model::VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
use roadnet::{LinkIdx, Network};

use super::{FleetMix, IncidentKind, IncidentPlan, LaneSet, Simulation, TrafficPlan};

/// Central Helsinki as it ships.
fn helsinki() -> Arc<Network> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/roads/helsinki/network.geojson");
    let (network, _) = roadnet::read_geojson(&std::fs::read(path).unwrap()).unwrap();
    Arc::new(network)
}

/// Mixed vehicles but buses, which stop; no incident.
fn plan(vehicles: usize, seed: u64) -> TrafficPlan {
    let shares = [(Car, 86.0), (Truck, 6.0), (Bus, 0.0), (Motorcycle, 3.0), (Emergency, 1.0), (Other, 0.0)];
    TrafficPlan {
        seed,
        vehicles,
        mix: FleetMix::new(shares).unwrap(),
        warm_up_s: 30.0,
        ..TrafficPlan::default()
    }
}

/// One incident of two vehicles that both report, two minutes long.
fn incident(kind: IncidentKind, link: LinkIdx, offset_m: f64, at_s: f64) -> IncidentPlan {
    let vehicles = if kind == IncidentKind::Crash { 2 } else { 1 };
    IncidentPlan {
        kind,
        link,
        offset_m,
        length_m: 0.0,
        lanes: LaneSet::default(),
        limit_mps: None,
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

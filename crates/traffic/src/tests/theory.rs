//! The traffic against theory: how much a lane takes, how jams move, how a queue leaves a line.

use model::VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
use roadnet::LinkIdx;

use super::super::{FleetMix, IncidentKind, LaneSet, STEP_S, Simulation, TrafficEvent, TrafficPlan, Weather};
use super::{incident, roads};

fn cars(vehicles: usize, seed: u64) -> TrafficPlan {
    let shares = [(Car, 1.0), (Truck, 0.0), (Bus, 0.0), (Motorcycle, 0.0), (Emergency, 0.0), (Other, 0.0)];
    TrafficPlan {
        seed,
        vehicles,
        mix: FleetMix::new(shares).unwrap(),
        warm_up_s: 0.0,
        ..TrafficPlan::default()
    }
}

fn step(simulation: &mut Simulation) {
    simulation.step();
    assert_eq!(simulation.overlaps(), [], "at {} ms", simulation.now_ms());
}

fn run_for(simulation: &mut Simulation, seconds: u64) {
    (0..seconds * 4).for_each(|_| step(simulation));
}

/// Vehicles that leave the network in so many seconds, an hour.
fn outflow_per_h(simulation: &mut Simulation, seconds: u64) -> f64 {
    while simulation.poll_event().is_some() {}
    run_for(simulation, seconds);
    let left =
        std::iter::from_fn(|| simulation.poll_event()).filter(|event| matches!(event, TrafficEvent::Left(_)));
    left.count() as f64 * 3_600.0 / seconds as f64
}

#[test]
fn a_lane_takes_1800_to_2400_vehicles_an_hour() {
    for (lanes, limit_kmh) in [(1, 50), (1, 80), (2, 100)] {
        let road = roads::straight(2_000.0, lanes, limit_kmh);
        let mut simulation = Simulation::new(road, &cars(60 * usize::from(lanes), 1)).unwrap();
        // More than fit, so that they press on at the start of the road.
        simulation.set_vehicles(125 * usize::from(lanes)).unwrap();
        run_for(&mut simulation, 400);
        let per_lane = outflow_per_h(&mut simulation, 600) / f64::from(lanes);
        assert!(
            (1_800.0..2_400.0).contains(&per_lane),
            "{per_lane} veh/h on {lanes} lanes at {limit_kmh} km/h"
        );
    }
}

#[test]
fn in_snow_a_lane_takes_fewer() {
    let road = roads::straight(2_000.0, 1, 80);
    let mut simulation = Simulation::new(road, &cars(110, 1)).unwrap();
    simulation.set_weather(Weather { speed_factor: 0.7, headway_factor: 1.6 });
    run_for(&mut simulation, 400);
    let flow = outflow_per_h(&mut simulation, 600);
    assert!((1_000.0..1_700.0).contains(&flow), "{flow} veh/h");
}

#[test]
fn the_front_of_a_jam_moves_backwards_at_12_to_20_km_an_hour() {
    let road = roads::straight(2_000.0, 1, 80);
    let mut simulation = Simulation::new(road, &cars(120, 3)).unwrap();
    let breakdown = incident(IncidentKind::Breakdown, LinkIdx(0), 1_800.0, 60.0);
    let number = simulation.stage(breakdown).unwrap();
    run_for(&mut simulation, 170);
    let head = simulation.incident_head(number).unwrap();
    let queue = simulation.queue_behind(head);
    assert!(queue.len() > 40, "{} queue", queue.len());
    assert!(simulation.clear(number));
    // Where and when each of them drives on.
    let stood_m: Vec<f64> = queue.iter().map(|idx| simulation.world().vehicles[idx.at()].offset_m).collect();
    let mut began_s = vec![None; queue.len()];
    for nth in 0..400 {
        step(&mut simulation);
        for (idx, began_s) in queue.iter().zip(&mut began_s) {
            let vehicle = &simulation.world().vehicles[idx.at()];
            if vehicle.speed_mps > 2.0 && began_s.is_none() {
                *began_s = Some(f64::from(nth) * STEP_S);
            }
        }
    }
    let (first, last) = (5, 35);
    let way_m = stood_m[first] - stood_m[last];
    let time_s = began_s[last].unwrap() - began_s[first].unwrap();
    let kmh = way_m / time_s * 3.6;
    assert!((12.0..20.0).contains(&kmh), "{kmh} km/h");
}

#[test]
fn a_queue_leaves_a_stop_line_at_1600_to_2000_vehicles_an_hour() {
    let network = roads::crossing_of_one_ways();
    let (west, _) = (roads::link(&network, "west"), roads::link(&network, "north"));
    let mut simulation = Simulation::new(network, &cars(90, 5)).unwrap();
    let mut passed_s: Vec<f64> = Vec::new();
    for nth in 0..4 * 900 {
        step(&mut simulation);
        for vehicle in &simulation.world().vehicles {
            if vehicle.is_on_road() && vehicle.before.link == west && vehicle.link != west {
                passed_s.push(f64::from(nth) * STEP_S);
            }
        }
    }
    // Each green by itself, without the first four, who start slowly.
    let gaps_s: Vec<f64> = passed_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut in_flow = Vec::new();
    for green in gaps_s.split(|&gap_s| gap_s > 8.0) {
        in_flow.extend(green.iter().skip(4).filter(|&&gap_s| gap_s < 4.0));
    }
    assert!(in_flow.len() > 40, "{} in flow", in_flow.len());
    let per_h = 3_600.0 * in_flow.len() as f64 / in_flow.iter().sum::<f64>();
    assert!((1_600.0..2_000.0).contains(&per_h), "{per_h} veh/h");
}

#[test]
fn where_a_lane_is_closed_vehicles_merge_and_drive_on() {
    let road = roads::straight(1_500.0, 2, 80);
    let mut simulation = Simulation::new(road, &cars(60, 7)).unwrap();
    let mut closure = incident(IncidentKind::LaneClosure, LinkIdx(0), 900.0, 0.0);
    (closure.length_m, closure.lanes, closure.duration_s) = (200.0, LaneSet::of(&[0]), 3_000.0);
    simulation.stage(closure).unwrap();
    run_for(&mut simulation, 300);
    for nth in 0..4 * 120 {
        step(&mut simulation);
        let inside = |vehicle: &&super::super::vehicle::Vehicle| {
            vehicle.is_on_road() && vehicle.lane == 0 && (901.0..1_100.0).contains(&vehicle.offset_m)
        };
        assert_eq!(simulation.world().vehicles.iter().filter(inside).count(), 0, "in step {nth}");
    }
    let flow = outflow_per_h(&mut simulation, 600);
    assert!((1_000.0..2_400.0).contains(&flow), "{flow} veh/h past the closure");
    let (_, longest_s) = simulation.longest_standing().unwrap();
    assert!(longest_s < 120.0, "{longest_s} s in the closed lane");
}

//! The rules of the road: lights, right of way, forbidden turns, buses, blue lights, the kerb.

use std::sync::Arc;

use model::VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
use roadnet::Rules;

use super::super::lights::Light;
use super::super::{Activity, FleetMix, STEP_S, Simulation, TrafficEvent, TrafficPlan};
use super::{helsinki, plan, roads, run_for};

#[test]
fn nobody_enters_at_red_who_could_have_stopped() {
    let mut simulation = Simulation::new(roads::crossing_of_one_ways(), &plan(40, 2)).unwrap();
    let (mut passed, mut at_red) = (0, 0);
    for _ in 0..4 * 600 {
        let lights = simulation.world().lights.shown();
        simulation.step();
        let world = simulation.world();
        for vehicle in world.vehicles.iter().filter(|v| v.is_on_road() && v.kind != Emergency) {
            if vehicle.before.link != vehicle.link {
                let turn = world.streets.turns.between(vehicle.before.link, vehicle.link).unwrap().1;
                passed += 1;
                at_red += usize::from(lights[turn.light as usize] == Light::Red);
            }
        }
    }
    assert!(passed > 200, "{passed} passed");
    assert_eq!(at_red, 0, "of {passed}");
}

#[test]
fn a_forbidden_turn_is_never_taken() {
    let network = Arc::into_inner(roads::crossing()).unwrap();
    // From the north nobody may go east; arms lead from the middle outwards in their drawing direction.
    let arm = |id: &str| roads::link(&network, id);
    let inwards = network.link(arm("north")).opposite.unwrap();
    let forbidden = (inwards, arm("east"));
    let network = network.with_rules(Rules { forbidden: vec![forbidden], ..Rules::default() });
    let mut simulation = Simulation::new(Arc::new(network), &plan(20, 2)).unwrap();
    let mut others = 0;
    for _ in 0..4 * 600 {
        simulation.step();
        for vehicle in &simulation.world().vehicles {
            assert_ne!((vehicle.before.link, vehicle.link), forbidden);
            others += usize::from(vehicle.before.link == inwards && vehicle.link != inwards);
        }
    }
    assert!(others > 20, "{others} from the north");
}

#[test]
fn who_comes_on_the_main_road_waits_less_than_who_comes_out_of_a_side_street() {
    let mut simulation = Simulation::new(roads::side_street(), &plan(40, 4)).unwrap();
    let network = simulation.network().clone();
    let inwards =
        ["west", "east", "north"].map(|id| network.link(roads::link(&network, id)).opposite.unwrap());
    let (mut waited_s, mut passed) = ([0.0; 2], [0.0; 2]);
    for _ in 0..4 * 900 {
        simulation.step();
        for vehicle in &simulation.world().vehicles {
            if let Some(arm) = inwards.iter().position(|&link| link == vehicle.before.link) {
                let side = usize::from(arm == 2);
                waited_s[side] += if vehicle.speed_mps < 0.3 { STEP_S } else { 0.0 };
                passed[side] += f64::from(u8::from(vehicle.link != vehicle.before.link));
            }
        }
    }
    let [main_s, side_s] = [0, 1].map(|side: usize| waited_s[side] / passed[side]);
    assert!(side_s > 1.5 * main_s, "{main_s} s on the main road, {side_s} s from the side street");
}

#[test]
fn buses_stop_at_stops_and_drive_on() {
    let shares = [(Car, 0.0), (Truck, 0.0), (Bus, 1.0), (Motorcycle, 0.0), (Emergency, 0.0), (Other, 0.0)];
    let buses = TrafficPlan { mix: FleetMix::new(shares).unwrap(), ..plan(4, 3) };
    let mut simulation = Simulation::new(roads::ring(400.0, 1, 50), &buses).unwrap();
    let (mut stopped, mut moved) = (0, 0);
    for _ in 0..4 * 300 {
        simulation.step();
        for vehicle in simulation.vehicles() {
            let at_stop = simulation.activity(vehicle) == Activity::AtStop;
            stopped += usize::from(at_stop);
            moved += usize::from(!at_stop && simulation.observe(vehicle, 0).speed_mps > 5.0);
        }
    }
    assert!(stopped > 100 && moved > 500, "{stopped} at stops, {moved} on their way");
}

#[test]
fn vehicles_park_at_the_kerb_and_others_pull_out() {
    let parked = TrafficPlan { parked: 40, ..plan(100, 3) };
    let mut simulation = Simulation::new(helsinki(), &parked).unwrap();
    let first: Vec<_> =
        simulation.vehicles().filter(|&v| simulation.activity(v) == Activity::Parked).collect();
    assert!(first.len() >= 30, "{} parked", first.len());
    run_for(&mut simulation, 900);
    let counts = simulation.counts();
    assert!((90..=110).contains(&counts.driving) && (25..=60).contains(&counts.parked), "{counts:?}");
    let still = first.iter().filter(|&&v| simulation.activity(v) == Activity::Parked).count();
    assert!(still + 5 < first.len(), "{still} of {} never moved", first.len());
    let now = simulation.vehicles().find(|&v| simulation.activity(v) == Activity::Parked).unwrap();
    assert_eq!(simulation.observe(now, 100).speed_mps, 0.0);
}

#[test]
fn where_the_network_ends_vehicles_leave_and_others_come_in() {
    let mut simulation = Simulation::new(roads::straight(800.0, 2, 80), &plan(30, 3)).unwrap();
    run_for(&mut simulation, 120);
    let events: Vec<_> = std::iter::from_fn(|| simulation.poll_event()).collect();
    let came = events.iter().filter(|event| matches!(event, TrafficEvent::Entered(_))).count();
    let went = events.iter().filter(|event| matches!(event, TrafficEvent::Left(_))).count();
    assert!(came > 50 && went > 50, "{came} came, {went} went");
    let serials: std::collections::BTreeSet<u32> =
        simulation.vehicles().map(|v| simulation.serial(v)).collect();
    assert_eq!(serials.len(), simulation.vehicles().count());
}

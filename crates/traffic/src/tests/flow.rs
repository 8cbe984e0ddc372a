//! Traffic without incidents.

use model::VehicleKind::Emergency;

use super::super::{BuildError, FleetMix, STEP_S, Simulation, TrafficPlan};
use super::{helsinki, plan, roads, run_for};

#[test]
fn for_ten_minutes_in_helsinki_nobody_overlaps_speeds_or_gets_stuck() {
    let mut simulation =
        Simulation::new(helsinki(), &TrafficPlan { mix: FleetMix::CITY, ..plan(300, 1) }).unwrap();
    let mut standing_s = vec![0.0_f64; 300];
    let mut driven_m = 0.0;
    for _ in 0..10 * 60 * 4 {
        simulation.step();
        assert_eq!(simulation.overlaps(), [], "at {} ms", simulation.now_ms());
        let world = simulation.world();
        for (vehicle, standing_s) in world.vehicles.iter().zip(&mut standing_s) {
            let limit_mps = world.streets.get(vehicle.link).limit_mps;
            assert!(
                vehicle.kind == Emergency || vehicle.speed_mps <= limit_mps + 1e-9,
                "{} in {limit_mps}",
                vehicle.speed_mps
            );
            assert!(vehicle.accel_mps2 > -12.0, "braked with {}", vehicle.accel_mps2);
            *standing_s = if vehicle.speed_mps > 1.0 { 0.0 } else { *standing_s + STEP_S };
            assert!(*standing_s < 180.0, "stands for three minutes");
            driven_m += vehicle.speed_mps * STEP_S;
        }
    }
    let mean_mps = driven_m / 300.0 / 600.0;
    assert!((3.5..8.0).contains(&mean_mps), "{mean_mps}");
}

#[test]
fn twice_the_vehicles_are_slower_but_never_come_to_a_standstill() {
    let mut simulation = Simulation::new(helsinki(), &plan(800, 5)).unwrap();
    run_for(&mut simulation, 600);
    let world = simulation.world();
    let moving = world.vehicles.iter().filter(|vehicle| vehicle.speed_mps > 1.0).count();
    assert!(moving > 200, "{moving} of 800 move");
    let longest_s = world.vehicles.iter().map(|vehicle| f64::from(vehicle.standing_s)).fold(0.0, f64::max);
    assert!(longest_s < 300.0, "{longest_s}");
}

#[test]
fn the_same_seed_gives_the_same_traffic_and_another_seed_another() {
    let observe = |seed| {
        let mut simulation = Simulation::new(helsinki(), &plan(100, seed)).unwrap();
        (0..400).for_each(|_| simulation.step());
        let seen = simulation.vehicles().map(|vehicle| simulation.observe(vehicle, 100));
        format!("{:?}", seen.collect::<Vec<_>>())
    };
    assert_eq!(observe(7), observe(7));
    assert_ne!(observe(7), observe(8));
}

#[test]
fn vehicles_on_a_free_road_reach_their_desired_speed() {
    let mut simulation = Simulation::new(roads::ring(1_000.0, 1, 50), &plan(4, 3)).unwrap();
    let mut fastest_mps = vec![0.0_f64; 4];
    for _ in 0..480 {
        simulation.step();
        for (vehicle, fastest) in simulation.world().vehicles.iter().zip(&mut fastest_mps) {
            *fastest = fastest.max(vehicle.speed_mps / vehicle.driver.limit_share);
        }
    }
    let limit_mps = 50.0 / 3.6;
    assert!(
        fastest_mps.iter().all(|&mps| mps > 0.9 * limit_mps && mps <= limit_mps + 0.01),
        "{fastest_mps:?}"
    );
}

#[test]
fn vehicles_slow_down_for_a_sharp_corner() {
    let network = roads::ring(300.0, 1, 50);
    let mut simulation = Simulation::new(network, &plan(6, 3)).unwrap();
    let mut corners = 0;
    for _ in 0..2_400 {
        simulation.step();
        for vehicle in &simulation.world().vehicles {
            if vehicle.before.link != vehicle.link {
                corners += 1;
                assert!(vehicle.speed_mps < 6.0, "{} m/s round a corner", vehicle.speed_mps);
            }
        }
    }
    assert!(corners > 50, "{corners}");
}

#[test]
fn at_a_crossing_nobody_drives_into_the_path_of_another() {
    let network = roads::crossing();
    let mut simulation = Simulation::new(network.clone(), &plan(24, 11)).unwrap();
    let mut passed = 0;
    for _ in 0..2_400 {
        simulation.step();
        assert_eq!(simulation.overlaps(), []);
        let world = simulation.world();
        let node = network.link(roads::link(&network, "north")).from;
        let grants = &world.grants[node.0 as usize];
        for (i, a) in grants.iter().enumerate() {
            for b in &grants[i + 1..] {
                assert!(
                    a.vehicle == b.vehicle
                        || !world
                            .streets
                            .turns
                            .in_conflict((a.turn, a.from_lane, a.to_lane), (b.turn, b.from_lane, b.to_lane))
                );
            }
        }
        passed += world.vehicles.iter().filter(|v| v.before.link != v.link).count();
    }
    assert!(passed > 300, "{passed} nodes passed");
}

#[test]
fn more_vehicles_than_the_roads_hold_are_refused() {
    let asked = Simulation::new(roads::ring(100.0, 1, 50), &plan(1_000, 1));
    assert_eq!(asked.err(), Some(BuildError::TooManyVehicles { asked: 1_000, room: 24 }));
}

#[test]
fn traffic_uses_all_lanes() {
    let mut simulation = Simulation::new(roads::ring(400.0, 3, 50), &plan(60, 2)).unwrap();
    run_for(&mut simulation, 120);
    for lane in 0..3 {
        let there = simulation.world().vehicles.iter().filter(|vehicle| vehicle.lane == lane).count();
        assert!(there >= 10, "{there} on lane {lane}");
    }
}

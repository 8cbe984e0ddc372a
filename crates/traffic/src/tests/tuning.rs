//! Changes while the traffic runs.

use super::super::{IncidentKind, IncidentPhase, LaneSet, Simulation, StageError, TrafficEvent, Weather};
use super::{incident, plan, roads, run_for};

fn mean_speed_mps(simulation: &Simulation) -> f64 {
    let speeds: Vec<f64> = simulation.vehicles().map(|idx| simulation.observe(idx, 0).speed_mps).collect();
    speeds.iter().sum::<f64>() / speeds.len() as f64
}

#[test]
fn more_or_fewer_vehicles_are_there_at_once_and_told() {
    let mut simulation = Simulation::new(roads::ring(1_000.0, 2, 50), &plan(40, 1)).unwrap();
    simulation.set_vehicles(120).unwrap();
    assert_eq!(simulation.counts().driving, 120);
    let entered = std::iter::from_fn(|| simulation.poll_event());
    assert_eq!(entered.filter(|event| matches!(event, TrafficEvent::Entered(_))).count(), 80);
    run_for(&mut simulation, 60);
    simulation.set_vehicles(10).unwrap();
    assert_eq!((simulation.counts().driving, simulation.vehicles().count()), (10, 10));
    run_for(&mut simulation, 60);
    let left = std::iter::from_fn(|| simulation.poll_event());
    assert_eq!(left.filter(|event| matches!(event, TrafficEvent::Left(_))).count(), 110);
    assert!(simulation.set_vehicles(100_000).is_err());
    assert_eq!(simulation.counts().driving, 10);
}

#[test]
fn in_bad_weather_vehicles_are_slower() {
    let mut simulation = Simulation::new(roads::ring(1_000.0, 1, 50), &plan(8, 1)).unwrap();
    run_for(&mut simulation, 60);
    let dry_mps = mean_speed_mps(&simulation);
    simulation.set_weather(Weather { speed_factor: 0.6, headway_factor: 1.5 });
    run_for(&mut simulation, 60);
    let ratio = mean_speed_mps(&simulation) / dry_mps;
    assert!((0.5..0.75).contains(&ratio), "{ratio}");
}

#[test]
fn an_incident_can_be_staged_and_cleared_at_any_time() {
    let network = roads::ring(400.0, 1, 50);
    let place = roads::link(&network, "north");
    let mut simulation = Simulation::new(network, &plan(30, 4)).unwrap();
    let number = simulation.stage(incident(IncidentKind::Breakdown, place, 250.0, 0.0)).unwrap();
    run_for(&mut simulation, 60);
    assert_eq!(simulation.incidents().len(), 1);
    let queue = simulation.queues(5).remove(0);
    assert!(queue.vehicles.len() >= 5 && queue.head_link == place && queue.mean_speed_mps < 2.0, "{queue:?}");
    assert!(simulation.clear(number) && !simulation.clear(number));
    run_for(&mut simulation, 1);
    assert_eq!(simulation.incidents(), []);
    let told = std::iter::from_fn(|| simulation.poll_event()).filter_map(|event| match event {
        TrafficEvent::Incident(incident) => Some(incident.phase),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [IncidentPhase::Started, IncidentPhase::Ended]);
}

#[test]
fn a_closure_of_a_lane_that_is_not_there_is_refused() {
    let network = roads::ring(400.0, 2, 50);
    let place = roads::link(&network, "north");
    let mut simulation = Simulation::new(network, &plan(3, 4)).unwrap();
    let mut closure = incident(IncidentKind::LaneClosure, place, 250.0, 0.0);
    closure.lanes = LaneSet::of(&[2]);
    assert_eq!(simulation.stage(closure), Err(StageError::NoSuchLane { lanes: 2 }));
}

#[test]
fn incidents_are_bounded_at_a_time_and_in_a_run() {
    let network = roads::ring(400.0, 1, 50);
    let place = roads::link(&network, "north");
    let mut simulation = Simulation::new(network, &plan(1, 4)).unwrap();
    let later = incident(IncidentKind::Breakdown, place, 250.0, 1e6);
    for round in 0..10 {
        for nth in 0..1_000 {
            assert_eq!(simulation.stage(later), Ok(round * 1_000 + nth));
        }
        let refused = simulation.stage(later);
        assert_eq!(refused, Err(StageError::TooMany { most: 1_000 }));
        (0..1_000).for_each(|nth| assert!(simulation.clear(round * 1_000 + nth)));
        simulation.step();
    }
    assert_eq!(simulation.stage(later), Err(StageError::RunIsFull { most: 10_000 }));
}

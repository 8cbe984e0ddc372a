//! Crashes, breakdowns and the queues behind them.

use model::Cause;

use super::super::{Hazard, IncidentKind, IncidentPhase, Simulation, TrafficEvent, VehicleIdx};
use super::{incident, plan, roads, run_for};

fn events(simulation: &mut Simulation) -> Vec<TrafficEvent> {
    std::iter::from_fn(|| simulation.poll_event()).collect()
}

fn incidents(events: &[TrafficEvent]) -> Vec<(IncidentPhase, Vec<VehicleIdx>)> {
    let incidents = events.iter().filter_map(|event| match event {
        TrafficEvent::Incident(incident) => Some((incident.phase, incident.vehicles.clone())),
        _ => None,
    });
    incidents.collect()
}

fn hazards(events: &[TrafficEvent]) -> Vec<Hazard> {
    let hazards = events.iter().filter_map(|event| match event {
        TrafficEvent::Hazard(hazard) => Some(*hazard),
        _ => None,
    });
    hazards.collect()
}

#[test]
fn a_breakdown_makes_a_queue_that_dissolves_when_it_is_cleared() {
    let network = roads::ring(400.0, 1, 50);
    let mut plan = plan(40, 4);
    let place = roads::link(&network, "north");
    plan.incidents = vec![incident(IncidentKind::Breakdown, place, 300.0, 10.0)];
    let mut simulation = Simulation::new(network, &plan).unwrap();
    run_for(&mut simulation, 100);
    let head = simulation.incident_head(0).unwrap();
    let queue = simulation.queue_behind(head);
    assert!(queue.len() >= 25, "{} queue", queue.len());
    assert!(queue.iter().all(|&idx| simulation.observe(idx, 0).speed_mps < 2.0));
    let at = simulation.observe(head, 0);
    let distance_m = at.position.distance_m(simulation.network().link(place).line.point_at(300.0));
    assert!(distance_m < 3.0, "stands {distance_m} m from the planned place");

    run_for(&mut simulation, 120);
    assert_eq!(simulation.incident_head(0), None);
    let slow = simulation.vehicles().filter(|&idx| simulation.observe(idx, 0).speed_mps < 2.0).count();
    assert!(slow < 12, "{slow} still slow 110 s after the road was cleared");
}

#[test]
fn two_crashed_vehicles_brake_hard_stand_bumper_to_bumper_and_report_an_accident() {
    let network = roads::ring(400.0, 1, 50);
    let mut plan = plan(30, 4);
    let place = roads::link(&network, "north");
    plan.incidents = vec![incident(IncidentKind::Crash, place, 250.0, 10.0)];
    let mut simulation = Simulation::new(network, &plan).unwrap();
    let mut hardest = 0.0_f64;
    for _ in 0..60 * 4 {
        simulation.step();
        assert_eq!(simulation.overlaps(), []);
        if let Some(head) = simulation.incident_head(0) {
            hardest = hardest.min(simulation.observe(head, 0).accel_mps2);
        }
    }
    assert!(hardest < -6.0, "{hardest}");
    let seen = events(&mut simulation);
    let told = incidents(&seen);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((told[0].0, told[0].1.len()), (IncidentPhase::Started, 1));
    assert_eq!((told[1].0, told[1].1.len()), (IncidentPhase::Updated, 2));

    let involved = told[1].1.clone();
    let [first, second] = [0, 1].map(|i| &simulation.world().vehicles[involved[i].at()]);
    let gap_m = first.rear_m() - second.offset_m;
    assert!((0.0..1.5).contains(&gap_m), "{gap_m} m between them");

    let reported = hazards(&seen);
    let mut reporters: Vec<VehicleIdx> = reported.iter().map(|hazard| hazard.vehicle).collect();
    reporters.sort();
    reporters.dedup();
    assert_eq!(reporters.len(), 2);
    assert!(reported.iter().all(|hazard| hazard.cause == Cause { code: 2, subcause: 1 } && !hazard.cancel));
}

#[test]
fn hazards_are_renewed_while_they_last_and_taken_back_at_the_end() {
    let network = roads::ring(400.0, 1, 50);
    let mut plan = plan(30, 4);
    let place = roads::link(&network, "north");
    plan.incidents = vec![incident(IncidentKind::Crash, place, 250.0, 10.0)];
    let mut simulation = Simulation::new(network, &plan).unwrap();
    run_for(&mut simulation, 200);
    let seen = events(&mut simulation);
    let reported = hazards(&seen);
    let (cancels, reports): (Vec<&Hazard>, Vec<&Hazard>) = reported.iter().partition(|hazard| hazard.cancel);
    assert_eq!(cancels.len(), 2);
    assert!(reports.len() >= 5, "{} reports", reports.len());
    assert!(reports.iter().all(|hazard| f64::from(hazard.validity_s) > 60.0));
    assert_eq!(incidents(&seen).last().map(|told| (told.0, told.1.len())), Some((IncidentPhase::Ended, 2)));
}

#[test]
fn on_two_lanes_the_others_squeeze_past_slowly() {
    let network = roads::ring(400.0, 2, 50);
    let mut plan = plan(30, 6);
    let place = roads::link(&network, "north");
    plan.incidents = vec![incident(IncidentKind::Breakdown, place, 250.0, 5.0)];
    let mut simulation = Simulation::new(network, &plan).unwrap();
    run_for(&mut simulation, 40);
    let head = simulation.incident_head(0).unwrap();
    let (mut passed, mut fastest_mps) = (0, 0.0_f64);
    for _ in 0..60 * 4 {
        simulation.step();
        assert_eq!(simulation.overlaps(), []);
        for (i, vehicle) in simulation.world().vehicles.iter().enumerate() {
            let beside =
                vehicle.link == place && i != head.at() && (248.0..252.0).contains(&vehicle.offset_m);
            if beside && vehicle.rear_m() < 250.0 {
                fastest_mps = fastest_mps.max(vehicle.speed_mps);
                passed += usize::from(vehicle.before.offset_m < 250.0 && vehicle.offset_m >= 250.0);
            }
        }
    }
    assert!(passed >= 10, "{passed} passed");
    assert!(fastest_mps < 6.0, "{fastest_mps}");
}

#[test]
fn an_incident_that_repeats_comes_again() {
    let network = roads::ring(400.0, 1, 50);
    let mut plan = plan(30, 4);
    let place = roads::link(&network, "north");
    let once = incident(IncidentKind::Crash, place, 250.0, 10.0);
    plan.incidents = vec![super::IncidentPlan { repeat_s: Some(200.0), ..once }];
    let mut simulation = Simulation::new(network, &plan).unwrap();
    run_for(&mut simulation, 300);
    let phases: Vec<_> = incidents(&events(&mut simulation)).into_iter().map(|told| told.0).collect();
    let starts = phases.iter().filter(|&&phase| phase == IncidentPhase::Started).count();
    assert_eq!(starts, 2, "{phases:?}");
}

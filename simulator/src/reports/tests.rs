use std::sync::Arc;

use model::codec::{Report, decode};
use model::topic::{self, Topic};
use model::{Cause, Timestamp};

use super::*;
use crate::scenario::Scenario;
use crate::traffic::{Hazard, Simulation, VehicleIdx};

const START: Timestamp = Timestamp::from_ms_clamped(1_760_000_000_000);

fn simulation(vehicles: usize) -> Simulation {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/roads/helsinki/network.geojson");
    let network = Arc::new(roadnet::read_geojson(&std::fs::read(path).unwrap()).unwrap().0);
    let scenario = Scenario::read("s.toml", &format!("vehicles = {vehicles}")).unwrap();
    Simulation::new(network.clone(), &scenario.plan(&network).unwrap()).unwrap()
}

fn settings(gps_noise_m: f64) -> ReporterSettings {
    ReporterSettings { interval_ms: 1_000, gps_noise_m, seed: 1, start: START }
}

fn read(reporter: &Reporter, outgoing: &Outgoing) -> Report {
    let id = &reporter.ids()[outgoing.vehicle.0 as usize];
    let name = if outgoing.is_hazard { topic::hazard(id) } else { topic::position(id) };
    let mut reports = Vec::new();
    decode(&Topic::parse(&name).unwrap(), &outgoing.payload, |report| reports.push(report.unwrap()));
    reports.remove(0)
}

#[test]
fn every_vehicle_reports_once_a_second_and_not_all_at_once() {
    let mut simulation = simulation(200);
    let mut reporter = Reporter::new(settings(3.0), &simulation);
    let mut reports = Vec::new();
    for _ in 0..40 {
        simulation.step();
        reporter.collect(&simulation, &mut reports);
    }
    assert_eq!(reports.len(), 2_000);
    assert!(reports.is_sorted_by_key(|report| report.due_ms));
    let in_one_tenth = |from: i64| reports.iter().filter(|r| (from..from + 100).contains(&r.due_ms)).count();
    for tenth in 0..100 {
        let count = in_one_tenth(1 + tenth * 100);
        assert!((18..=22).contains(&count), "{count} from {tenth}");
    }
}

#[test]
fn reports_decode_to_what_the_vehicle_did() {
    let mut simulation = simulation(50);
    let mut reporter = Reporter::new(settings(0.0), &simulation);
    let mut reports = Vec::new();
    simulation.step();
    reporter.collect(&simulation, &mut reports);
    assert!(!reports.is_empty());
    for outgoing in &reports {
        let Report::Position(report) = read(&reporter, outgoing) else { panic!("not a position") };
        let seen = simulation.observe(outgoing.vehicle, simulation.now_ms() - outgoing.due_ms);
        assert_eq!(report.ts, START + outgoing.due_ms);
        assert!(report.position.distance_m(seen.position) < 0.02);
        assert!((report.speed_mps.unwrap() - seen.speed_mps).abs() < 1.0);
        assert!((report.heading_deg.unwrap() - seen.heading_deg).abs() < 0.06);
        assert_eq!(report.accuracy_m, Some(0.0));
        assert_eq!(report.kind, Some(simulation.kind(outgoing.vehicle)));
    }
}

#[test]
fn two_reports_of_a_vehicle_lie_as_far_apart_as_it_drove() {
    let mut simulation = simulation(50);
    let mut reporter = Reporter::new(settings(0.0), &simulation);
    let mut reports = Vec::new();
    for _ in 0..80 {
        simulation.step();
        reporter.collect(&simulation, &mut reports);
    }
    let mut last = vec![None; 50];
    for outgoing in &reports {
        let Report::Position(report) = read(&reporter, outgoing) else { panic!("not a position") };
        if let Some((position, ts, speed)) = last[outgoing.vehicle.0 as usize] {
            let elapsed_s = report.ts.since_ms(ts) as f64 / 1_000.0;
            let metres = report.position.distance_m(position);
            let fastest = f64::max(speed, report.speed_mps.unwrap()) + 1.0;
            // A change of lanes adds a little sideways.
            assert!(metres <= fastest * elapsed_s + 11.0, "{metres} m in {elapsed_s} s at {fastest}");
        }
        last[outgoing.vehicle.0 as usize] = Some((report.position, report.ts, report.speed_mps.unwrap()));
    }
}

#[test]
fn hazards_decode_with_cause_validity_and_cancellation() {
    let simulation = simulation(5);
    let mut reporter = Reporter::new(settings(2.0), &simulation);
    for cancel in [false, true] {
        let cause = Cause { code: 2, subcause: 1 };
        let hazard = Hazard { vehicle: VehicleIdx(3), cause, validity_s: 120, cancel };
        let outgoing = reporter.hazard(&simulation, &hazard);
        let Report::Hazard(report) = read(&reporter, &outgoing) else { panic!("not a hazard") };
        assert_eq!(report.vehicle.as_str(), "sim-0004");
        assert_eq!((report.cause, report.validity_s, report.cancel), (cause, 120, cancel));
        assert_eq!(report.ts, START + simulation.now_ms());
        let seen = simulation.observe(VehicleIdx(3), 0);
        assert!(report.position.distance_m(seen.position) < 12.0);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = || {
        let mut simulation = simulation(40);
        let mut reporter = Reporter::new(settings(3.0), &simulation);
        let mut reports = Vec::new();
        for _ in 0..40 {
            simulation.step();
            reporter.collect(&simulation, &mut reports);
        }
        reports
    };
    assert_eq!(bytes(), bytes());
}

use std::sync::Arc;

use model::codec::{Report, decode};
use model::simulation::ReportRule;
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

fn reporter(gps_noise_m: f64, simulation: &Simulation) -> Reporter {
    Reporter::new(Reporting { gps_noise_m, ..Reporting::default() }, 1, START, simulation)
}

/// What is reported within so many steps.
fn collected(reporting: Reporting, simulation: &mut Simulation, steps: usize) -> Vec<Outgoing> {
    let mut reporter = Reporter::new(reporting, 1, START, simulation);
    let mut reports = Vec::new();
    for _ in 0..steps {
        simulation.step();
        reporter.collect(simulation, &mut reports);
    }
    reports
}

fn read(outgoing: &Outgoing) -> Report {
    let id = &vehicle_id(outgoing.serial).unwrap();
    let name = if outgoing.is_hazard { topic::hazard(id) } else { topic::position(id) };
    let mut reports = Vec::new();
    decode(&Topic::parse(&name).unwrap(), &outgoing.payload, |report| reports.push(report.unwrap()));
    reports.remove(0)
}

#[test]
fn every_vehicle_reports_once_a_second_and_not_all_at_once() {
    let mut simulation = simulation(200);
    let mut reporter = reporter(3.0, &simulation);
    let mut reports = Vec::new();
    for _ in 0..40 {
        simulation.step();
        reporter.collect(&simulation, &mut reports);
    }
    assert_eq!(reports.len(), 2_000);
    let in_one_tenth = |from: i64| reports.iter().filter(|r| (from..from + 100).contains(&r.due_ms)).count();
    for tenth in 0..100 {
        let count = in_one_tenth(1 + tenth * 100);
        assert!((18..=22).contains(&count), "{count} from {tenth}");
    }
}

#[test]
fn reports_decode_to_what_the_vehicle_did() {
    let mut simulation = simulation(50);
    let mut reporter = reporter(0.0, &simulation);
    let mut reports = Vec::new();
    simulation.step();
    reporter.collect(&simulation, &mut reports);
    assert!(!reports.is_empty());
    for outgoing in &reports {
        let Report::Position(report) = read(outgoing) else { panic!("not a position") };
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
    let mut reporter = reporter(0.0, &simulation);
    let mut reports = Vec::new();
    for _ in 0..80 {
        simulation.step();
        reporter.collect(&simulation, &mut reports);
    }
    let mut last = vec![None; 50];
    for outgoing in &reports {
        let Report::Position(report) = read(outgoing) else { panic!("not a position") };
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
    let mut reporter = reporter(2.0, &simulation);
    for cancel in [false, true] {
        let cause = Cause { code: 2, subcause: 1 };
        let hazard = Hazard { vehicle: VehicleIdx(3), cause, validity_s: 120, cancel };
        let outgoing = reporter.hazard(&simulation, &hazard);
        let Report::Hazard(report) = read(&outgoing) else { panic!("not a hazard") };
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
        let mut reporter = reporter(3.0, &simulation);
        let mut reports = Vec::new();
        for _ in 0..40 {
            simulation.step();
            reporter.collect(&simulation, &mut reports);
        }
        reports
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_share_of_the_vehicles_reports_and_more_of_them_when_it_grows() {
    let mut simulation = simulation(400);
    let mut reporter = Reporter::new(Reporting { share: 0.3, ..Reporting::default() }, 1, START, &simulation);
    let who = |reporter: &mut Reporter, simulation: &mut Simulation| {
        let mut reports = Vec::new();
        for _ in 0..4 {
            simulation.step();
            reporter.collect(simulation, &mut reports);
        }
        reports.into_iter().map(|report| report.vehicle).collect::<std::collections::BTreeSet<_>>()
    };
    let few = who(&mut reporter, &mut simulation);
    assert!((90..=150).contains(&few.len()), "{}", few.len());
    reporter.set_reporting(Reporting { share: 0.6, ..Reporting::default() }, simulation.now_ms());
    let more = who(&mut reporter, &mut simulation);
    assert!((200..=280).contains(&more.len()) && few.is_subset(&more), "{}", more.len());
    assert!(more.iter().all(|&vehicle| reporter.reports(vehicle)));
}

#[test]
fn cams_come_more_often_from_who_drives_than_from_who_stands() {
    let mut simulation = simulation(100);
    let reports = collected(Reporting { rule: ReportRule::Cam, ..Reporting::default() }, &mut simulation, 40);
    let mut gaps_ms = Vec::new();
    for vehicle in simulation.vehicles() {
        let times: Vec<i64> =
            reports.iter().filter(|report| report.vehicle == vehicle).map(|report| report.due_ms).collect();
        gaps_ms.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
    }
    assert!(gaps_ms.iter().all(|gap_ms| (100..=1_000).contains(gap_ms)), "{gaps_ms:?}");
    assert!(gaps_ms.contains(&1_000) && gaps_ms.iter().any(|&gap_ms| gap_ms <= 500));
}

#[test]
fn reports_are_lost_delayed_and_repeated_as_often_as_asked() {
    let mut simulation = simulation(200);
    let reporting =
        Reporting { loss: 0.25, delay_s: 2.0, duplicates: 0.1, gps_noise_m: 0.0, ..Reporting::default() };
    let reports = collected(reporting, &mut simulation, 80);
    let mut sent: std::collections::BTreeMap<_, Vec<i64>> = std::collections::BTreeMap::new();
    for report in &reports {
        let text = String::from_utf8_lossy(&report.payload);
        let ts: i64 = text[6..19].parse().unwrap();
        sent.entry((report.vehicle, ts)).or_default().push(report.due_ms - (ts - START.as_ms()));
    }
    // 4,000 reports were made.
    assert!((2_880..=3_120).contains(&sent.len()), "{}", sent.len());
    let twice = sent.values().filter(|delays| delays.len() == 2).count();
    assert!((240..=360).contains(&twice), "{twice}");
    let mean_ms = sent.values().map(|delays| delays[0]).sum::<i64>() / sent.len() as i64;
    assert!((1_850..=2_150).contains(&mean_ms), "{mean_ms}");
    assert!(sent.values().flatten().all(|&delay_ms| (0..=11_000).contains(&delay_ms)));
}

//! The accident of the Linear Road benchmark (VLDB 2004): a vehicle that reports the same position four times in a row is
//! stopped; two vehicles stopped at the same position are an accident, until one of them moves.
//!
//! The benchmark's positions are exact and come every 30 s. Here they come as they come, and "the same" means within 10 m.

use std::collections::BTreeMap;

use model::codec::Report;
use model::{EventKind, LatLon, VehicleId};

use crate::alarm::Alarm;
use crate::report::{Recording, START};

const REPORTS: usize = 4;
const SAME_M: f64 = 10.0;

#[derive(Default)]
struct Last {
    anchor: Option<LatLon>,
    count: usize,
}

pub(super) fn run(recording: &Recording) -> Vec<Alarm> {
    let mut last: BTreeMap<VehicleId, Last> = BTreeMap::new();
    let mut stopped: BTreeMap<VehicleId, LatLon> = BTreeMap::new();
    let mut alarms: Vec<Alarm> = Vec::new();
    // The alarms that go on, with the vehicles stopped there.
    let mut open: Vec<(usize, Vec<VehicleId>)> = Vec::new();
    for heard in &recording.heard {
        let Report::Position(report) = &heard.report else { continue };
        let now_ms = heard.received.since_ms(START);
        let known = last.entry(report.vehicle.clone()).or_default();
        match known.anchor.filter(|anchor| anchor.distance_m(report.position) <= SAME_M) {
            Some(_) => known.count += 1,
            None => *known = Last { anchor: Some(report.position), count: 1 },
        }
        if known.count < REPORTS {
            if stopped.remove(&report.vehicle).is_some() {
                for (alarm, vehicles) in &mut open {
                    vehicles.retain(|vehicle| *vehicle != report.vehicle);
                    if vehicles.len() < 2 {
                        alarms[*alarm].ended_ms = Some(now_ms);
                    }
                }
                open.retain(|(_, vehicles)| vehicles.len() >= 2);
            }
            continue;
        }
        if stopped.contains_key(&report.vehicle) {
            continue;
        }
        stopped.insert(report.vehicle.clone(), report.position);
        let here = |place: LatLon| place.distance_m(report.position) <= SAME_M;
        if let Some((_, vehicles)) = open.iter_mut().find(|(alarm, _)| here(alarms[*alarm].place)) {
            vehicles.push(report.vehicle.clone());
            continue;
        }
        let together: Vec<VehicleId> =
            stopped.iter().filter(|(_, place)| here(**place)).map(|(vehicle, _)| vehicle.clone()).collect();
        if together.len() >= 2 {
            open.push((alarms.len(), together));
            alarms.push(Alarm::at(EventKind::Accident, report.position, now_ms, now_ms));
        }
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Heard;
    use model::{LocalPlane, PositionReport};

    fn heard(id: &str, second: i64, x_m: f64) -> Heard {
        let report = PositionReport {
            vehicle: VehicleId::new(id).unwrap(),
            ts: START + second * 1_000,
            position: LocalPlane::at(LatLon::new(52.0, 13.0)).to_lat_lon(x_m, 0.0),
            speed_mps: None,
            heading_deg: None,
            acceleration_mps2: None,
            accuracy_m: None,
            kind: None,
        };
        Heard { received: START + second * 1_000, report: Report::Position(report) }
    }

    #[test]
    fn two_vehicles_that_stay_at_one_place_are_an_accident_until_one_moves() {
        let mut heard: Vec<Heard> =
            (0..10).flat_map(|s| [heard("a", s, 100.0), heard("b", s, 104.0)]).collect();
        heard.push(super::tests::heard("a", 10, 150.0));
        let alarms = run(&Recording { heard });
        assert_eq!(alarms.len(), 1);
        assert_eq!((alarms[0].raised_ms, alarms[0].ended_ms), (3_000, Some(10_000)));
    }

    #[test]
    fn a_vehicle_alone_is_no_accident() {
        let heard = (0..10).map(|s| heard("a", s, 100.0)).collect();
        assert!(run(&Recording { heard }).is_empty());
    }
}

//! A small world to drive in: two straight streets, one after the other, eastwards along the equator, where a
//! metre is about 1/111,195 degree both ways.

use detect::{Detector, Output, Settings, StateChange};
use model::codec::Report;
use model::{
    Cause, DropReason, Event, EventKind, HazardReport, LatLon, PositionReport, Timestamp, VehicleId, Zone,
};
use std::collections::BTreeMap;
use std::sync::Arc;

const M_PER_DEG: f64 = 111_195.08;

/// West Street from 0 to 500 m, East Street from 500 to 1,000 m, both ways at 50 km/h; a parallel lane 200 m north.
pub const STREETS: &str = r#"{"type":"FeatureCollection","features":[
  {"type":"Feature","id":"west","properties":{"highway":"primary","name":"West Street","maxspeed":50},
   "geometry":{"type":"LineString","coordinates":[[0,0],[0.0044966,0]]}},
  {"type":"Feature","id":"east","properties":{"highway":"primary","name":"East Street","maxspeed":50},
   "geometry":{"type":"LineString","coordinates":[[0.0044966,0],[0.0089932,0]]}},
  {"type":"Feature","id":"north","properties":{"highway":"primary","name":"North Lane","maxspeed":50},
   "geometry":{"type":"LineString","coordinates":[[0,0.0018],[0.0089932,0.0018]]}}]}"#;

pub struct World {
    roads: &'static str,
    settings: Settings,
    pub detector: Detector,
    pub events: Vec<Event>,
    pub state: BTreeMap<String, StateChange>,
}

pub fn at(second: f64) -> Timestamp {
    Timestamp::from_ms_clamped(1_760_000_000_000 + (second * 1_000.0) as i64)
}

pub fn second(ts: Timestamp) -> f64 {
    (ts.as_ms() - 1_760_000_000_000) as f64 / 1_000.0
}

pub fn place(east_m: f64, north_m: f64) -> LatLon {
    LatLon::new(north_m / M_PER_DEG, east_m / M_PER_DEG)
}

fn new_detector(roads: &str, settings: Settings) -> Detector {
    let (network, warnings) = roadnet::read_geojson(roads.as_bytes()).expect("a network");
    assert!(warnings.is_empty(), "{warnings:?}");
    Detector::new(settings, Arc::new(network))
}

impl World {
    pub fn new() -> Self {
        Self::made(STREETS, Settings::default())
    }

    /// A world with other roads.
    pub fn on(roads: &'static str) -> Self {
        Self::made(roads, Settings::default())
    }

    /// A world with other thresholds or rules.
    pub fn with(settings: Settings) -> Self {
        Self::made(STREETS, settings)
    }

    fn made(roads: &'static str, settings: Settings) -> Self {
        let detector = new_detector(roads, settings.clone());
        Self { roads, settings, detector, events: Vec::new(), state: BTreeMap::new() }
    }

    /// Kills the detector and starts another with what it kept.
    pub fn restart(&mut self, zones: &[&str]) {
        self.detector = new_detector(self.roads, self.settings.clone());
        zones.iter().for_each(|zone| self.zone(zone));
        assert_eq!(self.detector.restore(self.state.values().cloned()), Vec::<String>::new());
    }

    pub fn zone(&mut self, feature: &str) {
        self.detector.set_zone(Zone::from_geojson(feature.as_bytes()).expect("a zone"));
    }

    /// Vehicle `id` is `east_m` along the streets, driving east.
    pub fn drive(&mut self, id: &str, at_s: f64, east_m: f64, speed_mps: f64) {
        assert_eq!(self.report(id, at_s, place(east_m, 0.0), speed_mps), Ok(()));
    }

    pub fn report(
        &mut self,
        id: &str,
        at_s: f64,
        position: LatLon,
        speed_mps: f64,
    ) -> Result<(), DropReason> {
        let report = PositionReport {
            vehicle: VehicleId::new(id).expect("an id"),
            ts: at(at_s),
            position,
            speed_mps: Some(speed_mps),
            heading_deg: Some(90.0),
            acceleration_mps2: None,
            accuracy_m: None,
            kind: None,
        };
        self.send(report)
    }

    /// A report that is received at once.
    pub fn send(&mut self, report: PositionReport) -> Result<(), DropReason> {
        let now = report.ts;
        let result = self.detector.handle_report(Report::Position(report), now).map(drop);
        self.collect();
        result
    }

    pub fn hazard(&mut self, id: &str, at_s: f64, position: LatLon, cause: u8, cancel: bool) {
        let report = HazardReport {
            vehicle: VehicleId::new(id).expect("an id"),
            ts: at(at_s),
            position,
            cause: Cause::new(cause),
            heading_deg: Some(90.0),
            validity_s: 600,
            cancel,
        };
        assert!(self.detector.handle_report(Report::Hazard(report), at(at_s)).is_ok());
        self.collect();
    }

    /// Lets the receiver's clock go on without reports.
    pub fn silence_until(&mut self, at_s: f64) {
        while let Some(due) = self.detector.poll_timeout().filter(|due| *due <= at(at_s)) {
            self.detector.handle_timeout(due);
            self.collect();
            if self.detector.poll_timeout() == Some(due) {
                break;
            }
        }
    }

    fn collect(&mut self) {
        while let Some(output) = self.detector.poll_output() {
            match output {
                Output::Event(event) => self.events.push(*event),
                Output::State(change) if change.value.is_none() => drop(self.state.remove(&change.key)),
                Output::State(change) => drop(self.state.insert(change.key.clone(), change)),
            }
        }
    }

    pub fn of(&self, kind: EventKind) -> Vec<&Event> {
        self.events.iter().filter(|event| event.kind == kind).collect()
    }
}

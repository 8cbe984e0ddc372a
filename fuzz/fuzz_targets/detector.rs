//! The detector: any sequence of reports, hazards, zones, silences and restarts on a small network keeps the laws of
//! events, and gives the same again.

#![no_main]

#[path = "../../crates/detect/tests/detector/laws.rs"]
mod laws;

use arbitrary::Arbitrary;
use detect::{Detector, Output, Preset, Settings};
use laws::Laws;
use libfuzzer_sys::fuzz_target;
use model::codec::Report;
use model::{Cause, HazardReport, LatLon, PositionReport, Timestamp, VehicleId, Zone, ZoneId};
use roadnet::Network;
use std::sync::{Arc, OnceLock};

/// Most acts of one input, so that one takes milliseconds.
const MAX_ACTS: usize = 48;
const BEGIN_MS: i64 = 1_760_000_000_000;
const DEGREES_PER_M: f64 = 1.0 / 111_195.08;
const VEHICLES: u8 = 16;

/// Two-way streets in a row, a crossing one, a one-way pair with a number for a name, and a ring.
const ROADS: &str = r#"{"type":"FeatureCollection","features":[
  {"type":"Feature","id":"west","properties":{"highway":"primary","name":"West Street","maxspeed":50},
   "geometry":{"type":"LineString","coordinates":[[0,0],[0.0045,0]]}},
  {"type":"Feature","id":"east","properties":{"highway":"primary","name":"East Street","maxspeed":50},
   "geometry":{"type":"LineString","coordinates":[[0.0045,0],[0.009,0]]}},
  {"type":"Feature","id":"cross","properties":{"highway":"residential","maxspeed":30},
   "geometry":{"type":"LineString","coordinates":[[0.0045,-0.003],[0.0045,0],[0.0045,0.0018]]}},
  {"type":"Feature","id":"out","properties":{"highway":"motorway","ref":"A1","oneway":"yes","maxspeed":120},
   "geometry":{"type":"LineString","coordinates":[[0,0.0018],[0.0045,0.0018],[0.012,0.0018]]}},
  {"type":"Feature","id":"back","properties":{"highway":"motorway","ref":"A1","oneway":"yes","maxspeed":120},
   "geometry":{"type":"LineString","coordinates":[[0.012,0.002],[0,0.002]]}},
  {"type":"Feature","id":"ring","properties":{"highway":"tertiary","name":"Ring","oneway":"yes","maxspeed":30},
   "geometry":{"type":"LineString","coordinates":[[0.009,0],[0.0095,0.0003],[0.0095,-0.0003],[0.009,0]]}}]}"#;

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Act {
    /// One report with whatever values.
    Report {
        vehicle: u8,
        ahead_ds: i16,
        east_m: u16,
        north_m: i16,
        speed: Option<u8>,
        heading: Option<u16>,
        accuracy: Option<u8>,
    },
    /// Vehicles one behind the other report once a second while they drive on.
    Column {
        first: u8,
        vehicles: u8,
        head_m: u16,
        north_m: i16,
        gap_m: u8,
        speed_dmps: u8,
        seconds: u8,
    },
    /// Somebody reports a danger.
    Hazard {
        vehicle: u8,
        ahead_ds: i16,
        east_m: u16,
        north_m: i16,
        cause: u8,
        validity_s: u16,
        cancel: bool,
    },
    /// The last report comes again.
    Again,
    /// Nobody reports.
    Silence {
        seconds: u16,
    },
    SetZone {
        zone: u8,
        east_m: u16,
        north_m: i16,
        size_m: u8,
        corridor: bool,
        min_dwell_s: u8,
    },
    RemoveZone {
        zone: u8,
    },
    /// The detector dies, and another goes on with what was kept.
    Restart,
}

fuzz_target!(|input: (bool, Vec<Act>)| {
    let (course, acts) = input;
    let preset = if course { Preset::Course } else { Preset::Standard };
    let first = run(preset, &acts);
    // Map iteration, hashers and addresses differ from one detector to the next; what comes out must not.
    assert_eq!(first, run(preset, &acts), "not the same again");
});

fn run(preset: Preset, acts: &[Act]) -> Vec<Output> {
    let mut world = World::new(Settings { preset, ..Settings::default() });
    for act in acts.iter().take(MAX_ACTS) {
        world.act(*act);
        world.collect();
        world.laws.settle();
    }
    world.outputs
}

struct World {
    settings: Settings,
    network: Arc<Network>,
    detector: Detector,
    laws: Laws,
    zones: [Option<Zone>; 4],
    now_ms: i64,
    last: Option<Report>,
    outputs: Vec<Output>,
}

impl World {
    fn new(settings: Settings) -> Self {
        static NETWORK: OnceLock<Arc<Network>> = OnceLock::new();
        let read = || Arc::new(roadnet::read_geojson(ROADS.as_bytes()).expect("a network").0);
        let network = Arc::clone(NETWORK.get_or_init(read));
        let detector = Detector::new(settings.clone(), Arc::clone(&network));
        let (laws, zones, last, outputs) = (Laws::default(), [None, None, None, None], None, Vec::new());
        Self { settings, network, detector, laws, zones, now_ms: BEGIN_MS, last, outputs }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Report { vehicle, ahead_ds, east_m, north_m, speed, heading, accuracy } => {
                self.now_ms += 100;
                let mut report = self.position(vehicle, east_m, north_m);
                report.ts = report.ts + i64::from(ahead_ds) * 100;
                report.speed_mps = speed.map(|speed| f64::from(speed.min(100)));
                report.heading_deg = heading.map(|heading| f64::from(heading % 360));
                report.accuracy_m = accuracy.map(f64::from);
                self.hear(Report::Position(report));
            }
            Act::Column { first, vehicles, head_m, north_m, gap_m, speed_dmps, seconds } => {
                let speed_mps = f64::from(speed_dmps) / 10.0;
                for second in 0..seconds % 90 {
                    self.now_ms += 1_000;
                    for number in 0..vehicles % VEHICLES {
                        let mut report = self.position(first.wrapping_add(number), 0, north_m);
                        let behind_m = f64::from(number) * f64::from(gap_m);
                        let east_m = f64::from(head_m) + f64::from(second) * speed_mps - behind_m;
                        report.position = LatLon::new(report.position.lat, east_m * DEGREES_PER_M);
                        report.speed_mps = Some(speed_mps);
                        report.heading_deg = Some(90.0);
                        self.hear(Report::Position(report));
                    }
                }
            }
            Act::Hazard { vehicle, ahead_ds, east_m, north_m, cause, validity_s, cancel } => {
                self.now_ms += 100;
                let at = self.position(vehicle, east_m, north_m);
                // Half of all are about crashes, whatever the number says.
                let cause = if cause < 128 { Cause::ACCIDENT } else { cause };
                let hazard = HazardReport {
                    vehicle: at.vehicle,
                    ts: at.ts + i64::from(ahead_ds) * 100,
                    position: at.position,
                    cause: Cause::new(cause),
                    heading_deg: None,
                    validity_s: u32::from(validity_s),
                    cancel,
                };
                self.hear(Report::Hazard(hazard));
            }
            Act::Again => {
                if let Some(report) = self.last.clone() {
                    self.hear(report);
                }
            }
            Act::Silence { seconds } => self.silence(seconds),
            Act::SetZone { zone, east_m, north_m, size_m, corridor, min_dwell_s } => {
                self.set_zone(zone, place(east_m, north_m), size_m, corridor, min_dwell_s);
            }
            Act::RemoveZone { zone } => {
                let id = zone_id(zone);
                let known = self.zones[usize::from(zone % 4)].take();
                assert_eq!(self.detector.remove_zone(&id), known.is_some());
                self.laws.zone_changed(&id);
            }
            Act::Restart => {
                self.collect();
                self.detector = Detector::new(self.settings.clone(), Arc::clone(&self.network));
                self.zones.iter().flatten().for_each(|zone| self.detector.set_zone(zone.clone()));
                assert_eq!(self.detector.restore(self.laws.state()), Vec::<String>::new(), "unreadable");
            }
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_ms_clamped(self.now_ms)
    }

    fn position(&self, vehicle: u8, east_m: u16, north_m: i16) -> PositionReport {
        PositionReport {
            vehicle: VehicleId::new(&format!("v{}", vehicle % VEHICLES)).expect("an id"),
            ts: self.now(),
            position: place(east_m, north_m),
            speed_mps: None,
            heading_deg: None,
            acceleration_mps2: None,
            accuracy_m: None,
            kind: None,
        }
    }

    fn hear(&mut self, report: Report) {
        let now = self.now();
        let _ = self.detector.handle_report(report.clone(), now);
        self.last = Some(report);
    }

    fn set_zone(&mut self, zone: u8, at: LatLon, size_m: u8, corridor: bool, min_dwell_s: u8) {
        let (lon, lat, size_m) = (at.lon, at.lat, f64::from(size_m) + 1.0);
        let (geometry, reach) = if corridor {
            let line = format!("[[{lon},{lat}],[{},{lat}]]", lon + 0.001);
            (format!(r#"{{"type":"LineString","coordinates":{line}}}"#), "buffer_m")
        } else {
            (format!(r#"{{"type":"Point","coordinates":[{lon},{lat}]}}"#), "radius_m")
        };
        let id = zone_id(zone);
        let feature = format!(
            r#"{{"type":"Feature","geometry":{geometry},"properties":{{"id":"{id}","{reach}":{size_m},"min_dwell_s":{min_dwell_s}}}}}"#
        );
        let read = Zone::from_geojson(feature.as_bytes()).expect("a zone");
        self.zones[usize::from(zone % 4)] = Some(read.clone());
        self.detector.set_zone(read);
        self.laws.zone_changed(&id);
    }

    /// Lets the receiver's clock go on, waking the detector when it asks for it.
    fn silence(&mut self, seconds: u16) {
        let until = self.now() + i64::from(seconds) * 1_000;
        let mut wakes = 0;
        while let Some(due) = self.detector.poll_timeout().filter(|due| *due <= until) {
            self.detector.handle_timeout(due.max(self.now()));
            self.collect();
            wakes += 1;
            // At most one look at the roads and one for the silent a second.
            assert!(wakes <= 2 * u32::from(seconds) + 4, "it asks to be woken without end");
        }
        self.now_ms = until.as_ms();
        self.detector.handle_timeout(until);
    }

    fn collect(&mut self) {
        while let Some(output) = self.detector.poll_output() {
            self.laws.take(output.clone());
            self.outputs.push(output);
        }
    }
}

fn zone_id(zone: u8) -> ZoneId {
    ZoneId::new(&format!("z{}", zone % 4)).expect("an id")
}

/// Over the streets, and some way beyond.
fn place(east_m: u16, north_m: i16) -> LatLon {
    let (east_m, north_m) = (f64::from(east_m % 2_000) - 200.0, f64::from(north_m % 500));
    LatLon::new(north_m * DEGREES_PER_M, east_m * DEGREES_PER_M)
}

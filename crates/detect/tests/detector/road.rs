//! Traffic on a small road, second by second: vehicles that drive on, stop and go again, all at the same time.

use crate::world::{World, at, place};
use model::{PositionReport, VehicleId, VehicleKind};

/// A dual carriageway of two lanes, 1,000 m to the traffic light and 600 m on, and a street of one lane each way without
/// any light 300 m north of it, all eastwards.
pub const ROADS: &str = r#"{"type":"FeatureCollection","features":[
  {"type":"Feature","id":"before","properties":{"highway":"primary","name":"High Road","maxspeed":50,"oneway":"yes","lanes":2},
   "geometry":{"type":"LineString","coordinates":[[0,0],[0.0089932,0]]}},
  {"type":"Feature","id":"after","properties":{"highway":"primary","name":"High Road","maxspeed":50,"oneway":"yes","lanes":2},
   "geometry":{"type":"LineString","coordinates":[[0.0089932,0],[0.0143892,0]]}},
  {"type":"Feature","id":"light","properties":{"highway":"traffic_signals"},
   "geometry":{"type":"Point","coordinates":[0.0089932,0]}},
  {"type":"Feature","id":"motorway","properties":{"highway":"motorway","name":"Motorway","maxspeed":120,"oneway":"yes","lanes":3},
   "geometry":{"type":"LineString","coordinates":[[0,0.009],[0.0269796,0.009]]}}]}"#;

/// How far north of the High Road the motorway runs, in metres.
pub const MOTORWAY_M: f64 = 1_000.8;

/// A vehicle on its way.
pub struct Car {
    pub id: &'static str,
    pub kind: Option<VehicleKind>,
    /// Metres right of the road's line.
    pub right_m: f64,
    /// Metres north of the High Road that its road runs.
    pub north_m: f64,
    /// When it is at 0 m, and how fast it drives.
    pub enters_s: f64,
    pub speed_mps: f64,
    /// Where it stops, how hard it brakes for it, and when it goes on.
    pub stop: Option<(f64, f64, f64)>,
    /// How often it reports, in seconds.
    pub every_s: u32,
}

impl Car {
    pub fn new(id: &'static str, enters_s: f64, speed_mps: f64) -> Self {
        let kind = Some(VehicleKind::Car);
        Self { id, kind, right_m: 1.6, north_m: 0.0, enters_s, speed_mps, stop: None, every_s: 1 }
    }

    pub fn stops(self, at_m: f64, braking_mps2: f64, until_s: f64) -> Self {
        Self { stop: Some((at_m, braking_mps2, until_s)), ..self }
    }

    pub fn right(self, right_m: f64) -> Self {
        Self { right_m, ..self }
    }

    pub fn kind(self, kind: VehicleKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    pub fn north(self, north_m: f64) -> Self {
        Self { north_m, ..self }
    }

    /// Place, speed and acceleration at a time; `None` while it is not on the road.
    fn at(&self, second: f64) -> Option<(f64, f64, f64)> {
        let driven_s = second - self.enters_s;
        if driven_s < 0.0 {
            return None;
        }
        let free = (self.speed_mps * driven_s, self.speed_mps, 0.0);
        let Some((at_m, braking_mps2, until_s)) = self.stop else { return Some(free) };
        let brakes_s = self.speed_mps / braking_mps2;
        let begins_s = (at_m - self.speed_mps * brakes_s / 2.0) / self.speed_mps;
        let on_s = second - until_s;
        if driven_s <= begins_s {
            Some(free)
        } else if driven_s < begins_s + brakes_s {
            let left_s = begins_s + brakes_s - driven_s;
            Some((at_m - braking_mps2 * left_s * left_s / 2.0, braking_mps2 * left_s, -braking_mps2))
        } else if on_s <= 0.0 {
            Some((at_m, 0.0, 0.0))
        } else if on_s < self.speed_mps / 2.0 {
            Some((at_m + on_s * on_s, 2.0 * on_s, 2.0))
        } else {
            let full_s = self.speed_mps / 2.0;
            Some((at_m + full_s * full_s + self.speed_mps * (on_s - full_s), self.speed_mps, 0.0))
        }
    }
}

/// Lets all of them drive from one second to another; who is beyond `until_m` reports no more.
pub fn drive(world: &mut World, cars: &[Car], (from_s, to_s): (u32, u32), until_m: f64) {
    for second in from_s..to_s {
        for (i, car) in cars.iter().enumerate() {
            let at_s = f64::from(second) + i as f64 / 100.0;
            let Some((east_m, speed_mps, acceleration_mps2)) = car.at(at_s) else { continue };
            if east_m > until_m || second % car.every_s != 0 {
                continue;
            }
            let report = PositionReport {
                vehicle: VehicleId::new(car.id).expect("an id"),
                ts: at(at_s),
                position: place(east_m, car.north_m - car.right_m),
                speed_mps: Some(speed_mps),
                heading_deg: Some(90.0),
                acceleration_mps2: Some(acceleration_mps2),
                accuracy_m: Some(4.0),
                kind: car.kind,
            };
            assert_eq!(world.send(report), Ok(()));
        }
    }
}

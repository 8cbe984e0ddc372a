//! Which vehicle reports what, and when.

use model::{LocalPlane, Timestamp, VehicleId};
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::noise::Noise;
use super::payload::{self, HazardValues, PositionValues};
use crate::traffic::{Hazard, STEP_MS, Simulation, VehicleIdx};

/// How vehicles report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReporterSettings {
    /// Milliseconds between two position reports of one vehicle, above 0.
    pub interval_ms: i64,
    /// One sigma of the error of positions, m.
    pub gps_noise_m: f64,
    /// Decides the errors.
    pub seed: u64,
    /// What the clock shows at time 0 of the simulation.
    pub start: Timestamp,
}

/// A message of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Who sends it.
    pub vehicle: VehicleIdx,
    /// When, in milliseconds from time 0 of the simulation.
    pub due_ms: i64,
    /// Whether it is a hazard report; else a position report.
    pub is_hazard: bool,
    /// The JSON.
    pub payload: Vec<u8>,
}

/// Makes the reports of all vehicles of a simulation.
#[derive(Debug)]
pub struct Reporter {
    settings: ReporterSettings,
    ids: Vec<VehicleId>,
    noise: Vec<Noise>,
    next_ms: Vec<i64>,
}

impl Reporter {
    /// A reporter for the vehicles that the simulation has now. Their reports are spread evenly over the interval.
    #[must_use]
    pub fn new(settings: ReporterSettings, simulation: &Simulation) -> Self {
        let count = simulation.slots();
        let now_ms = simulation.now_ms();
        let mut rng = SmallRng::seed_from_u64(settings.seed ^ 0x7265_706f_7274);
        let noise =
            (0..count).map(|_| Noise::new(SmallRng::from_rng(&mut rng), settings.gps_noise_m, now_ms));
        let phase = |i: usize| now_ms + 1 + settings.interval_ms * i as i64 / count.max(1) as i64;
        Self {
            ids: (0..count).filter_map(vehicle_id).collect(),
            noise: noise.collect(),
            next_ms: (0..count).map(phase).collect(),
            settings,
        }
    }

    /// The names of the vehicles, by number.
    #[must_use]
    pub fn ids(&self) -> &[VehicleId] {
        &self.ids
    }

    /// Changes what the clock shows at time 0, when it was set.
    pub fn set_start(&mut self, start: Timestamp) {
        self.settings.start = start;
    }

    /// What the clock shows at a time of the simulation.
    #[must_use]
    pub fn clock(&self, at_ms: i64) -> Timestamp {
        self.settings.start + at_ms
    }

    /// Adds the position reports due in the last step of the simulation, in order of time.
    pub fn collect(&mut self, simulation: &Simulation, out: &mut Vec<Outgoing>) {
        let now_ms = simulation.now_ms();
        let first = out.len();
        for vehicle in simulation.vehicles() {
            let at = vehicle.0 as usize;
            while let Some(&due_ms) = self.next_ms.get(at).filter(|&&due_ms| due_ms <= now_ms) {
                self.next_ms[at] = due_ms + self.settings.interval_ms;
                // Reports of a time before the last step are of times nobody looked at.
                if due_ms > now_ms - STEP_MS {
                    let payload = self.position(simulation, vehicle, due_ms);
                    out.push(Outgoing { vehicle, due_ms, is_hazard: false, payload });
                }
            }
        }
        out[first..].sort_by_key(|report| (report.due_ms, report.vehicle));
    }

    /// The report of a hazard that happened at the end of the last step.
    pub fn hazard(&mut self, simulation: &Simulation, hazard: &Hazard) -> Outgoing {
        let due_ms = simulation.now_ms();
        let seen = simulation.observe(hazard.vehicle, 0);
        let values = HazardValues {
            ts_ms: self.clock(due_ms).as_ms(),
            position: self.measured(hazard.vehicle, seen.position, due_ms),
            heading_deg: seen.heading_deg,
            cause: hazard.cause,
            validity_s: hazard.validity_s,
            cancel: hazard.cancel,
        };
        Outgoing { vehicle: hazard.vehicle, due_ms, is_hazard: true, payload: payload::hazard(&values) }
    }

    fn position(&mut self, simulation: &Simulation, vehicle: VehicleIdx, due_ms: i64) -> Vec<u8> {
        let seen = simulation.observe(vehicle, simulation.now_ms() - due_ms);
        let position = self.measured(vehicle, seen.position, due_ms);
        let noise = &mut self.noise[vehicle.0 as usize];
        payload::position(&PositionValues {
            ts_ms: self.settings.start.as_ms() + due_ms,
            position,
            speed_mps: noise.speed_mps(seen.speed_mps),
            heading_deg: seen.heading_deg,
            accel_mps2: seen.accel_mps2,
            accuracy_m: self.settings.gps_noise_m,
            kind: simulation.kind(vehicle),
        })
    }

    /// Where the receiver thinks that it is.
    fn measured(&mut self, vehicle: VehicleIdx, position: model::LatLon, at_ms: i64) -> model::LatLon {
        let (east_m, north_m) = self.noise[vehicle.0 as usize].at(at_ms);
        LocalPlane::at(position).to_lat_lon(east_m, north_m)
    }
}

/// `sim-0001`, `sim-0002`, …
fn vehicle_id(nth: usize) -> Option<VehicleId> {
    VehicleId::new(&format!("sim-{:04}", nth + 1)).ok()
}

//! Which vehicle reports what, and when.

use model::simulation::ReportRule;
use model::{LatLon, LocalPlane, Timestamp, VehicleId, VehicleKind};

use super::cam::{CHECK_MS, Cam};
use super::payload::{self, HazardValues, PositionValues};
use super::reporting::Reporting;
use super::sender::Sender;
use crate::traffic::{Activity, Hazard, Observation, STEP_MS, Simulation, VehicleIdx};

/// A message of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Who sends it.
    pub vehicle: VehicleIdx,
    /// Which of those that had this number.
    pub serial: u32,
    /// When it arrives, in milliseconds from time 0 of the simulation.
    pub due_ms: i64,
    /// Whether it is a hazard report; else a position report.
    pub is_hazard: bool,
    /// The JSON.
    pub payload: Vec<u8>,
}

/// Makes the reports of all vehicles of a simulation.
#[derive(Debug)]
pub struct Reporter {
    reporting: Reporting,
    seed: u64,
    /// What the clock shows at time 0.
    start: Timestamp,
    /// By the vehicles' numbers.
    senders: Vec<Option<Sender>>,
}

impl Reporter {
    /// A reporter for the vehicles that the simulation has now. Their reports are spread evenly over the interval. `seed`
    /// decides every chance, `start` is what the clock shows at time 0 of the simulation.
    #[must_use]
    pub fn new(reporting: Reporting, seed: u64, start: Timestamp, simulation: &Simulation) -> Self {
        let mut reporter = Self { reporting, seed, start, senders: Vec::new() };
        simulation.vehicles().for_each(|vehicle| reporter.follow(simulation, vehicle));
        reporter.spread(simulation.now_ms());
        reporter
    }

    /// How vehicles report.
    #[must_use]
    pub fn reporting(&self) -> &Reporting {
        &self.reporting
    }

    /// Whether a vehicle is one of those that report.
    #[must_use]
    pub fn reports(&self, vehicle: VehicleIdx) -> bool {
        let sender = self.senders.get(vehicle.0 as usize).and_then(Option::as_ref);
        sender.is_some_and(|sender| sender.rank < self.reporting.share)
    }

    /// Has vehicles report like this from now on.
    pub fn set_reporting(&mut self, reporting: Reporting, now_ms: i64) {
        let before = std::mem::replace(&mut self.reporting, reporting);
        let timed_alike = before.rule == reporting.rule && before.interval_s == reporting.interval_s;
        if !timed_alike || before.share != reporting.share {
            self.spread(now_ms);
        }
    }

    /// Changes what the clock shows at time 0, when it was set.
    pub fn set_start(&mut self, start: Timestamp) {
        self.start = start;
    }

    /// What the clock shows at a time of the simulation.
    #[must_use]
    pub fn clock(&self, at_ms: i64) -> Timestamp {
        self.start + at_ms
    }

    /// Adds the position reports of the last step of the simulation.
    pub fn collect(&mut self, simulation: &Simulation, out: &mut Vec<Outgoing>) {
        let now_ms = simulation.now_ms();
        let every_ms = self.every_ms();
        for vehicle in simulation.vehicles() {
            self.follow(simulation, vehicle);
            let Some(Some(sender)) = self.senders.get_mut(vehicle.0 as usize) else { continue };
            if sender.rank >= self.reporting.share || simulation.activity(vehicle) == Activity::Parked {
                continue;
            }
            while sender.next_ms <= now_ms {
                let at_ms = sender.next_ms;
                sender.next_ms += every_ms;
                // Of a time before the last step nobody knows what was then.
                if at_ms <= now_ms - STEP_MS {
                    let missed = (now_ms - STEP_MS - at_ms) / every_ms;
                    sender.next_ms += missed * every_ms;
                    continue;
                }
                let seen = simulation.observe(vehicle, now_ms - at_ms);
                if self.reporting.rule == ReportRule::Cam && !sender.cam.is_due(at_ms, &seen) {
                    continue;
                }
                let arrivals = sender.arrivals(at_ms, &self.reporting);
                let kind = simulation.kind(vehicle);
                let payload = position(sender, &self.reporting, self.start + at_ms, at_ms, &seen, kind);
                let serial = sender.serial;
                for due_ms in arrivals.into_iter().flatten() {
                    out.push(Outgoing {
                        vehicle,
                        serial,
                        due_ms,
                        is_hazard: false,
                        payload: payload.clone(),
                    });
                }
            }
        }
    }

    /// The report of a hazard that happened at the end of the last step. Of hazards none is lost.
    pub fn hazard(&mut self, simulation: &Simulation, hazard: &Hazard) -> Outgoing {
        let at_ms = simulation.now_ms();
        let seen = simulation.observe(hazard.vehicle, 0);
        self.follow(simulation, hazard.vehicle);
        let (mut position, mut delay_ms) = (seen.position, 0);
        if let Some(Some(sender)) = self.senders.get_mut(hazard.vehicle.0 as usize) {
            position = measured(sender, &self.reporting, seen.position, at_ms);
            delay_ms = sender.delay_ms(&self.reporting);
        }
        let values = HazardValues {
            ts_ms: (self.start + at_ms).as_ms(),
            position,
            heading_deg: seen.heading_deg,
            cause: hazard.cause,
            validity_s: hazard.validity_s,
            cancel: hazard.cancel,
        };
        Outgoing {
            vehicle: hazard.vehicle,
            serial: simulation.serial(hazard.vehicle),
            due_ms: at_ms + delay_ms,
            is_hazard: true,
            payload: payload::hazard(&values),
        }
    }

    /// Gives a vehicle that is new a transmitter.
    fn follow(&mut self, simulation: &Simulation, vehicle: VehicleIdx) {
        let (at, serial) = (vehicle.0 as usize, simulation.serial(vehicle));
        if at >= self.senders.len() {
            self.senders.resize(at + 1, None);
        }
        if self.senders[at].as_ref().is_none_or(|sender| sender.serial != serial) {
            let mut sender = Sender::new(self.seed, serial, simulation.now_ms());
            sender.next_ms += 1 + (self.every_ms() as f64 * sender.phase) as i64;
            self.senders[at] = Some(sender);
        }
    }

    /// How often a vehicle looks whether to report, ms.
    fn every_ms(&self) -> i64 {
        match self.reporting.rule {
            ReportRule::Fixed => self.reporting.interval_ms(),
            ReportRule::Cam => CHECK_MS,
        }
    }

    /// Spreads all vehicles' times anew.
    fn spread(&mut self, now_ms: i64) {
        let (every_ms, share) = (self.every_ms(), self.reporting.share);
        let mut reporting: Vec<&mut Sender> =
            self.senders.iter_mut().flatten().filter(|sender| sender.rank < share).collect();
        let count = reporting.len().max(1) as i64;
        for (turn, sender) in (0_i64..).zip(&mut reporting) {
            sender.next_ms = now_ms + 1 + every_ms * turn / count;
            sender.cam = Cam::default();
        }
    }
}

fn position(
    sender: &mut Sender,
    reporting: &Reporting,
    ts: Timestamp,
    at_ms: i64,
    seen: &Observation,
    kind: VehicleKind,
) -> Vec<u8> {
    let position = measured(sender, reporting, seen.position, at_ms);
    payload::position(&PositionValues {
        ts_ms: ts.as_ms(),
        position,
        speed_mps: sender.measured_speed_mps(seen.speed_mps),
        heading_deg: seen.heading_deg,
        accel_mps2: seen.accel_mps2,
        accuracy_m: reporting.gps_noise_m,
        kind,
    })
}

/// Where the receiver thinks that it is.
fn measured(sender: &mut Sender, reporting: &Reporting, position: LatLon, at_ms: i64) -> LatLon {
    let (east_m, north_m) = sender.error_m(at_ms, reporting);
    LocalPlane::at(position).to_lat_lon(east_m, north_m)
}

/// The name of the vehicle with this number of its own: `sim-0001`, `sim-0002`, …
#[must_use]
pub fn vehicle_id(serial: u32) -> Option<VehicleId> {
    VehicleId::new(&format!("sim-{:04}", u64::from(serial) + 1)).ok()
}

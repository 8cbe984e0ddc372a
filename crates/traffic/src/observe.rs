//! What can be seen of the traffic.

use model::{LatLon, VehicleKind};

use super::incident::StagedIncident;
use super::queue::Queue;
use super::simulation::Simulation;
use super::street::position_in_lane;
use super::vehicle::{Halt, Place, Presence, Vehicle, VehicleIdx};
use super::world::STEP_MS;

/// What a vehicle's instruments show at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Where its front is.
    pub position: LatLon,
    /// Its course, degrees clockwise from north.
    pub heading_deg: f64,
    /// Its speed, m/s.
    pub speed_mps: f64,
    /// Its acceleration along the road, m/s².
    pub accel_mps2: f64,
}

/// What a vehicle is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It is on its way, or waits to go on.
    Driving,
    /// A bus at a stop.
    AtStop,
    /// It stands at the kerb, off the lanes.
    Parked,
    /// It has crashed or broken down, or comes to a stop because of that.
    Halted,
}

/// How many vehicles there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// On the lanes.
    pub driving: usize,
    /// At the kerb.
    pub parked: usize,
}

impl Simulation {
    /// The vehicles that are there, driving or parked, in order of their numbers.
    pub fn vehicles(&self) -> impl Iterator<Item = VehicleIdx> + '_ {
        let all = self.world.vehicles.iter().enumerate();
        all.filter(|(_, vehicle)| vehicle.presence != Presence::Gone).map(|(i, _)| VehicleIdx(i as u32))
    }

    /// All vehicles' numbers are below this. It never gets smaller.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.world.vehicles.len()
    }

    /// The vehicle's own number: no other vehicle of this simulation has it, had it or will have it.
    #[must_use]
    pub fn serial(&self, vehicle: VehicleIdx) -> u32 {
        self.world.trips[vehicle.at()].serial
    }

    /// What sort of vehicle it is. The number must be of this simulation.
    #[must_use]
    pub fn kind(&self, vehicle: VehicleIdx) -> VehicleKind {
        self.world.vehicles[vehicle.at()].kind
    }

    /// What a vehicle is doing.
    #[must_use]
    pub fn activity(&self, vehicle: VehicleIdx) -> Activity {
        let vehicle = &self.world.vehicles[vehicle.at()];
        match vehicle.presence {
            Presence::Parked => Activity::Parked,
            _ if vehicle.is_halted() => Activity::Halted,
            _ if vehicle.halt == Halt::BusStop && vehicle.standing_s > 0.0 => Activity::AtStop,
            _ => Activity::Driving,
        }
    }

    /// How many vehicles there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for vehicle in &self.world.vehicles {
            counts.driving += usize::from(vehicle.presence == Presence::OnRoad);
            counts.parked += usize::from(vehicle.presence == Presence::Parked);
        }
        counts
    }

    /// What a vehicle's instruments show `before_now_ms` (0…250) before the end of the last step.
    #[must_use]
    pub fn observe(&self, vehicle: VehicleIdx, before_now_ms: i64) -> Observation {
        let share = 1.0 - (before_now_ms as f64 / STEP_MS as f64).clamp(0.0, 1.0);
        let vehicle = &self.world.vehicles[vehicle.at()];
        let (now, heading_now) = self.where_is(vehicle, vehicle.place());
        if share >= 1.0 || vehicle.presence == Presence::Parked {
            let (speed_mps, accel_mps2) = (vehicle.speed_mps, vehicle.accel_mps2);
            return Observation { position: now, heading_deg: heading_now, speed_mps, accel_mps2 };
        }
        let (before, heading_before) = self.where_is(vehicle, vehicle.before);
        Observation {
            position: before.lerp(now, share),
            heading_deg: if share < 0.5 { heading_before } else { heading_now },
            speed_mps: vehicle.speed_before_mps + (vehicle.speed_mps - vehicle.speed_before_mps) * share,
            accel_mps2: vehicle.accel_mps2,
        }
    }

    /// The vehicle at the head of an incident, while that is there.
    #[must_use]
    pub fn incident_head(&self, number: usize) -> Option<VehicleIdx> {
        self.incidents.get(number).and_then(StagedIncident::head)
    }

    /// The vehicles below 2 m/s in line behind one that stands, nearest first.
    #[must_use]
    pub fn queue_behind(&self, head: VehicleIdx) -> Vec<VehicleIdx> {
        self.world.queue_behind(head)
    }

    /// The queues of all lanes that stand or crawl, each with at least `least` vehicles.
    #[must_use]
    pub fn queues(&self, least: usize) -> Vec<Queue> {
        self.world.queues(least)
    }

    fn where_is(&self, vehicle: &Vehicle, place: Place) -> (LatLon, f64) {
        let street = self.world.streets.get(place.link);
        // Right of the rightmost lane is the kerb.
        let lane = if vehicle.presence == Presence::Parked { -1 } else { place.lane as i8 };
        position_in_lane(self.world.network.link(place.link), street, lane, place.offset_m)
    }
}

impl Simulation {
    /// Who has stood longest for anything but an incident, and for how long, s.
    #[must_use]
    pub fn longest_standing(&self) -> Option<(VehicleIdx, f64)> {
        let all = self.world.vehicles.iter().enumerate();
        let driving = all.filter(|(_, vehicle)| vehicle.is_on_road() && !vehicle.is_halted());
        let standing = driving.map(|(i, vehicle)| (VehicleIdx(i as u32), f64::from(vehicle.still_s)));
        standing.max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

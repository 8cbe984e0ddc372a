//! The kerb: where vehicles stand parked beside the lanes, how they get there, and how they pull out.

use model::VehicleKind;
use rand::Rng;
use rand::rngs::SmallRng;
use roadnet::{LinkIdx, RoadClass};

use super::event::TrafficEvent;
use super::vehicle::{Halt, Presence, VehicleIdx};
use super::world::{STEP_S, World};

/// Road that a parked vehicle takes, m.
const BAY_M: f64 = 7.0;
/// No parking so close to the ends of a link, m.
const CLEAR_OF_ENDS_M: f64 = 12.0;
/// Draws of a place at the kerb.
const DRAWS: usize = 20;
/// How long it takes to get into a bay, s.
const MANOEUVRE_S: f64 = 4.0;
/// How long a bus stands at a stop, s.
const BUS_STOP_S: std::ops::Range<f64> = 10.0..25.0;
/// A gap to pull out into: ahead, m, and behind, m and s of the one who comes.
const GAP_AHEAD_M: f64 = 2.5;
const GAP_BEHIND_M: f64 = 2.0;
const GAP_BEHIND_S: f64 = 3.0;

impl World {
    /// A free place at the kerb of some link, for a vehicle's front.
    pub fn free_bay(&self, link: LinkIdx, rng: &mut SmallRng) -> Option<f64> {
        let class = self.network.link(link).class;
        let street = self.streets.get(link);
        let last_m = street.length_m - CLEAR_OF_ENDS_M;
        if class < RoadClass::Primary || last_m <= CLEAR_OF_ENDS_M {
            return None;
        }
        let offset_m = rng.random_range(CLEAR_OF_ENDS_M..last_m);
        let parked =
            self.vehicles.iter().filter(|other| other.presence == Presence::Parked && other.link == link);
        let is_at_stop = street.bus_stop_m.is_some_and(|stop_m| (stop_m - offset_m).abs() < 2.0 * BAY_M);
        let is_taken = parked.into_iter().any(|other| (other.offset_m - offset_m).abs() < BAY_M);
        (!is_at_stop && !is_taken).then_some(offset_m)
    }

    /// Links with a kerb, drawn until one has a free place.
    pub fn draw_bay(&self, rng: &mut SmallRng) -> Option<(LinkIdx, f64)> {
        for _ in 0..DRAWS {
            let link = LinkIdx(rng.random_range(0..self.streets.len().max(1)) as u32);
            if let Some(offset_m) = self.free_bay(link, rng) {
                return Some((link, offset_m));
            }
        }
        None
    }

    /// Decides where a vehicle that came onto a link stops on it: a bus at its stop, others where their trip ends.
    pub fn plan_halt(&mut self, idx: VehicleIdx, rng: &mut SmallRng) {
        let vehicle = &self.vehicles[idx.at()];
        let trip = &self.trips[idx.at()];
        let street = self.streets.get(vehicle.link);
        let (mut halt, mut halt_m) = (Halt::None, f64::INFINITY);
        if trip.is_last && !trip.vanishes && trip.ahead().len() == 1 && !self.streets.is_exit(vehicle.link) {
            let bay_m = self.free_bay(vehicle.link, rng).filter(|&bay_m| bay_m > vehicle.offset_m + 5.0);
            let usual_m = (street.length_m - 8.0).max(street.length_m * 0.6);
            (halt, halt_m) = (Halt::Kerb, bay_m.unwrap_or(usual_m));
        } else if let Some(stop_m) = street.bus_stop_m.filter(|_| vehicle.kind == VehicleKind::Bus) {
            (halt, halt_m) = (Halt::BusStop, stop_m);
        }
        let vehicle = &mut self.vehicles[idx.at()];
        (vehicle.halt, vehicle.halt_m) = (halt, halt_m);
        self.trips[idx.at()].halts_until = 0;
    }

    /// Goes on with those who stand where they wanted to stop. Gives those who have left the lanes.
    pub fn look_after_halts(
        &mut self,
        keeps_parked: bool,
        rng: &mut SmallRng,
        events: &mut Vec<TrafficEvent>,
    ) {
        let halting = std::mem::take(&mut self.halting);
        for &idx in &halting {
            let until = self.trips[idx.at()].halts_until;
            let halt = self.vehicles[idx.at()].halt;
            if until == 0 {
                let stay_s = if halt == Halt::BusStop { rng.random_range(BUS_STOP_S) } else { MANOEUVRE_S };
                self.trips[idx.at()].halts_until = self.step + (stay_s / STEP_S) as u32;
            } else if self.step >= until {
                self.vehicles[idx.at()].halt = Halt::None;
                self.vehicles[idx.at()].halt_m = f64::INFINITY;
                self.vehicles[idx.at()].standing_s = 0.0;
                if halt == Halt::Kerb {
                    self.take_off(idx);
                    if keeps_parked {
                        self.park(idx);
                    } else {
                        self.forget(idx);
                        events.push(TrafficEvent::Left(idx));
                    }
                }
            }
        }
        self.halting = halting;
    }

    fn park(&mut self, idx: VehicleIdx) {
        let vehicle = &mut self.vehicles[idx.at()];
        vehicle.presence = Presence::Parked;
        (vehicle.lane, vehicle.speed_mps, vehicle.accel_mps2, vehicle.speed_before_mps) = (0, 0.0, 0.0, 0.0);
        vehicle.before = vehicle.place();
        let (link, trip) = (vehicle.link, &mut self.trips[idx.at()]);
        (trip.route, trip.at, trip.is_last) = (vec![link], 0, false);
    }

    /// Lets a parked vehicle go back onto the lane, if there is a gap. Whether it did.
    pub fn pull_out(&mut self, idx: VehicleIdx) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        let lane = self.streets.lane(vehicle.link, 0);
        if !self.has_gap(lane, vehicle.rear_m(), vehicle.offset_m) || self.closures.any_on(vehicle.link) {
            return false;
        }
        let vehicle = &mut self.vehicles[idx.at()];
        vehicle.presence = Presence::OnRoad;
        vehicle.standing_s = 0.0;
        self.lanes.insert(lane, idx, &self.vehicles);
        true
    }

    /// Whether a lane has a gap for somebody who stands there with the next step.
    pub fn has_gap(&self, lane: usize, rear_m: f64, front_m: f64) -> bool {
        if self.lanes.has_tails(lane) {
            return false;
        }
        self.lanes.fronts(lane).iter().all(|other| {
            let other = &self.vehicles[other.at()];
            let behind_m = GAP_BEHIND_M + GAP_BEHIND_S * other.speed_mps;
            other.rear_m() > front_m + GAP_AHEAD_M || other.offset_m < rear_m - behind_m
        })
    }
}

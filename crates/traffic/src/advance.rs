//! Carries out the moves: along the links, over nodes, lanes kept in order.

use super::vehicle::{Control, Halt, TailLink, VehicleIdx};
use super::world::{STEP_S, World};

/// Slower than this is standing, m/s.
pub(crate) const STANDING_MPS: f64 = 0.3;
/// Faster than this is driving again, m/s.
const MOVING_MPS: f64 = 1.0;
/// Standing with leave to go on that makes a vehicle give that back, s.
const IDLE_S: f32 = 3.0;
/// How near to the place where it wants to stop a standing vehicle has to be, m.
const HALT_REACH_M: f64 = 3.0;

impl World {
    /// Moves all vehicles.
    pub fn carry_out(&mut self) {
        self.move_on();
        self.arrived.clear();
        self.out.clear();
        let crossing = std::mem::take(&mut self.crossing);
        for &idx in &crossing {
            self.pass_nodes(idx);
            self.draw_in_tail(idx);
        }
        self.crossing = crossing;
    }

    /// Adds the moves to the places, one vehicle after the other.
    fn move_on(&mut self) {
        self.impatient.clear();
        self.idle.clear();
        self.halting.clear();
        for i in 0..self.vehicles.len() {
            let vehicle = &mut self.vehicles[i];
            if !vehicle.is_on_road() {
                continue;
            }
            vehicle.before = vehicle.place();
            vehicle.speed_before_mps = vehicle.speed_mps;
            vehicle.accel_mps2 = (vehicle.next_mps - vehicle.speed_mps) / STEP_S;
            vehicle.speed_mps = vehicle.next_mps;
            vehicle.offset_m += vehicle.advance_m;
            if vehicle.speed_mps > MOVING_MPS {
                (vehicle.standing_s, vehicle.still_s) = (0.0, 0.0);
            }
            if vehicle.speed_mps < STANDING_MPS {
                vehicle.standing_s += STEP_S as f32;
                vehicle.still_s += STEP_S as f32;
                self.stands(VehicleIdx(i as u32));
            }
        }
    }

    /// What follows from standing.
    fn stands(&mut self, idx: VehicleIdx) {
        let vehicle = &self.vehicles[idx.at()];
        if matches!(vehicle.control, Control::Stopping { .. }) && vehicle.speed_mps <= 0.0 {
            self.take_control(idx, Control::Standing);
            return;
        }
        if vehicle.halt != Halt::None && vehicle.halt_m - vehicle.offset_m < HALT_REACH_M {
            self.halting.push(idx);
            return;
        }
        if vehicle.standing_s > IDLE_S && vehicle.cleared > 0 {
            self.idle.push(idx);
        }
        if vehicle.standing_s > vehicle.patience_s && vehicle.cleared == 0 && !vehicle.is_halted() {
            self.impatient.push(idx);
        }
    }

    /// Goes over to the next links as far as the front has come.
    fn pass_nodes(&mut self, idx: VehicleIdx) {
        let mut has_arrived = false;
        loop {
            let vehicle = &mut self.vehicles[idx.at()];
            let link = vehicle.link;
            let length_m = self.streets.get(link).length_m;
            if vehicle.offset_m < length_m {
                break;
            }
            let trip = &mut self.trips[idx.at()];
            if self.streets.is_exit(link) || trip.vanishes_here() {
                self.out.push(idx);
                return;
            }
            // No move leads past a node that is not cleared.
            let Some(next) = trip.link_ahead(1).filter(|_| vehicle.cleared > 0) else {
                vehicle.offset_m = length_m;
                break;
            };
            let left = TailLink { link, lane: vehicle.lane };
            vehicle.offset_m -= length_m;
            vehicle.lane = trip.entry_lanes[0];
            vehicle.link = next;
            vehicle.cleared -= 1;
            trip.entry_lanes.copy_within(1.., 0);
            trip.advance();
            trip.tail.insert(0, left);
            let entered = self.streets.lane(next, vehicle.lane);
            self.lanes.front_leaves(self.streets.lane(left.link, left.lane), idx);
            self.lanes.enter(entered, idx);
            has_arrived = true;
        }
        if has_arrived {
            self.arrived.push(idx);
        }
    }

    /// Lets go of the links and nodes that the rear has left.
    fn draw_in_tail(&mut self, idx: VehicleIdx) {
        loop {
            let (vehicle, trip) = (&self.vehicles[idx.at()], &self.trips[idx.at()]);
            let Some(&last) = trip.tail.last() else { return };
            let rear_m = vehicle.rear_on_tail_m(&trip.tail, trip.tail.len() - 1, &self.streets);
            if rear_m < self.streets.get(last.link).length_m {
                return;
            }
            self.trips[idx.at()].tail.pop();
            self.lanes.tail_leaves(self.streets.lane(last.link, last.lane), idx);
            self.release(idx, last.link);
        }
    }
}

/// Whether a speed counts as standing.
pub(crate) fn is_standing(speed_mps: f64) -> bool {
    speed_mps < STANDING_MPS
}

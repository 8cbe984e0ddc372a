//! Carries out the moves: along the links, over nodes, lanes kept in order.

use super::motion::Move;
use super::vehicle::{Control, TailLink, VehicleIdx};
use super::world::{STEP_S, World};

/// Slower than this is standing, m/s.
const STANDING_MPS: f64 = 0.3;
/// Faster than this is driving again, m/s.
const MOVING_MPS: f64 = 1.0;

impl World {
    /// Moves all vehicles. `moves` must have those of one lane front to back.
    pub fn carry_out(&mut self, moves: &[Move]) {
        for step in moves {
            self.advance(step);
        }
    }

    fn advance(&mut self, step: &Move) {
        let idx = step.vehicle;
        let vehicle = &mut self.vehicles[idx.at()];
        vehicle.before = vehicle.place();
        vehicle.speed_before_mps = vehicle.speed_mps;
        vehicle.accel_mps2 = (step.speed_mps - vehicle.speed_mps) / STEP_S;
        vehicle.speed_mps = step.speed_mps;
        vehicle.offset_m += step.advance_m;
        if vehicle.speed_mps < STANDING_MPS {
            vehicle.standing_s += STEP_S;
        } else if vehicle.speed_mps > MOVING_MPS {
            vehicle.standing_s = 0.0;
        }
        let stops = matches!(vehicle.control, Control::Stopping { .. });
        if stops && vehicle.speed_mps <= 0.0 {
            self.take_control(idx, Control::Standing);
        }
        self.pass_nodes(idx);
        self.draw_in_tail(idx);
    }

    /// Goes over to the next links as far as the front has come.
    fn pass_nodes(&mut self, idx: VehicleIdx) {
        loop {
            let vehicle = &mut self.vehicles[idx.at()];
            let link = vehicle.link();
            let length_m = self.streets.get(link).length_m;
            if vehicle.offset_m < length_m || vehicle.route.len() < 2 {
                return;
            }
            // No move leads past a node that is not cleared.
            let Some(lane) = vehicle.entry_lanes.pop_front() else {
                vehicle.offset_m = length_m;
                return;
            };
            let left = TailLink { link, lane: vehicle.lane };
            vehicle.offset_m -= length_m;
            vehicle.route.pop_front();
            vehicle.tail.push_front(left);
            vehicle.lane = lane;
            let entered = vehicle.link();
            self.lanes.front_leaves(self.streets.lane(left.link, left.lane), idx);
            self.lanes.enter(self.streets.lane(entered, lane), idx);
        }
    }

    /// Lets go of the links and nodes that the rear has left.
    fn draw_in_tail(&mut self, idx: VehicleIdx) {
        loop {
            let vehicle = &self.vehicles[idx.at()];
            let Some(&last) = vehicle.tail.back() else { return };
            let rear_m = vehicle.rear_on_tail_m(vehicle.tail.len() - 1, &self.streets);
            if rear_m < self.streets.get(last.link).length_m {
                return;
            }
            self.vehicles[idx.at()].tail.pop_back();
            self.lanes.tail_leaves(self.streets.lane(last.link, last.lane), idx);
            self.release(idx, last.link);
        }
    }
}

/// Whether a speed counts as standing.
pub(crate) fn is_standing(speed_mps: f64) -> bool {
    speed_mps < STANDING_MPS
}

//! How far each vehicle gets in one step: limits, bends, turns, the vehicle ahead, the line that is not free.

use super::idm::EMERGENCY_BRAKE_MPS2;
use super::vehicle::{Control, Halt, Vehicle, VehicleIdx};
use super::view::View;
use super::world::{STEP_S, World};

/// The smallest gap that ever comes to be between two vehicles, m.
pub(crate) const LEAST_GAP_M: f64 = 0.3;
/// Speed at which one passes a vehicle that stands in the next lane because of an incident, m/s.
const PASSING_MPS: f64 = 4.0;
/// Metres before and behind such a vehicle where one passes slowly.
const PASSING_REACH_M: f64 = 12.0;
/// Gap that a vehicle which brakes too late comes to stand with, m.
const RUN_UP_GAP_M: f64 = 0.6;
/// The hardest that one brakes to let somebody in, m/s².
const COURTESY_BRAKE_MPS2: f64 = 2.0;
/// From this far on one thinks of the place where one wants to stop, m.
const HALT_VIEW_M: f64 = 80.0;

impl World {
    /// Plans the moves of all vehicles, all seen from the present state.
    pub fn plan_moves(&mut self) {
        self.crossing.clear();
        for lane in 0..self.streets.lane_count() {
            let mut leader = None;
            for at in 0..self.lanes.fronts(lane).len() {
                let idx = self.lanes.fronts(lane)[at];
                let (next_mps, advance_m) = self.plan_move(idx, leader);
                let vehicle = &mut self.vehicles[idx.at()];
                (vehicle.next_mps, vehicle.advance_m) = (next_mps, advance_m);
                vehicle.lets_in = VehicleIdx::NONE;
                let reached_m = vehicle.offset_m + advance_m;
                let has_tail = reached_m - advance_m < vehicle.length_m;
                if has_tail || reached_m >= self.streets.get(vehicle.link).length_m {
                    self.crossing.push(idx);
                }
                leader = Some(idx);
            }
        }
    }

    /// The acceleration that a driver would choose behind somebody this far ahead, m/s².
    pub fn accel_behind(&self, idx: VehicleIdx, leader: Option<(f64, f64)>) -> f64 {
        let vehicle = &self.vehicles[idx.at()];
        let desired_mps = self.desired_mps(vehicle);
        match leader {
            Some((gap_m, speed_mps)) => self.follow(vehicle, desired_mps, gap_m, speed_mps),
            None => vehicle.driver.free(vehicle.speed_mps, desired_mps),
        }
    }

    fn follow(&self, vehicle: &Vehicle, desired_mps: f64, gap_m: f64, leader_mps: f64) -> f64 {
        vehicle.driver.follow(vehicle.speed_mps, desired_mps, gap_m, leader_mps, self.weather.headway_factor)
    }

    /// Speed at the end of the step, and the way till then.
    fn plan_move(&self, idx: VehicleIdx, leader: Option<VehicleIdx>) -> (f64, f64) {
        let vehicle = &self.vehicles[idx.at()];
        if vehicle.control == Control::Standing {
            return (0.0, 0.0);
        }
        let view = self.look_ahead(idx, leader);
        let barrier_m = self.closures.barrier_ahead(vehicle).map_or(f64::INFINITY, |m| m - vehicle.offset_m);
        let speed_mps = match vehicle.control {
            Control::Stopping { brake_mps2 } => vehicle.speed_mps - f64::from(brake_mps2) * STEP_S,
            Control::RunningUp if self.is_behind_halted(&view) => self.run_up_speed(vehicle, &view),
            Control::RunningUp | Control::Driving | Control::Standing => {
                self.driven_speed(vehicle, &view, barrier_m)
            }
        };
        let speed_mps = speed_mps.max(0.0);
        let advance_m = (vehicle.speed_mps + speed_mps) / 2.0 * STEP_S;
        // Whatever the model says, nobody drives into anybody or over a line that is not free.
        let gap_m = view.leader.map_or(f64::INFINITY, |(gap_m, _)| gap_m - LEAST_GAP_M);
        let room_m = gap_m.min(view.stop_line_m - 0.01).min(barrier_m).max(0.0);
        if advance_m > room_m {
            let reached_mps = (2.0 * room_m / STEP_S - vehicle.speed_mps).clamp(0.0, speed_mps);
            return (reached_mps, room_m);
        }
        (speed_mps, advance_m)
    }

    fn driven_speed(&self, vehicle: &Vehicle, view: &View, barrier_m: f64) -> f64 {
        let speed_mps = vehicle.speed_mps;
        let desired_mps = self.desired_mps(vehicle);
        let mut accel_mps2 = match view.leader {
            Some((gap_m, rear)) => self.follow(vehicle, desired_mps, gap_m, rear.speed_mps),
            None => vehicle.driver.free(speed_mps, desired_mps),
        };
        let line_m = view.stop_line_m.min(barrier_m);
        if line_m < Self::asking_distance_m(speed_mps) {
            accel_mps2 = accel_mps2.min(self.follow(vehicle, desired_mps, line_m, 0.0));
        }
        if vehicle.halt != Halt::None && vehicle.halt_m - vehicle.offset_m < HALT_VIEW_M {
            // The front comes to stand at the place itself, not behind it.
            let gap_m = (vehicle.halt_m - vehicle.offset_m + vehicle.driver.standing_gap_m).max(0.1);
            accel_mps2 = accel_mps2.min(self.follow(vehicle, desired_mps, gap_m, 0.0));
        }
        if vehicle.lets_in != VehicleIdx::NONE {
            let other = &self.vehicles[vehicle.lets_in.at()];
            let gap_m = other.rear_m() - vehicle.offset_m;
            if other.link == vehicle.link && gap_m > 0.0 {
                let courteous = self.follow(vehicle, desired_mps, gap_m, other.speed_mps);
                accel_mps2 = accel_mps2.min(courteous.max(-COURTESY_BRAKE_MPS2));
            }
        }
        (speed_mps + accel_mps2 * STEP_S).min(view.cap_mps)
    }

    fn is_behind_halted(&self, view: &View) -> bool {
        view.leader.is_some_and(|(_, rear)| self.vehicles[rear.vehicle.at()].is_halted())
    }

    /// Keeps on until only an emergency braking is left, and begins that a little late.
    fn run_up_speed(&self, vehicle: &Vehicle, view: &View) -> f64 {
        let speed_mps = vehicle.speed_mps;
        let stopping_m = speed_mps * speed_mps / (2.0 * EMERGENCY_BRAKE_MPS2) + speed_mps * STEP_S;
        let gap_m = view.leader.map_or(f64::INFINITY, |(gap_m, _)| gap_m - RUN_UP_GAP_M);
        if gap_m <= stopping_m {
            return speed_mps - EMERGENCY_BRAKE_MPS2 * STEP_S;
        }
        let accel_mps2 = vehicle.driver.free(speed_mps, self.desired_mps(vehicle)).max(0.0);
        (speed_mps + accel_mps2 * STEP_S).min(view.cap_mps)
    }

    /// The speed that a driver would like to have here.
    fn desired_mps(&self, vehicle: &Vehicle) -> f64 {
        let driver = &vehicle.driver;
        let mut limit_mps = self.streets.get(vehicle.link).limit_mps;
        if self.closures.any_on(vehicle.link) {
            limit_mps = limit_mps.min(self.closures.limit_at(vehicle));
        }
        let desired_mps = (limit_mps * driver.limit_share).min(driver.top_mps) * self.weather.speed_factor;
        let halted = &self.halted_on[vehicle.link.0 as usize];
        let passing = !halted.is_empty() && halted.iter().any(|&other| self.is_passing(vehicle, other));
        if passing { desired_mps.min(PASSING_MPS) } else { desired_mps }
    }

    fn is_passing(&self, vehicle: &Vehicle, other: VehicleIdx) -> bool {
        let other = &self.vehicles[other.at()];
        other.lane != vehicle.lane
            && vehicle.offset_m > other.rear_m() - PASSING_REACH_M
            && vehicle.rear_m() < other.offset_m + PASSING_REACH_M
    }
}

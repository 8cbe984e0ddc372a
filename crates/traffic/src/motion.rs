//! How far each vehicle gets in one step: limits, bends, turns, the vehicle ahead, the node that is not free.

use super::idm::EMERGENCY_BRAKE_MPS2;
use super::lanes::{Rear, front_rear};
use super::vehicle::{Control, Vehicle, VehicleIdx};
use super::world::{STEP_S, World};

/// The smallest gap that ever comes to be between two vehicles, m.
pub(crate) const LEAST_GAP_M: f64 = 0.3;
/// Speed at which one passes a vehicle that stands in the next lane because of an incident, m/s.
const PASSING_MPS: f64 = 4.0;
/// Metres before and behind such a vehicle where one passes slowly.
const PASSING_REACH_M: f64 = 12.0;
/// The farthest that drivers look ahead, m.
const FARTHEST_VIEW_M: f64 = 150.0;
/// Gap that a vehicle which brakes too late comes to stand with, m.
const RUN_UP_GAP_M: f64 = 0.6;

/// The next step of one vehicle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Move {
    pub vehicle: VehicleIdx,
    pub speed_mps: f64,
    pub advance_m: f64,
}

/// What lies ahead of a vehicle.
struct View {
    /// The nearest vehicle ahead and the gap to it.
    leader: Option<(f64, Rear)>,
    /// Metres to the first node that may not be passed.
    stop_line_m: f64,
    /// The highest speed at the end of the step that keeps limits, bends and turns ahead.
    cap_mps: f64,
}

impl World {
    /// The moves of all vehicles, each lane front to back, all seen from the present state.
    pub fn plan_moves(&self, moves: &mut Vec<Move>) {
        moves.clear();
        for lane in 0..self.streets.lane_count() {
            let mut leader = None;
            for &idx in self.lanes.fronts(lane) {
                moves.push(self.plan_move(idx, leader));
                leader = Some(idx);
            }
        }
    }

    /// The acceleration that a driver would choose in some lane, given who is ahead there, m/s².
    pub fn accel_behind(&self, idx: VehicleIdx, leader: Option<(f64, f64)>) -> f64 {
        let vehicle = &self.vehicles[idx.at()];
        let desired_mps = self.desired_mps(vehicle);
        match leader {
            Some((gap_m, speed_mps)) => {
                vehicle.driver.follow(vehicle.speed_mps, desired_mps, gap_m, speed_mps)
            }
            None => vehicle.driver.free(vehicle.speed_mps, desired_mps),
        }
    }

    fn plan_move(&self, idx: VehicleIdx, leader: Option<VehicleIdx>) -> Move {
        let vehicle = &self.vehicles[idx.at()];
        if vehicle.control == Control::Standing {
            return Move { vehicle: idx, speed_mps: 0.0, advance_m: 0.0 };
        }
        let view = self.look_ahead(idx, leader);
        let speed_mps = match vehicle.control {
            Control::Stopping { brake_mps2 } => vehicle.speed_mps - brake_mps2 * STEP_S,
            Control::RunningUp if self.is_behind_halted(&view) => self.run_up_speed(vehicle, &view),
            Control::RunningUp | Control::Driving | Control::Standing => self.driven_speed(vehicle, &view),
        };
        let speed_mps = speed_mps.max(0.0);
        let advance_m = (vehicle.speed_mps + speed_mps) / 2.0 * STEP_S;
        // Whatever the model says, nobody drives into anybody or over a line that is not free.
        let gap_m = view.leader.map_or(f64::INFINITY, |(gap_m, _)| gap_m - LEAST_GAP_M);
        let room_m = gap_m.min(view.stop_line_m - 0.01).max(0.0);
        if advance_m > room_m {
            let reached_mps = (2.0 * room_m / STEP_S - vehicle.speed_mps).clamp(0.0, speed_mps);
            return Move { vehicle: idx, speed_mps: reached_mps, advance_m: room_m };
        }
        Move { vehicle: idx, speed_mps, advance_m }
    }

    fn driven_speed(&self, vehicle: &Vehicle, view: &View) -> f64 {
        let (driver, speed_mps) = (&vehicle.driver, vehicle.speed_mps);
        let desired_mps = self.desired_mps(vehicle);
        let mut accel_mps2 = driver.free(speed_mps, desired_mps);
        if let Some((gap_m, rear)) = view.leader {
            accel_mps2 = accel_mps2.min(driver.follow(speed_mps, desired_mps, gap_m, rear.speed_mps));
        }
        if view.stop_line_m < Self::asking_distance_m(speed_mps) {
            accel_mps2 = accel_mps2.min(driver.follow(speed_mps, desired_mps, view.stop_line_m, 0.0));
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

    fn desired_mps(&self, vehicle: &Vehicle) -> f64 {
        let link = vehicle.link();
        let limit_mps =
            self.streets.get(link).limit_mps * vehicle.driver.limit_share * self.weather.speed_factor;
        let passing = self.halted_on[link.0 as usize].iter().any(|&other| {
            let other = &self.vehicles[other.at()];
            other.lane != vehicle.lane
                && vehicle.offset_m > other.rear_m() - PASSING_REACH_M
                && vehicle.rear_m() < other.offset_m + PASSING_REACH_M
        });
        if passing { limit_mps.min(PASSING_MPS) } else { limit_mps }
    }

    fn look_ahead(&self, idx: VehicleIdx, leader: Option<VehicleIdx>) -> View {
        let vehicle = &self.vehicles[idx.at()];
        let horizon_m =
            (30.0 + 3.0 * vehicle.speed_mps + vehicle.driver.braking_distance_m(vehicle.speed_mps))
                .min(FARTHEST_VIEW_M);
        let mut caps = Caps::new(vehicle);
        let street = self.streets.get(vehicle.link());
        caps.add(street.limit_mps, 0.0);
        for bend in street.bends.iter().filter(|bend| bend.offset_m >= vehicle.offset_m) {
            caps.add(bend.speed_mps, bend.offset_m - vehicle.offset_m);
        }
        let lane = self.streets.lane(vehicle.link(), vehicle.lane);
        let mut seen = match leader {
            Some(leader) => Some(front_rear(leader, &self.vehicles)),
            None => self.lanes.rearmost_tail(lane, &self.vehicles, &self.streets),
        }
        .map(|rear| (rear.offset_m - vehicle.offset_m, rear));
        let mut stop_line_m = f64::INFINITY;
        let mut end_m = street.length_m - vehicle.offset_m;
        for nth in 0.. {
            let Some(entry_lane) = vehicle.lane_on(nth + 1) else {
                stop_line_m = end_m;
                break;
            };
            if end_m > horizon_m {
                break;
            }
            let (from, to) = (vehicle.route[nth], vehicle.route[nth + 1]);
            let next = self.streets.get(to);
            caps.add(next.limit_mps.min(super::turn::turn_speed_mps(self.streets.turn_deg(from, to))), end_m);
            next.bends.iter().for_each(|bend| caps.add(bend.speed_mps, end_m + bend.offset_m));
            if leader.is_none() && (nth == 0 || seen.is_none()) {
                let rear =
                    self.lanes.rearmost(self.streets.lane(to, entry_lane), &self.vehicles, &self.streets);
                let rear = rear.filter(|rear| rear.vehicle != idx);
                let here = rear.map(|rear| (end_m + rear.offset_m, rear));
                seen = nearer(seen, here);
            }
            end_m += next.length_m;
        }
        View { leader: seen, stop_line_m, cap_mps: caps.cap_mps }
    }
}

fn nearer(a: Option<(f64, Rear)>, b: Option<(f64, Rear)>) -> Option<(f64, Rear)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// The highest speed at the end of this step that lets a vehicle be slow enough wherever it must be.
struct Caps {
    advance_m: f64,
    brake_mps2: f64,
    cap_mps: f64,
}

impl Caps {
    fn new(vehicle: &Vehicle) -> Self {
        Self {
            advance_m: vehicle.speed_mps * STEP_S,
            brake_mps2: vehicle.driver.brake_mps2,
            cap_mps: f64::INFINITY,
        }
    }

    fn add(&mut self, speed_mps: f64, distance_m: f64) {
        let left_m = (distance_m - self.advance_m).max(0.0);
        let cap_mps = (speed_mps * speed_mps + 2.0 * self.brake_mps2 * left_m).sqrt();
        self.cap_mps = self.cap_mps.min(cap_mps);
    }
}

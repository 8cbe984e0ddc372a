//! What a driver sees ahead: the next vehicle, the line that may not be passed, where to be slow.

use super::lanes::{Rear, front_rear};
use super::vehicle::{Vehicle, VehicleIdx};
use super::world::{STEP_S, World};

/// The farthest that drivers look ahead, m.
const FARTHEST_VIEW_M: f64 = 150.0;

/// What lies ahead of a vehicle.
pub(crate) struct View {
    /// The nearest vehicle ahead and the gap to it.
    pub leader: Option<(f64, Rear)>,
    /// Metres to the first node that may not be passed.
    pub stop_line_m: f64,
    /// The highest speed at the end of the step that keeps limits, bends and turns ahead.
    pub cap_mps: f64,
}

impl World {
    pub fn look_ahead(&self, idx: VehicleIdx, leader: Option<VehicleIdx>) -> View {
        let vehicle = &self.vehicles[idx.at()];
        let street = self.streets.get(vehicle.link);
        let (offset_m, speed_mps) = (vehicle.offset_m, vehicle.speed_mps);
        let braking_m = vehicle.driver.braking_distance_m(speed_mps) + speed_mps * STEP_S + 1.0;
        let mut caps = Caps::new(vehicle);
        caps.add(street.limit_mps, 0.0);
        for bend in &street.bends {
            let distance_m = bend.offset_m - offset_m;
            if distance_m >= 0.0 && distance_m < braking_m {
                caps.add(bend.speed_mps, distance_m);
            }
        }
        let mut end_m = street.length_m - offset_m;
        let lane = self.streets.lane(vehicle.link, vehicle.lane);
        let mut seen = match leader {
            Some(leader) => Some(front_rear(leader, &self.vehicles)),
            None if self.lanes.has_tails(lane) => {
                self.lanes.rearmost_tail(lane, &self.vehicles, &self.trips, &self.streets)
            }
            None => None,
        }
        .map(|rear| (rear.offset_m - offset_m, rear));
        let cleared = usize::from(vehicle.cleared);
        if cleared == 0 {
            let is_way_out = self.streets.is_exit(vehicle.link) || self.trips[idx.at()].vanishes_here();
            let stop_line_m = if is_way_out { f64::INFINITY } else { end_m };
            return View { leader: seen, stop_line_m, cap_mps: caps.cap_mps };
        }
        // Who has somebody ahead on the same lane looks only for what makes it slow.
        let view_m = match leader {
            Some(_) => braking_m,
            None => (30.0 + 3.0 * speed_mps + braking_m).min(FARTHEST_VIEW_M),
        };
        let trip = &self.trips[idx.at()];
        let mut stop_line_m = f64::INFINITY;
        let mut from = vehicle.link;
        for nth in 0.. {
            if end_m > view_m {
                break;
            }
            let Some(to) = trip.link_ahead(nth + 1) else { break };
            if nth >= cleared {
                stop_line_m = end_m;
                break;
            }
            let next = self.streets.get(to);
            let corner_mps =
                self.streets.turns.between(from, to).map_or(f64::INFINITY, |(_, turn)| turn.speed_mps);
            caps.add(next.limit_mps.min(corner_mps), end_m);
            next.bends.iter().for_each(|bend| caps.add(bend.speed_mps, end_m + bend.offset_m));
            if leader.is_none() && (nth == 0 || seen.is_none()) {
                let rear = self.rearmost(to, trip.entry_lanes[nth]).filter(|rear| rear.vehicle != idx);
                seen = nearer(seen, rear.map(|rear| (end_m + rear.offset_m, rear)));
            }
            end_m += next.length_m;
            from = to;
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
    speed_mps: f64,
    excess: f64,
    cap_mps: f64,
}

impl Caps {
    fn new(vehicle: &Vehicle) -> Self {
        Self {
            advance_m: vehicle.speed_mps * STEP_S,
            brake_mps2: vehicle.driver.brake_mps2,
            speed_mps: vehicle.speed_mps,
            excess: vehicle.driver.limit_share.max(1.0),
            cap_mps: f64::INFINITY,
        }
    }

    fn add(&mut self, speed_mps: f64, distance_m: f64) {
        // Whoever is on call takes limits and corners a little faster.
        let speed_mps = speed_mps * self.excess;
        if distance_m > 0.0 && speed_mps >= self.speed_mps + 4.0 {
            return;
        }
        let left_m = (distance_m - self.advance_m).max(0.0);
        let cap_mps = (speed_mps * speed_mps + 2.0 * self.brake_mps2 * left_m).sqrt();
        self.cap_mps = self.cap_mps.min(cap_mps);
    }
}

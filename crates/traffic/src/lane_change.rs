//! Changing lanes: to where one gets on better, if nobody there has to brake hard for it.

use roadnet::LinkIdx;

use super::lanes::front_rear;
use super::vehicle::{Control, VehicleIdx};
use super::world::{STEP_S, World};

/// What a change must gain, m/s².
const GAIN_MPS2: f64 = 0.6;
/// The hardest braking one may ask of the driver behind, m/s².
const SAFE_BRAKE_MPS2: f64 = 2.5;
/// Gaps needed before and behind, m.
const LEAST_GAP_M: f64 = 2.0;
/// Pause between two changes of one vehicle, s.
const PAUSE_S: f64 = 4.0;
/// No change so close to a node, m.
const NODE_REACH_M: f64 = 6.0;

impl World {
    /// Lets those change lanes who gain by it; one after the other, so that no two take the same gap.
    pub fn change_lanes(&mut self) {
        for i in 0..self.vehicles.len() {
            let idx = VehicleIdx(i as u32);
            if let Some(lane) = self.better_lane(idx) {
                self.change_lane(idx, lane);
            }
        }
    }

    fn better_lane(&self, idx: VehicleIdx) -> Option<u8> {
        let vehicle = &self.vehicles[idx.at()];
        let street = self.streets.get(vehicle.link());
        let pause = (PAUSE_S / STEP_S) as u64;
        let free_to = street.lanes > 1
            && vehicle.control == Control::Driving
            && vehicle.tail.is_empty()
            && vehicle.entry_lanes.is_empty()
            && vehicle.rear_m() > 0.0
            && street.length_m - vehicle.offset_m > NODE_REACH_M
            && self.step >= vehicle.changed_lane_at + pause;
        if !free_to {
            return None;
        }
        let here = self.leader_in(idx, vehicle.lane).map(|(_, gap, speed)| (gap, speed));
        // Without anybody ahead there is nothing to gain.
        let accel_here = self.accel_behind(idx, Some(here?));
        let neighbours = [vehicle.lane.checked_sub(1), Some(vehicle.lane + 1)];
        let candidates = neighbours.into_iter().flatten().filter(|&lane| lane < street.lanes);
        let gains = candidates.filter_map(|lane| Some((lane, self.gain(idx, lane, accel_here)?)));
        let best = gains.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        (best.1 > GAIN_MPS2).then_some(best.0)
    }

    /// What the vehicle's acceleration gains on another lane; `None` where the change would not be safe.
    fn gain(&self, idx: VehicleIdx, lane: u8, accel_here: f64) -> Option<f64> {
        let vehicle = &self.vehicles[idx.at()];
        let ahead = self.leader_in(idx, lane);
        // Nobody changes over to stand behind the wreck instead.
        let blocked = ahead
            .is_some_and(|(leader, gap_m, _)| gap_m < LEAST_GAP_M || self.vehicles[leader.at()].is_halted());
        if blocked {
            return None;
        }
        let lane_number = self.streets.lane(vehicle.link(), lane);
        let harms = |behind: VehicleIdx, gap_m: f64| {
            let accel = self.accel_behind(behind, Some((gap_m, vehicle.speed_mps)));
            gap_m < LEAST_GAP_M || accel < -SAFE_BRAKE_MPS2
        };
        let fronts = self.lanes.fronts(lane_number);
        let behind = fronts.partition_point(|other| self.vehicles[other.at()].offset_m > vehicle.offset_m);
        let harm = match fronts.get(behind) {
            Some(&behind) => harms(behind, vehicle.rear_m() - self.vehicles[behind.at()].offset_m),
            None => self
                .coming_into(vehicle.link(), lane)
                .any(|(behind, to_go_m)| harms(behind, vehicle.rear_m() + to_go_m)),
        };
        if harm {
            return None;
        }
        let there = ahead.map(|(_, gap_m, speed)| (gap_m, speed));
        Some(self.accel_behind(idx, there) - accel_here)
    }

    /// Those about to come into a lane from the links before, with the way they still have to it, m.
    fn coming_into(&self, link: LinkIdx, lane: u8) -> impl Iterator<Item = (VehicleIdx, f64)> + '_ {
        let incoming = self.network.incoming(self.network.link(link).from).iter().copied();
        let lanes = incoming.flat_map(|from| (0..self.streets.get(from).lanes).map(move |lane| (from, lane)));
        lanes.filter_map(move |(from, from_lane)| {
            let &first = self.lanes.fronts(self.streets.lane(from, from_lane)).first()?;
            let vehicle = &self.vehicles[first.at()];
            let comes = vehicle.route.get(1) == Some(&link) && vehicle.entry_lanes.front() == Some(&lane);
            comes.then(|| (first, self.streets.get(from).length_m - vehicle.offset_m))
        })
    }

    /// The vehicle ahead in a lane of the same link, the gap to it and its speed.
    fn leader_in(&self, idx: VehicleIdx, lane: u8) -> Option<(VehicleIdx, f64, f64)> {
        let vehicle = &self.vehicles[idx.at()];
        let lane_number = self.streets.lane(vehicle.link(), lane);
        let fronts = self.lanes.fronts(lane_number);
        let at = fronts.partition_point(|other| self.vehicles[other.at()].offset_m > vehicle.offset_m);
        let ahead = match at.checked_sub(1) {
            Some(before) => Some(front_rear(fronts[before], &self.vehicles)),
            None => self.lanes.rearmost_tail(lane_number, &self.vehicles, &self.streets),
        };
        ahead.map(|rear| (rear.vehicle, rear.offset_m - vehicle.offset_m, rear.speed_mps))
    }

    fn change_lane(&mut self, idx: VehicleIdx, lane: u8) {
        let vehicle = &mut self.vehicles[idx.at()];
        let link = vehicle.link();
        let old = self.streets.lane(link, vehicle.lane);
        let new = self.streets.lane(link, lane);
        vehicle.lane = lane;
        vehicle.changed_lane_at = self.step;
        vehicle.asking_since = None;
        self.lanes.remove(old, idx);
        self.lanes.insert(new, idx, &self.vehicles);
    }
}

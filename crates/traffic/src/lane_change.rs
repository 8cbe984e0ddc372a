//! Changing lanes by MOBIL (Kesting, Treiber and Helbing 2007): to where one gets on better, if those behind there need not
//! brake hard and lose less than one gains; and to where the own way goes on.

use roadnet::RoadClass;

use super::lanes::{Rear, front_rear};
use super::vehicle::{Control, VehicleIdx};
use super::world::{STEP_S, World};

/// What a change must gain, m/s².
const GAIN_MPS2: f64 = 0.3;
/// How much of what those behind lose counts against it.
const POLITENESS: f64 = 0.2;
/// What driving on the right is worth on a motorway, m/s².
const KEEP_RIGHT_MPS2: f64 = 0.2;
/// The hardest braking one may ask of the driver behind, m/s²; and where one has to change soon.
const SAFE_BRAKE_MPS2: f64 = 2.5;
const URGENT_BRAKE_MPS2: f64 = 4.5;
/// Gaps needed before and behind, m; and where one has to change soon.
const LEAST_GAP_M: f64 = 2.0;
const URGENT_GAP_M: f64 = 0.8;
/// Slower than this one stops within the step, m/s.
const CRAWLING_MPS: f64 = 1.5;
/// Pause between two changes of one vehicle, s.
const PAUSE_S: f64 = 4.0;
/// No change so close to a node, m.
const NODE_REACH_M: f64 = 0.3;
/// One looks for one's lane from this long, and at least this far, before the end of the link, s and m.
const MUST_CHANGE_S: f64 = 12.0;
const MUST_CHANGE_M: f64 = 120.0;
/// So near to where one has to have changed others make room, m.
const COURTESY_M: f64 = 80.0;
/// Others are looked at for the sake of speed only every so many steps.
const LOOK_STEPS: u32 = 4;

/// Why and where to.
struct Wish {
    /// Lanes that lead on, as a set.
    wanted: u32,
    /// Metres to where one has to be on one of them.
    left_m: f64,
    /// It has to be soon.
    must: bool,
}

impl World {
    /// Lets those change lanes who have to or gain by it; one after the other, so that no two take the same gap.
    pub fn change_lanes(&mut self) {
        let mut candidates = Vec::new();
        for &link in self.streets.wide() {
            for lane in 0..self.streets.get(link).lanes {
                candidates.extend_from_slice(self.lanes.fronts(self.streets.lane(link, lane)));
            }
        }
        for idx in candidates {
            if !self.may_change(idx) {
                continue;
            }
            let wish = self.wish(idx);
            let is_its_turn = (self.step + idx.0).is_multiple_of(LOOK_STEPS);
            if !wish.must && !is_its_turn {
                continue;
            }
            match self.better_lane(idx, &wish) {
                Some(lane) => self.change_lane(idx, lane),
                None if wish.must && wish.left_m < COURTESY_M => self.ask_for_room(idx, &wish),
                None => {}
            }
        }
    }

    fn may_change(&self, idx: VehicleIdx) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        let trip = &self.trips[idx.at()];
        vehicle.control == Control::Driving
            && vehicle.cleared == 0
            && trip.tail.is_empty()
            && vehicle.rear_m() > 0.0
            && self.streets.get(vehicle.link).length_m - vehicle.offset_m > NODE_REACH_M
    }

    fn wish(&self, idx: VehicleIdx) -> Wish {
        let vehicle = &self.vehicles[idx.at()];
        let street = self.streets.get(vehicle.link);
        let mut wanted = vehicle.suited & street.all_lanes();
        let mut left_m = street.length_m - vehicle.offset_m;
        if self.closures.any_on(vehicle.link) {
            let open =
                |lane: &u8| self.closures.barrier_after(vehicle.link, *lane, vehicle.offset_m).is_none();
            let opened = (0..street.lanes).filter(open).fold(0, |set, lane| set | 1 << lane);
            if wanted & opened != 0 {
                wanted &= opened;
            } else if opened != 0 {
                wanted = opened;
            }
            if let Some(barrier_m) = self.closures.barrier_ahead(vehicle) {
                left_m = left_m.min(barrier_m - vehicle.offset_m);
            }
        }
        let reach_m = MUST_CHANGE_M.max(MUST_CHANGE_S * vehicle.speed_mps);
        let is_wrong = wanted & (1 << vehicle.lane) == 0;
        Wish { wanted, left_m, must: is_wrong && left_m < reach_m }
    }

    fn better_lane(&self, idx: VehicleIdx, wish: &Wish) -> Option<u8> {
        let vehicle = &self.vehicles[idx.at()];
        if !wish.must && self.since_s(self.trips[idx.at()].changed_lane_at) < PAUSE_S {
            return None;
        }
        let lanes = self.streets.get(vehicle.link).lanes;
        let here =
            self.leader_in(idx, vehicle.lane).map(|rear| (rear.offset_m - vehicle.offset_m, rear.speed_mps));
        let accel_here = self.accel_behind(idx, here);
        let neighbours = [vehicle.lane.checked_sub(1), Some(vehicle.lane + 1)];
        let reach_m = MUST_CHANGE_M.max(MUST_CHANGE_S * vehicle.speed_mps);
        let candidates = neighbours.into_iter().flatten().filter(|&lane| {
            let leads_on = wish.wanted & (1 << lane) != 0;
            let is_nearer = leads_on || leads_towards(vehicle.lane, lane, wish.wanted);
            lane < lanes && if wish.must { is_nearer } else { leads_on || wish.left_m > reach_m }
        });
        // Without anybody ahead there is nothing to gain but the right lane of a motorway.
        let gains = candidates.filter_map(|lane| Some((lane, self.gain(idx, lane, accel_here, wish.must)?)));
        let best = gains.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        (wish.must || best.1 > GAIN_MPS2).then_some(best.0)
    }

    /// What a change to another lane gains, m/s²; `None` where it would not be safe.
    fn gain(&self, idx: VehicleIdx, lane: u8, accel_here: f64, must: bool) -> Option<f64> {
        let vehicle = &self.vehicles[idx.at()];
        let (least_gap_m, brake_mps2) =
            if must { (URGENT_GAP_M, URGENT_BRAKE_MPS2) } else { (LEAST_GAP_M, SAFE_BRAKE_MPS2) };
        if self.closures.is_closed_at(vehicle.link, lane, vehicle.rear_m(), vehicle.offset_m) {
            return None;
        }
        let ahead = self.leader_in(idx, lane).map(|rear| (rear, rear.offset_m - vehicle.offset_m));
        // Nobody changes over to stand behind the wreck instead.
        let blocked = |&(rear, gap_m): &(Rear, f64)| {
            gap_m < least_gap_m || self.vehicles[rear.vehicle.at()].is_halted() && !must
        };
        if ahead.as_ref().is_some_and(blocked) {
            return None;
        }
        let accel_there = self.accel_behind(idx, ahead.map(|(rear, gap_m)| (gap_m, rear.speed_mps)));
        // Who crawls stops at once, however little room there is.
        let is_hard =
            |accel_mps2: f64, speed_mps: f64| accel_mps2 < -brake_mps2 && !(must && speed_mps < CRAWLING_MPS);
        if is_hard(accel_there, vehicle.speed_mps) {
            return None;
        }
        let number = self.streets.lane(vehicle.link, lane);
        let at = self.lanes.ahead_of(number, vehicle.offset_m, &self.vehicles);
        let mut loss_mps2 = 0.0;
        if let Some(&behind) = self.lanes.fronts(number).get(at) {
            let gap_m = vehicle.rear_m() - self.vehicles[behind.at()].offset_m;
            let after = self.accel_behind(behind, Some((gap_m, vehicle.speed_mps)));
            let other = &self.vehicles[behind.at()];
            if gap_m < least_gap_m || is_hard(after, other.speed_mps) {
                return None;
            }
            let before = ahead.map(|(rear, _)| (rear.offset_m - other.offset_m, rear.speed_mps));
            loss_mps2 = self.accel_behind(behind, before) - after;
        } else if self.is_hindered_from_behind(idx, lane, least_gap_m, brake_mps2) {
            return None;
        }
        let class = self.network.link(vehicle.link).class;
        let right = match class {
            RoadClass::Motorway if lane < vehicle.lane => KEEP_RIGHT_MPS2 + GAIN_MPS2,
            RoadClass::Motorway => -KEEP_RIGHT_MPS2,
            _ => 0.0,
        };
        Some(accel_there - accel_here - POLITENESS * loss_mps2.max(0.0) + right)
    }

    /// Whether a change would make somebody brake hard who comes into the lane from the links before.
    fn is_hindered_from_behind(&self, idx: VehicleIdx, lane: u8, least_gap_m: f64, brake_mps2: f64) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        let node = self.network.link(vehicle.link).from;
        self.network.incoming(node).iter().any(|&from| {
            (0..self.streets.get(from).lanes).any(|from_lane| {
                let Some(&first) = self.lanes.fronts(self.streets.lane(from, from_lane)).first() else {
                    return false;
                };
                let (other, trip) = (&self.vehicles[first.at()], &self.trips[first.at()]);
                let comes = other.cleared > 0
                    && trip.link_ahead(1) == Some(vehicle.link)
                    && trip.entry_lanes[0] == lane;
                let gap_m = vehicle.rear_m() + self.streets.get(from).length_m - other.offset_m;
                comes
                    && (gap_m < least_gap_m
                        || self.accel_behind(first, Some((gap_m, vehicle.speed_mps))) < -brake_mps2)
            })
        })
    }

    /// The vehicle ahead in a lane of the same link.
    fn leader_in(&self, idx: VehicleIdx, lane: u8) -> Option<Rear> {
        let vehicle = &self.vehicles[idx.at()];
        let number = self.streets.lane(vehicle.link, lane);
        let at = self.lanes.ahead_of(number, vehicle.offset_m, &self.vehicles);
        match at.checked_sub(1) {
            Some(before) => Some(front_rear(self.lanes.fronts(number)[before], &self.vehicles)),
            None if self.lanes.has_tails(number) => {
                self.lanes.rearmost_tail(number, &self.vehicles, &self.trips, &self.streets)
            }
            None => None,
        }
    }

    /// Has the one behind in the wanted lane keep a gap, so that lanes that end merge like a zip.
    fn ask_for_room(&mut self, idx: VehicleIdx, wish: &Wish) {
        let vehicle = &self.vehicles[idx.at()];
        let lanes = self.streets.get(vehicle.link).lanes;
        let neighbours = [vehicle.lane.checked_sub(1), Some(vehicle.lane + 1)];
        let wanted = neighbours
            .into_iter()
            .flatten()
            .find(|&lane| lane < lanes && leads_towards(vehicle.lane, lane, wish.wanted));
        let Some(lane) = wanted else { return };
        // Only the first of those who wait is let in.
        let own = self.lanes.fronts(self.streets.lane(vehicle.link, vehicle.lane));
        let is_first = own.iter().take_while(|&&other| other != idx).all(|&other| {
            self.vehicles[other.at()].offset_m - vehicle.offset_m > COURTESY_M || !self.wish(other).must
        });
        if !is_first {
            return;
        }
        // Who is too close already to let it in goes by, and the next one is asked.
        let number = self.streets.lane(vehicle.link, lane);
        let place_m = vehicle.rear_m() - URGENT_GAP_M;
        let at = self.lanes.ahead_of(number, place_m, &self.vehicles);
        let Some(&behind) = self.lanes.fronts(number).get(at) else { return };
        if place_m - self.vehicles[behind.at()].offset_m < COURTESY_M {
            self.vehicles[behind.at()].lets_in = idx;
        }
    }

    fn change_lane(&mut self, idx: VehicleIdx, lane: u8) {
        let vehicle = &mut self.vehicles[idx.at()];
        let link = vehicle.link;
        let old = self.streets.lane(link, vehicle.lane);
        let new = self.streets.lane(link, lane);
        vehicle.lane = lane;
        let trip = &mut self.trips[idx.at()];
        trip.changed_lane_at = self.step;
        trip.asking_since = None;
        self.lanes.remove(old, idx);
        self.lanes.insert(new, idx, &self.vehicles);
    }
}

/// Whether a lane is on the way from the own one to the nearest of the wanted ones.
fn leads_towards(own: u8, lane: u8, wanted: u32) -> bool {
    let distance = |to: u8| (0..32).filter(|&w| wanted & (1 << w) != 0).map(|w: u8| w.abs_diff(to)).min();
    distance(lane) < distance(own)
}

/// A pause is longer than the time between two looks.
const _: () = assert!(PAUSE_S > LOOK_STEPS as f64 * STEP_S);

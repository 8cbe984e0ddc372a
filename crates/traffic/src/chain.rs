//! The nodes that a vehicle has to pass in one go, by which lanes, and whether there is room for it behind them.

use roadnet::LinkIdx;

use super::lights::Light;
use super::turns::TurnIdx;
use super::vehicle::{LONGEST_CHAIN, VehicleIdx};
use super::world::World;

/// Room beside its own length that a vehicle wants behind a node, m.
const ROOM_MARGIN_M: f64 = 2.5;
/// Nobody comes onto a roundabout of which more than this share is taken; for the one who has waited longest it is more.
const ROUNDABOUT_SHARE: f64 = 0.35;
const ROUNDABOUT_MOST: f64 = 0.48;
/// What a lane that does not lead on seems to lack in room, m.
const UNSUITED_M: f64 = 200.0;

/// One way through a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Movement {
    pub turn: TurnIdx,
    pub from_lane: u8,
    pub to_lane: u8,
}

impl Movement {
    pub fn as_key(&self) -> (TurnIdx, u8, u8) {
        (self.turn, self.from_lane, self.to_lane)
    }
}

/// Why a vehicle may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A light is not green.
    Light,
    /// Its lane does not lead where it wants.
    WrongLane {
        /// How many links ahead that is.
        nth: usize,
        lane: u8,
    },
    /// There is no room behind the node.
    NoRoom,
    /// Others are in its way, or go first.
    Occupied,
}

impl World {
    /// The nodes that the vehicle has to pass in one go from its next one, up to the first place where it can stand without
    /// blocking one. Where it may not, `chain` has the movements found so far.
    pub fn chain_for(&self, idx: VehicleIdx, chain: &mut Vec<Movement>) -> Result<(), Refusal> {
        let (vehicle, trip) = (&self.vehicles[idx.at()], &self.trips[idx.at()]);
        let needed_m = vehicle.length_m + ROOM_MARGIN_M;
        let first = usize::from(vehicle.cleared);
        let mut lane = if first == 0 { vehicle.lane } else { trip.entry_lanes[first - 1] };
        let mut room_m = 0.0;
        let mut passed_shared = false;
        for nth in first..LONGEST_CHAIN {
            let (Some(from), Some(to)) = (trip.link_ahead(nth), trip.link_ahead(nth + 1)) else {
                // Where the trip ends one soon leaves the lanes, however short the last link is.
                return if trip.is_last && !chain.is_empty() { Ok(()) } else { Err(Refusal::NoRoom) };
            };
            let Some((number, turn)) = self.streets.turns.between(from, to) else {
                return Err(Refusal::WrongLane { nth, lane });
            };
            if !self.is_lit_green(idx, turn.light, nth == first) {
                return Err(Refusal::Light);
            }
            // A roundabout that is full all the way round would stand for ever.
            if self.streets.turns.roundabout_entered(turn).is_some_and(|round| self.is_full(round, idx)) {
                return Err(Refusal::NoRoom);
            }
            let Some(range) = turn.entries.get(usize::from(lane)).copied().flatten() else {
                return Err(Refusal::WrongLane { nth, lane });
            };
            let suited = self.suited_lanes(&trip.ahead()[nth + 1..]);
            let to_lane = self.choose_lane(idx, from, to, range, suited);
            chain.push(Movement { turn: number, from_lane: lane, to_lane });
            passed_shared |= self.streets.turns.end_is_shared(from);
            if !passed_shared {
                return Ok(());
            }
            room_m -= self.promised_m(idx, from, to, to_lane);
            if let Some(rear) = self.rearmost(to, to_lane).filter(|rear| rear.vehicle != idx) {
                // Whoever drives on makes room while this one comes.
                let flowing_m = if rear.speed_mps > 2.0 { rear.speed_mps } else { 0.0 };
                let is_enough = room_m + rear.offset_m.max(0.0) + flowing_m >= needed_m;
                return if is_enough { Ok(()) } else { Err(Refusal::NoRoom) };
            }
            room_m += self.streets.get(to).length_m;
            if room_m >= needed_m || self.streets.is_exit(to) {
                return Ok(());
            }
            lane = to_lane;
        }
        Err(Refusal::NoRoom)
    }

    /// Whether a light lets a vehicle go; whoever is on call goes at red too. At amber nobody begins.
    fn is_lit_green(&self, idx: VehicleIdx, light: u32, is_first: bool) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        match self.lights.of(light) {
            Light::Green => true,
            // One that came too fast to stop before is let through.
            Light::Amber => {
                is_first && vehicle.cleared == 0 && vehicle.speed_mps > 8.0 && self.is_close(idx)
                    || vehicle.on_call
            }
            Light::Red => vehicle.on_call,
        }
    }

    fn is_close(&self, idx: VehicleIdx) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        self.streets.get(vehicle.link).length_m - vehicle.offset_m < vehicle.speed_mps
    }

    /// Whether a roundabout is too full for a vehicle to come onto it.
    fn is_full(&self, roundabout: usize, idx: VehicleIdx) -> bool {
        let (mut taken_m, mut lanes_m) = (0.0, 0.0);
        for &link in &self.streets.turns.roundabouts()[roundabout] {
            let street = self.streets.get(link);
            lanes_m += street.length_m * f64::from(street.lanes);
            for lane in 0..street.lanes {
                let there = self.lanes.fronts(self.streets.lane(link, lane)).iter();
                taken_m += there.map(|idx| self.vehicles[idx.at()].length_m + ROOM_MARGIN_M).sum::<f64>();
            }
        }
        let is_first = self.first_at_roundabout[roundabout].1 == idx;
        taken_m > lanes_m * if is_first { ROUNDABOUT_MOST } else { ROUNDABOUT_SHARE }
    }

    /// Room on a lane that is promised to others who have not come in yet, m.
    fn promised_m(&self, idx: VehicleIdx, from: LinkIdx, to: LinkIdx, to_lane: u8) -> f64 {
        let coming = self.grants[self.streets.get(from).to].iter().filter(|grant| {
            let (other, trip) = (&self.vehicles[grant.vehicle.at()], &self.trips[grant.vehicle.at()]);
            let ahead = trip.ahead().iter().skip(1).take(usize::from(other.cleared));
            grant.vehicle != idx
                && grant.to_lane == to_lane
                && self.streets.turns.get(grant.turn).to == to
                && ahead.into_iter().any(|&link| link == to)
        });
        coming.map(|grant| self.vehicles[grant.vehicle.at()].length_m + ROOM_MARGIN_M).sum()
    }

    /// The lane with most room among those that may be entered, of those that lead on.
    fn choose_lane(&self, idx: VehicleIdx, from: LinkIdx, to: LinkIdx, range: (u8, u8), suited: u32) -> u8 {
        if range.0 == range.1 {
            return range.0;
        }
        let room_m = |lane: u8| {
            let rear = self.rearmost(to, lane).filter(|rear| rear.vehicle != idx);
            let room_m = rear.map_or(1_000.0, |rear| rear.offset_m + 3.0 * rear.speed_mps);
            let leads_on = suited & (1 << lane) != 0 && !self.closures.closes(to, lane);
            let lacks_m = if leads_on { 0.0 } else { UNSUITED_M };
            room_m - lacks_m - self.promised_m(idx, from, to, lane)
        };
        // Of equals the first, which is the right one.
        let best = (range.0..=range.1)
            .map(|lane| (lane, room_m(lane)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(range.0, |(lane, _)| lane)
    }
}

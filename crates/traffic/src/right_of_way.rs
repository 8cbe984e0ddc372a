//! Who may pass a node: by lights, then by right of way, then first come, first served; and only with room behind it, so
//! that nobody blocks a crossing.

use super::chain::{Movement, Refusal};
use super::lights::Light;
use super::turns::TurnIdx;
use super::vehicle::VehicleIdx;
use super::world::{Grant, World};

/// Deceleration that a vehicle still needs if it is refused at the farthest place from which it asks, m/s².
const ASKING_BRAKE_MPS2: f64 = 2.5;
/// At amber, who can stop with this stops, m/s².
const AMBER_BRAKE_MPS2: f64 = 3.0;
/// Waiting that gives a vehicle the right to be served before others, s.
const PATIENCE_S: f64 = 8.0;
/// Of every so many seconds of waiting, it insists on that right for a part only: if it waits for somebody who waits
/// for one of those it holds back, all would wait for ever.
const INSISTING_CYCLE_S: f64 = 10.0;
const INSISTING_S: f64 = 6.0;
/// Who holds somebody off by right of way does so for this long, s; then it waits like the others.
const PRECEDENCE_S: f64 = 6.0;

/// Who has stood this long, s, this near to the line, m, gives up the way that its lane does not lead to.
const LOST_M: f64 = 12.0;
const LOST_S: f32 = 4.0;

/// A vehicle that wants to pass its next node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    /// It has waited long, or is on call.
    is_patient: bool,
    rank: u8,
    since: u32,
    vehicle: VehicleIdx,
}

/// Somebody who was refused and holds others back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    movement: Movement,
    /// Only those of a lower right give way; nobody of the same.
    rank: Option<u8>,
    /// It waits until there is room behind the node, not until others have left it.
    for_room: bool,
}

impl World {
    /// Serves all who ask for their next node.
    pub fn serve_requests(&mut self) {
        self.return_idle_grants();
        self.stop_at_amber();
        let mut requests = self.collect_requests();
        requests.sort_unstable();
        let mut touched = Vec::new();
        for request in requests {
            self.serve(&request, &mut touched);
        }
        for node in touched {
            self.waiting[node].clear();
        }
    }

    /// The distance from which a vehicle of this speed asks for a node, m.
    pub fn asking_distance_m(speed_mps: f64) -> f64 {
        speed_mps * speed_mps / (2.0 * ASKING_BRAKE_MPS2) + 0.5 * speed_mps + 8.0
    }

    fn return_idle_grants(&mut self) {
        let idle = std::mem::take(&mut self.idle);
        for &idx in &idle {
            if self.since_s(self.trips[idx.at()].cleared_at) > 3.0 {
                self.revoke(idx);
            }
        }
        self.idle = idle;
    }

    /// Who had green and can stop before the line gives it back.
    fn stop_at_amber(&mut self) {
        let turned = std::mem::take(&mut self.lights.turned_amber);
        for &link in &turned {
            for lane in 0..self.streets.get(link).lanes {
                let number = self.streets.lane(link, lane);
                for at in 0..self.lanes.fronts(number).len() {
                    let idx = self.lanes.fronts(number)[at];
                    if self.vehicles[idx.at()].cleared == 0 {
                        break;
                    }
                    if !self.has_go(idx) && !self.vehicles[idx.at()].on_call {
                        self.revoke(idx);
                    }
                }
            }
        }
        self.lights.turned_amber = turned;
    }

    /// Whether the light of its next turn lets a vehicle go, or changes too late for it to stop.
    fn has_go(&self, idx: VehicleIdx) -> bool {
        let Some(turn) = self.next_turn(idx, 0) else { return true };
        match self.lights.of(self.streets.turns.get(turn).light) {
            Light::Green => true,
            Light::Red => false,
            Light::Amber => {
                let vehicle = &self.vehicles[idx.at()];
                let left_m = self.streets.get(vehicle.link).length_m - vehicle.offset_m - 1.0;
                vehicle.speed_mps * vehicle.speed_mps > 2.0 * AMBER_BRAKE_MPS2 * left_m.max(0.0)
            }
        }
    }

    /// The turn after so many more nodes.
    pub fn next_turn(&self, idx: VehicleIdx, nth: usize) -> Option<TurnIdx> {
        let trip = &self.trips[idx.at()];
        let (from, to) = (trip.link_ahead(nth)?, trip.link_ahead(nth + 1)?);
        self.streets.turns.between(from, to).map(|(turn, _)| turn)
    }

    fn collect_requests(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        self.first_at_roundabout.fill((u32::MAX, VehicleIdx::NONE));
        for lane in 0..self.streets.lane_count() {
            for at in 0..self.lanes.fronts(lane).len() {
                let idx = self.lanes.fronts(lane)[at];
                if let Some(turn) = self.asks_for(idx) {
                    let step = self.step;
                    let since = *self.trips[idx.at()].asking_since.get_or_insert(step);
                    let turn = self.streets.turns.get(turn);
                    if let Some(round) = self.streets.turns.roundabout_entered(turn) {
                        let first = &mut self.first_at_roundabout[round];
                        *first = (*first).min((since, idx));
                    }
                    // Among those who have green, only who crosses the others gives way.
                    let rank = if turn.light == super::turns::NO_LIGHT { turn.rank } else { turn.rank & 1 };
                    let is_patient = self.since_s(since) < PATIENCE_S && !self.vehicles[idx.at()].on_call;
                    requests.push(Request { is_patient, rank, since, vehicle: idx });
                }
                // Those behind a vehicle that must wait itself have nothing to ask for.
                if self.vehicles[idx.at()].cleared == 0 {
                    break;
                }
            }
        }
        requests
    }

    /// The turn at the next node that this vehicle may not pass yet, if that is near, with nobody undecided before it.
    fn asks_for(&self, idx: VehicleIdx) -> Option<TurnIdx> {
        let vehicle = &self.vehicles[idx.at()];
        let nth = usize::from(vehicle.cleared);
        if vehicle.is_halted() || nth >= super::vehicle::LONGEST_CHAIN {
            return None;
        }
        let reach_m = Self::asking_distance_m(vehicle.speed_mps) + vehicle.offset_m;
        let trip = &self.trips[idx.at()];
        let mut distance_m = 0.0;
        for i in 0..=nth {
            distance_m += self.streets.get(trip.link_ahead(i)?).length_m;
            if distance_m > reach_m {
                return None;
            }
        }
        if nth > 0 {
            let (link, lane) = (trip.link_ahead(nth)?, trip.entry_lanes[nth - 1]);
            let ahead = self.lanes.fronts(self.streets.lane(link, lane)).last();
            let decided = ahead.is_none_or(|&other| other == idx || self.vehicles[other.at()].cleared > 0);
            if !decided {
                return None;
            }
        }
        self.next_turn(idx, nth)
    }

    fn serve(&mut self, request: &Request, touched: &mut Vec<usize>) {
        let idx = request.vehicle;
        let waited_s = self.since_s(request.since);
        let insists = !request.is_patient && waited_s % INSISTING_CYCLE_S < INSISTING_S;
        let mut chain = Vec::new();
        let refusal = match self.chain_for(idx, &mut chain) {
            Err(refusal) => Some(refusal),
            Ok(()) => {
                let is_free =
                    |movement: &Movement| self.is_free(idx, movement) && !self.yields(request.rank, movement);
                if chain.iter().all(is_free) { None } else { Some(Refusal::Occupied) }
            }
        };
        match refusal {
            None => self.grant(idx, &chain),
            Some(Refusal::Light) => {}
            Some(Refusal::WrongLane { nth, lane }) => {
                // There is time to change until one has waited at the line for it; but not where one cannot stop.
                let vehicle = &self.vehicles[idx.at()];
                let left_m = self.streets.get(vehicle.link).length_m - vehicle.offset_m;
                let has_tried = nth == 0 && left_m < LOST_M && vehicle.standing_s > LOST_S;
                if has_tried || !chain.is_empty() {
                    self.lost.push((idx, nth, lane));
                }
            }
            Some(Refusal::NoRoom) => {
                if let Some(&movement) = chain.first().filter(|_| insists) {
                    self.hold_back(Waiting { movement, rank: None, for_room: true }, touched);
                }
            }
            Some(Refusal::Occupied) => {
                // Right of way holds for a while; who has to wait then is one of many who wait.
                let rank = if insists { None } else { Some(request.rank) };
                if insists || waited_s < PRECEDENCE_S {
                    for &movement in &chain {
                        self.hold_back(Waiting { movement, rank, for_room: false }, touched);
                    }
                }
            }
        }
    }

    fn hold_back(&mut self, waiting: Waiting, touched: &mut Vec<usize>) {
        let node = self.streets.turns.get(waiting.movement.turn).node as usize;
        if self.waiting[node].is_empty() {
            touched.push(node);
        }
        self.waiting[node].push(waiting);
    }

    fn grant(&mut self, idx: VehicleIdx, chain: &[Movement]) {
        for movement in chain {
            let turn = self.streets.turns.get(movement.turn);
            let (from, node) = (turn.from, turn.node as usize);
            if self.streets.turns.end_is_shared(from) {
                let &Movement { turn, from_lane, to_lane } = movement;
                self.grants[node].push(Grant { vehicle: idx, turn, from, from_lane, to_lane });
            }
            let vehicle = &mut self.vehicles[idx.at()];
            self.trips[idx.at()].entry_lanes[usize::from(vehicle.cleared)] = movement.to_lane;
            vehicle.cleared += 1;
        }
        let trip = &mut self.trips[idx.at()];
        trip.asking_since = None;
        trip.cleared_at = self.step;
    }

    fn is_free(&self, idx: VehicleIdx, movement: &Movement) -> bool {
        let turns = &self.streets.turns;
        let node = turns.get(movement.turn).node as usize;
        self.grants[node].iter().all(|grant| {
            let granted = (grant.turn, grant.from_lane, grant.to_lane);
            grant.vehicle == idx || !turns.in_conflict(granted, movement.as_key())
        })
    }

    /// Whether a movement has to wait for those who have waited longer, or go first.
    fn yields(&self, rank: u8, movement: &Movement) -> bool {
        let turns = &self.streets.turns;
        let turn = turns.get(movement.turn);
        self.waiting[turn.node as usize].iter().any(|other| {
            if other.for_room {
                // Who waits for room is only held up by those who take that room.
                let held = turns.get(other.movement.turn);
                return held.to == turn.to
                    && (held.from, other.movement.from_lane) != (turn.from, movement.from_lane);
            }
            other.rank.is_none_or(|other| other < rank)
                && turns.in_conflict(other.movement.as_key(), movement.as_key())
        })
    }
}

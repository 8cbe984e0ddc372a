//! Who may pass a node: first come, first served, and only with room behind it, so that nobody blocks a crossing.

use roadnet::LinkIdx;

use super::street::Movement;
use super::vehicle::VehicleIdx;
use super::world::{Grant, STEP_S, World};

/// Deceleration that a vehicle still needs if it is refused at the farthest place from which it asks, m/s².
const ASKING_BRAKE_MPS2: f64 = 2.5;
/// Room beside its own length that a vehicle wants behind a node, m.
const ROOM_MARGIN_M: f64 = 2.5;
/// Waiting that gives a vehicle the right to be served before later ones, s.
const PATIENCE_S: f64 = 6.0;
/// Of every so many seconds of waiting, it insists on that right for a part only: if it waits for somebody who waits
/// for one of those it holds back, all would wait for ever.
const INSISTING_CYCLE_S: f64 = 10.0;
const INSISTING_S: f64 = 6.0;
/// Standing with leave to go on that makes a vehicle give that back, s.
const IDLE_GRANT_S: f64 = 3.0;
/// Most nodes passed in one go.
const LONGEST_CHAIN: usize = 12;

struct Request {
    since: u64,
    vehicle: VehicleIdx,
}

/// Movements of those who have waited long, served before later ones.
#[derive(Default)]
struct Elders {
    /// They wait until others have left the node.
    for_node: Vec<Movement>,
    /// They wait until there is room behind it.
    for_room: Vec<Movement>,
}

impl World {
    /// Serves all who ask for their next node, those who have asked longest first.
    pub fn serve_requests(&mut self) {
        self.return_idle_grants();
        let mut requests = self.collect_requests();
        requests.sort_unstable_by_key(|request| (request.since, request.vehicle));
        let mut elders = Elders::default();
        for request in requests {
            self.serve(&request, &mut elders);
        }
    }

    /// The distance from which a vehicle of this speed asks for a node, m.
    pub fn asking_distance_m(speed_mps: f64) -> f64 {
        speed_mps * speed_mps / (2.0 * ASKING_BRAKE_MPS2) + 0.5 * speed_mps + 8.0
    }

    fn return_idle_grants(&mut self) {
        for i in 0..self.vehicles.len() {
            let vehicle = &self.vehicles[i];
            let held_s = (self.step - vehicle.cleared_at) as f64 * STEP_S;
            if vehicle.standing_s > IDLE_GRANT_S && held_s > IDLE_GRANT_S && vehicle.cleared() > 0 {
                self.revoke(VehicleIdx(i as u32));
            }
        }
    }

    fn collect_requests(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        for lane in 0..self.streets.lane_count() {
            for at in 0..self.lanes.fronts(lane).len() {
                let idx = self.lanes.fronts(lane)[at];
                if self.asks(idx) {
                    let step = self.step;
                    let since = *self.vehicles[idx.at()].asking_since.get_or_insert(step);
                    requests.push(Request { since, vehicle: idx });
                }
                // Those behind a vehicle that must wait itself have nothing to ask for.
                if self.vehicles[idx.at()].cleared() == 0 {
                    break;
                }
            }
        }
        requests
    }

    /// Whether the next node that this vehicle may not pass yet is near, with nobody undecided before it.
    fn asks(&self, idx: VehicleIdx) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        if vehicle.is_halted() {
            return false;
        }
        let nth = vehicle.cleared();
        if vehicle.route.len() < nth + 2 {
            return false;
        }
        let lengths = vehicle.route.iter().take(nth + 1).map(|&link| self.streets.get(link).length_m);
        let distance_m = lengths.sum::<f64>() - vehicle.offset_m;
        if distance_m > Self::asking_distance_m(vehicle.speed_mps) {
            return false;
        }
        let Some(lane) = vehicle.lane_on(nth).filter(|_| nth > 0) else { return nth == 0 };
        let ahead = self.lanes.fronts(self.streets.lane(vehicle.route[nth], lane)).last();
        ahead.is_none_or(|&other| other == idx || self.vehicles[other.at()].cleared() > 0)
    }

    fn serve(&mut self, request: &Request, elders: &mut Elders) {
        let idx = request.vehicle;
        let waited_s = (self.step - request.since) as f64 * STEP_S;
        let insists = waited_s >= PATIENCE_S && waited_s % INSISTING_CYCLE_S < INSISTING_S;
        let movements = match self.chain_for(idx) {
            Ok(chain) => chain,
            Err(full) => {
                elders.for_room.extend(full.filter(|_| insists));
                return;
            }
        };
        if movements.iter().all(|&movement| self.is_free(idx, movement) && !self.yields(movement, elders)) {
            for movement in movements {
                let node = self.node_after(movement.from);
                if self.streets.ends_at_shared_node(movement.from) {
                    self.grants[node].push(Grant { vehicle: idx, movement });
                }
                self.vehicles[idx.at()].entry_lanes.push_back(movement.to_lane);
            }
            let vehicle = &mut self.vehicles[idx.at()];
            vehicle.asking_since = None;
            vehicle.cleared_at = self.step;
        } else if insists {
            elders.for_node.extend(movements);
        }
    }

    /// The nodes that the vehicle has to pass in one go from its next one, up to the first place where it can stand without
    /// blocking one. While there is no room there, the first movement as an error.
    fn chain_for(&self, idx: VehicleIdx) -> Result<Vec<Movement>, Option<Movement>> {
        let vehicle = &self.vehicles[idx.at()];
        let needed_m = vehicle.length_m + ROOM_MARGIN_M;
        let mut nth = vehicle.cleared();
        let mut lane = vehicle.lane_on(nth).unwrap_or(0);
        let mut movements: Vec<Movement> = Vec::new();
        let mut room_m = 0.0;
        let mut passed_shared = false;
        while movements.len() < LONGEST_CHAIN {
            let ends = (vehicle.route.get(nth).copied(), vehicle.route.get(nth + 1).copied());
            let (Some(from), Some(to)) = ends else { break };
            let to_lane = self.choose_lane(idx, from, lane, to);
            movements.push(Movement { from, from_lane: lane, to, to_lane });
            passed_shared |= self.streets.ends_at_shared_node(from);
            if !passed_shared {
                return Ok(movements);
            }
            room_m -= self.promised_m(idx, from, to, to_lane);
            let rear = self.lanes.rearmost(self.streets.lane(to, to_lane), &self.vehicles, &self.streets);
            if let Some(rear) = rear.filter(|rear| rear.vehicle != idx) {
                // Whoever drives on makes room while this one comes.
                let flowing_m = if rear.speed_mps > 2.0 { rear.speed_mps } else { 0.0 };
                if room_m + rear.offset_m.max(0.0) + flowing_m >= needed_m {
                    return Ok(movements);
                }
                return Err(movements.first().copied());
            }
            room_m += self.streets.get(to).length_m;
            if room_m >= needed_m {
                return Ok(movements);
            }
            nth += 1;
            lane = to_lane;
        }
        Err(movements.first().copied())
    }

    /// Room on a lane that is promised to others who have not come in yet, m.
    fn promised_m(&self, idx: VehicleIdx, from: LinkIdx, to: LinkIdx, to_lane: u8) -> f64 {
        let coming = self.grants[self.node_after(from)].iter().filter(|grant| {
            let other = &self.vehicles[grant.vehicle.at()];
            grant.vehicle != idx
                && grant.movement.to == to
                && grant.movement.to_lane == to_lane
                && other.route.iter().skip(1).take(other.cleared()).any(|&link| link == to)
        });
        coming.map(|grant| self.vehicles[grant.vehicle.at()].length_m + ROOM_MARGIN_M).sum()
    }

    fn is_free(&self, idx: VehicleIdx, movement: Movement) -> bool {
        let node = self.node_after(movement.from);
        (self.grants[node].iter())
            .all(|grant| grant.vehicle == idx || !self.streets.in_conflict(grant.movement, movement))
    }

    /// Whether a movement has to wait for those who have waited longer.
    fn yields(&self, movement: Movement, elders: &Elders) -> bool {
        let node = self.node_after(movement.from);
        let mut at_node = elders.for_node.iter().filter(|other| self.node_after(other.from) == node);
        // Who waits for room is only held up by those who take that room.
        let takes_room = |other: &&Movement| {
            other.to == movement.to && (other.from, other.from_lane) != (movement.from, movement.from_lane)
        };
        at_node.any(|&other| self.streets.in_conflict(other, movement))
            || elders.for_room.iter().any(|other| takes_room(&other))
    }

    /// The lane with most room among those that may be entered.
    fn choose_lane(&self, idx: VehicleIdx, from: LinkIdx, lane: u8, to: LinkIdx) -> u8 {
        let lanes = self.streets.lanes_ahead(from, lane, to);
        let room_m = |lane: u8| {
            let rear = self.lanes.rearmost(self.streets.lane(to, lane), &self.vehicles, &self.streets);
            let rear = rear.filter(|rear| rear.vehicle != idx);
            rear.map_or(f64::INFINITY, |rear| rear.offset_m + 3.0 * rear.speed_mps)
                - self.promised_m(idx, from, to, lane)
        };
        // Of equals the first, which is the right one.
        let best = lanes
            .clone()
            .map(|lane| (lane, room_m(lane)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(*lanes.start(), |(lane, _)| lane)
    }
}

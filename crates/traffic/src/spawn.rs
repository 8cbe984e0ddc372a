//! Puts vehicles on the road, and takes them off again.

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use roadnet::LinkIdx;
use thiserror::Error;

use super::demand::Demand;
use super::fleet::{FleetMix, LONGEST_M, draw_driver, length_m};
use super::vehicle::{Control, Halt, LONGEST_CHAIN, Place, Presence, Trip, Vehicle, VehicleIdx};
use super::world::World;

/// Road that one vehicle takes at the start, m.
const SPACE_M: f64 = LONGEST_M + 3.0;
/// Most tries a step to come in somewhere.
const MOST_TRIES: usize = 100;
/// What one keeps to the vehicle ahead where one comes in, m and s.
const ENTRY_GAP_M: f64 = 2.0;
const ENTRY_HEADWAY_S: f64 = 1.2;
/// How long drivers stand before they look for another way, s.
const PATIENCE_S: std::ops::Range<f32> = 60.0..120.0;

/// Why no traffic can be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// More vehicles than the roads hold.
    #[error(
        "the road network has room for {room} vehicles, {asked} are asked for; ask for fewer, or use a larger network"
    )]
    TooManyVehicles {
        /// How many are asked for.
        asked: usize,
        /// How many fit.
        room: usize,
    },
}

/// Who may be given what place in the tables.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    free: Vec<VehicleIdx>,
    next_serial: u32,
}

impl World {
    /// Whether the network has room for so many.
    pub fn check_room(&self, asked: usize) -> Result<(), BuildError> {
        let room = self.free_places().len();
        if asked > room { Err(BuildError::TooManyVehicles { asked, room }) } else { Ok(()) }
    }

    /// Places so many more vehicles anywhere, standing, as far as there is room.
    pub fn bring_in(
        &mut self,
        count: usize,
        mix: &FleetMix,
        demand: &mut Demand,
        rng: &mut SmallRng,
    ) -> Vec<VehicleIdx> {
        let mut places = self.free_places();
        places.shuffle(rng);
        let mut entered = Vec::new();
        for place in places {
            if entered.len() >= count {
                break;
            }
            let lane = self.streets.lane(place.link, place.lane);
            let is_free =
                self.lanes.is_empty(lane) || self.has_gap(lane, place.offset_m - LONGEST_M, place.offset_m);
            let is_open = !self.closures.any_on(place.link) && !demand.is_closed(place.link);
            if is_free && is_open {
                let idx = self.create(place, mix, rng);
                self.put_on(idx, demand);
                entered.push(idx);
            }
        }
        entered
    }

    /// Lets so many come in where traffic comes into the network, as far as there is room.
    pub fn let_in(
        &mut self,
        count: usize,
        mix: &FleetMix,
        demand: &mut Demand,
        rng: &mut SmallRng,
    ) -> Vec<VehicleIdx> {
        let mut entered = Vec::new();
        for _ in 0..count.min(MOST_TRIES) {
            let sources = self.streets.sources();
            let lanes: u32 = sources.iter().map(|&link| u32::from(self.streets.get(link).lanes)).sum();
            if lanes == 0 {
                break;
            }
            let mut nth = rng.random_range(0..lanes);
            let drawn = sources.iter().find_map(|&link| {
                let own = u32::from(self.streets.get(link).lanes);
                if nth < own {
                    return Some((link, nth as u8));
                }
                nth -= own;
                None
            });
            let Some((link, lane)) = drawn else { continue };
            if let Some(idx) = self.come_in(link, lane, mix, rng) {
                self.trips[idx.at()].route = vec![link];
                demand.extend_route(self, idx);
                self.choose_lanes(idx);
                entered.push(idx);
            }
        }
        entered
    }

    /// Lets a vehicle come in at the start of a lane, as fast as the one ahead and a headway behind it. `None` while there
    /// is no room. It has no route yet.
    pub fn come_in(
        &mut self,
        link: LinkIdx,
        lane: u8,
        mix: &FleetMix,
        rng: &mut SmallRng,
    ) -> Option<VehicleIdx> {
        let limit_mps = self.streets.get(link).limit_mps * self.weather.speed_factor;
        let rear = self.rearmost(link, lane).map(|rear| (rear.offset_m, rear.speed_mps));
        let (rear_m, leader_mps) = rear.unwrap_or((f64::INFINITY, limit_mps));
        let speed_mps = leader_mps.min(limit_mps * 0.9);
        let offset_m = LONGEST_M.min(self.streets.get(link).length_m * 0.5);
        if rear_m - offset_m < ENTRY_GAP_M + ENTRY_HEADWAY_S * self.weather.headway_factor * speed_mps {
            return None;
        }
        let idx = self.create(Place { link, lane, offset_m }, mix, rng);
        let vehicle = &mut self.vehicles[idx.at()];
        vehicle.speed_mps = speed_mps.min(vehicle.driver.top_mps);
        vehicle.length_m = vehicle.length_m.min(offset_m);
        self.lanes.insert(self.streets.lane(link, lane), idx, &self.vehicles);
        Some(idx)
    }

    /// Takes so many vehicles off the road, the last first, but none of an incident.
    pub fn send_away(&mut self, count: usize) -> Vec<VehicleIdx> {
        let free = |vehicle: &Vehicle| vehicle.is_on_road() && vehicle.control == Control::Driving;
        let numbers = (0..self.vehicles.len()).rev().filter(|&i| free(&self.vehicles[i]));
        let left: Vec<VehicleIdx> = numbers.take(count).map(|i| VehicleIdx(i as u32)).collect();
        for &idx in &left {
            self.take_off(idx);
            self.forget(idx);
        }
        left
    }

    /// Parks so many more vehicles at the kerb, as far as there is room.
    pub fn park_more(&mut self, count: usize, mix: &FleetMix, rng: &mut SmallRng) -> Vec<VehicleIdx> {
        let mut parked = Vec::new();
        for _ in 0..count {
            let Some((link, offset_m)) = self.draw_bay(rng) else { break };
            let idx = self.create(Place { link, lane: 0, offset_m }, mix, rng);
            self.vehicles[idx.at()].presence = Presence::Parked;
            parked.push(idx);
        }
        parked
    }

    /// Gives back the place in the tables of a vehicle that is off the lanes.
    pub fn forget(&mut self, idx: VehicleIdx) {
        let vehicle = &mut self.vehicles[idx.at()];
        (vehicle.presence, vehicle.control, vehicle.halt) = (Presence::Gone, Control::Standing, Halt::None);
        self.trips[idx.at()].route = Vec::new();
        self.slots.free.push(idx);
    }

    fn put_on(&mut self, idx: VehicleIdx, demand: &mut Demand) {
        let place = self.vehicles[idx.at()].place();
        self.lanes.insert(self.streets.lane(place.link, place.lane), idx, &self.vehicles);
        demand.extend_route(self, idx);
        self.choose_lanes(idx);
    }

    fn create(&mut self, place: Place, mix: &FleetMix, rng: &mut SmallRng) -> VehicleIdx {
        let kind = mix.draw(rng);
        let vehicle = Vehicle {
            kind,
            length_m: length_m(kind),
            driver: draw_driver(kind, rng),
            link: place.link,
            lane: place.lane,
            offset_m: place.offset_m,
            speed_mps: 0.0,
            accel_mps2: 0.0,
            next_mps: 0.0,
            advance_m: 0.0,
            presence: Presence::OnRoad,
            halt: Halt::None,
            halt_m: f64::INFINITY,
            cleared: 0,
            control: Control::Driving,
            on_call: false,
            suited: u32::MAX,
            lets_in: VehicleIdx::NONE,
            standing_s: 0.0,
            still_s: 0.0,
            patience_s: rng.random_range(PATIENCE_S),
            before: place,
            speed_before_mps: 0.0,
        };
        let trip = Trip {
            serial: self.slots.next_serial,
            route: vec![place.link],
            at: 0,
            is_last: false,
            vanishes: false,
            tail: Vec::new(),
            entry_lanes: [0; LONGEST_CHAIN],
            asking_since: None,
            cleared_at: 0,
            changed_lane_at: 0,
            halts_until: 0,
        };
        self.slots.next_serial += 1;
        if let Some(idx) = self.slots.free.pop() {
            (self.vehicles[idx.at()], self.trips[idx.at()]) = (vehicle, trip);
            return idx;
        }
        self.vehicles.push(vehicle);
        self.trips.push(trip);
        VehicleIdx(self.vehicles.len() as u32 - 1)
    }

    /// Places with room for any vehicle, all lanes of all links.
    fn free_places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for link in (0..self.streets.len()).map(|i| LinkIdx(i as u32)) {
            let street = self.streets.get(link);
            let count = ((street.length_m - 1.0) / SPACE_M).floor().max(0.0) as usize;
            for lane in 0..street.lanes {
                let offsets = (1..=count).map(|nth| nth as f64 * SPACE_M);
                places.extend(offsets.map(|offset_m| Place { link, lane, offset_m }));
            }
        }
        places
    }
}

//! Puts the vehicles on the road.

use std::collections::VecDeque;

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use roadnet::LinkIdx;
use thiserror::Error;

use super::demand::Demand;
use super::fleet::{FleetMix, LONGEST_M, draw_driver, length_m};
use super::plan::TrafficPlan;
use super::vehicle::{Control, Place, Vehicle, VehicleIdx};
use super::world::World;

/// Road that one vehicle takes at the start, m.
const SPACE_M: f64 = LONGEST_M + 3.0;

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

impl World {
    /// Whether the network has room for so many.
    pub(crate) fn check_room(&self, asked: usize) -> Result<(), BuildError> {
        let room = self.free_places().len();
        if asked > room { Err(BuildError::TooManyVehicles { asked, room }) } else { Ok(()) }
    }

    /// Places all vehicles of a plan by chance, each standing in a free place.
    pub(crate) fn populate(
        &mut self,
        plan: &TrafficPlan,
        demand: &mut Demand,
        rng: &mut SmallRng,
    ) -> Result<(), BuildError> {
        self.check_room(plan.vehicles)?;
        self.bring_in(plan.vehicles, &plan.mix, demand, rng);
        Ok(())
    }

    /// Places so many more vehicles, as far as there is room.
    pub(crate) fn bring_in(
        &mut self,
        count: usize,
        mix: &FleetMix,
        demand: &mut Demand,
        rng: &mut SmallRng,
    ) -> Vec<VehicleIdx> {
        let mut places = self.free_places();
        places.shuffle(rng);
        let is_free = |world: &Self, place: &Place| {
            let lane = world.streets.lane(place.link, place.lane);
            let near =
                |idx: &VehicleIdx| (world.vehicles[idx.at()].offset_m - place.offset_m).abs() < SPACE_M;
            !world.lanes.fronts(lane).iter().any(near)
                && world.lanes.rearmost_tail(lane, &world.vehicles, &world.streets).is_none()
        };
        let mut entered = Vec::new();
        for place in places {
            if entered.len() >= count {
                break;
            }
            if is_free(self, &place) {
                entered.push(self.place(place, mix, demand, rng));
            }
        }
        entered
    }

    /// Takes so many vehicles off the road, the last first, but none of an incident.
    pub(crate) fn send_away(&mut self, count: usize) -> Vec<VehicleIdx> {
        let free = |vehicle: &Vehicle| !vehicle.gone && vehicle.control == Control::Driving;
        let numbers = (0..self.vehicles.len()).rev().filter(|&i| free(&self.vehicles[i]));
        let left: Vec<VehicleIdx> = numbers.take(count).map(|i| VehicleIdx(i as u32)).collect();
        for &idx in &left {
            self.revoke(idx);
            let vehicle = &self.vehicles[idx.at()];
            self.lanes.remove(self.streets.lane(vehicle.link(), vehicle.lane), idx);
            let tail: Vec<_> = vehicle.tail.iter().copied().collect();
            for part in tail {
                self.lanes.tail_leaves(self.streets.lane(part.link, part.lane), idx);
                self.release(idx, part.link);
            }
            let vehicle = &mut self.vehicles[idx.at()];
            vehicle.tail.clear();
            (vehicle.gone, vehicle.control) = (true, Control::Standing);
        }
        left
    }

    fn place(&mut self, place: Place, mix: &FleetMix, demand: &mut Demand, rng: &mut SmallRng) -> VehicleIdx {
        let idx = VehicleIdx(self.vehicles.len() as u32);
        let kind = mix.draw(rng);
        self.vehicles.push(Vehicle {
            kind,
            length_m: length_m(kind),
            driver: draw_driver(kind, rng),
            route: VecDeque::from([place.link]),
            lane: place.lane,
            offset_m: place.offset_m,
            speed_mps: 0.0,
            accel_mps2: 0.0,
            tail: VecDeque::new(),
            entry_lanes: VecDeque::new(),
            asking_since: None,
            cleared_at: 0,
            standing_s: 0.0,
            control: Control::Driving,
            before: place,
            speed_before_mps: 0.0,
            changed_lane_at: 0,
            gone: false,
            patience_s: rng.random_range(60.0..120.0),
        });
        self.lanes.insert(self.streets.lane(place.link, place.lane), idx, &self.vehicles);
        demand.extend_route(self, idx);
        idx
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

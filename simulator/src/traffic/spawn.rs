//! Puts the vehicles on the road.

use std::collections::VecDeque;

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use roadnet::LinkIdx;
use thiserror::Error;

use super::demand::Demand;
use super::fleet::{LONGEST_M, draw_driver, length_m};
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
    /// Places all vehicles of a plan by chance, each standing in a free place.
    pub(crate) fn populate(
        &mut self,
        plan: &TrafficPlan,
        demand: &mut Demand,
        rng: &mut SmallRng,
    ) -> Result<(), BuildError> {
        let mut places = self.free_places();
        if plan.vehicles > places.len() {
            return Err(BuildError::TooManyVehicles { asked: plan.vehicles, room: places.len() });
        }
        places.shuffle(rng);
        for place in places.into_iter().take(plan.vehicles) {
            let idx = VehicleIdx(self.vehicles.len() as u32);
            let kind = plan.mix.draw(rng);
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
                patience_s: rng.random_range(60.0..120.0),
            });
            self.lanes.insert(self.streets.lane(place.link, place.lane), idx, &self.vehicles);
            demand.extend_route(self, idx);
        }
        Ok(())
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

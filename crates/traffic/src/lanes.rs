//! Who is on which lane, front to back.

use super::street::Streets;
use super::vehicle::{Trip, Vehicle, VehicleIdx};

/// What is seen of a vehicle from behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rear {
    pub vehicle: VehicleIdx,
    /// Metres from the start of the lane's link to the rear; may be negative.
    pub offset_m: f64,
    pub speed_mps: f64,
}

/// The vehicles of every lane.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// Those whose front is on the lane, foremost first.
    fronts: Vec<Vec<VehicleIdx>>,
    /// Those whose front has left the lane, but not their tail.
    tails: Vec<Vec<VehicleIdx>>,
}

impl Lanes {
    pub fn new(lane_count: usize) -> Self {
        Self { fronts: vec![Vec::new(); lane_count], tails: vec![Vec::new(); lane_count] }
    }

    /// Those whose front is on the lane, foremost first.
    pub fn fronts(&self, lane: usize) -> &[VehicleIdx] {
        &self.fronts[lane]
    }

    /// Whether the tail of a vehicle that has driven on lies on the lane.
    pub fn has_tails(&self, lane: usize) -> bool {
        !self.tails[lane].is_empty()
    }

    /// Nobody and nothing is on the lane.
    pub fn is_empty(&self, lane: usize) -> bool {
        self.fronts[lane].is_empty() && self.tails[lane].is_empty()
    }

    /// A vehicle comes in at the back.
    pub fn enter(&mut self, lane: usize, vehicle: VehicleIdx) {
        self.fronts[lane].push(vehicle);
    }

    /// The front of a vehicle leaves the lane, its tail stays.
    pub fn front_leaves(&mut self, lane: usize, vehicle: VehicleIdx) {
        self.remove(lane, vehicle);
        self.tails[lane].push(vehicle);
    }

    /// The tail of a vehicle leaves the lane.
    pub fn tail_leaves(&mut self, lane: usize, vehicle: VehicleIdx) {
        self.tails[lane].retain(|&other| other != vehicle);
    }

    /// Takes a vehicle off the lane.
    pub fn remove(&mut self, lane: usize, vehicle: VehicleIdx) {
        let fronts = &mut self.fronts[lane];
        if let Some(at) = fronts.iter().position(|&other| other == vehicle) {
            fronts.remove(at);
        }
    }

    /// Puts a vehicle on the lane where its offset says.
    pub fn insert(&mut self, lane: usize, vehicle: VehicleIdx, vehicles: &[Vehicle]) {
        let at = self.ahead_of(lane, vehicles[vehicle.at()].offset_m, vehicles);
        self.fronts[lane].insert(at, vehicle);
    }

    /// How many on the lane have their front ahead of a place.
    pub fn ahead_of(&self, lane: usize, offset_m: f64, vehicles: &[Vehicle]) -> usize {
        self.fronts[lane].partition_point(|other| vehicles[other.at()].offset_m > offset_m)
    }

    /// The last vehicle on the lane: the one that whoever comes in sees first.
    pub fn rearmost(
        &self,
        lane: usize,
        vehicles: &[Vehicle],
        trips: &[Trip],
        streets: &Streets,
    ) -> Option<Rear> {
        match self.fronts[lane].last() {
            Some(&last) => Some(front_rear(last, vehicles)),
            None => self.rearmost_tail(lane, vehicles, trips, streets),
        }
    }

    /// The nearest tail that still lies on the lane, seen by the foremost vehicle on it.
    pub fn rearmost_tail(
        &self,
        lane: usize,
        vehicles: &[Vehicle],
        trips: &[Trip],
        streets: &Streets,
    ) -> Option<Rear> {
        let rears = self.tails[lane].iter().filter_map(|&idx| {
            let (vehicle, tail) = (&vehicles[idx.at()], &trips[idx.at()].tail);
            let nth = tail.iter().position(|tail| streets.lane(tail.link, tail.lane) == lane)?;
            Some(Rear {
                vehicle: idx,
                offset_m: vehicle.rear_on_tail_m(tail, nth, streets),
                speed_mps: vehicle.speed_mps,
            })
        });
        rears.min_by(|a, b| a.offset_m.total_cmp(&b.offset_m))
    }
}

/// The rear of a vehicle whose front is on the lane.
pub(crate) fn front_rear(idx: VehicleIdx, vehicles: &[Vehicle]) -> Rear {
    let vehicle = &vehicles[idx.at()];
    Rear { vehicle: idx, offset_m: vehicle.rear_m(), speed_mps: vehicle.speed_mps }
}

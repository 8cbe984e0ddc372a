//! Checks on the state of the traffic that must always hold.

use super::simulation::Simulation;
use super::vehicle::VehicleIdx;

/// Rounding that an overlap may come from, m.
const TOLERANCE_M: f64 = 1e-6;

impl Simulation {
    /// Pairs of vehicles that lie on the same piece of the same lane. Empty at all times, or there is a bug.
    #[must_use]
    pub fn overlaps(&self) -> Vec<(VehicleIdx, VehicleIdx)> {
        let world = self.world();
        let mut spans: Vec<(usize, f64, f64, VehicleIdx)> = Vec::new();
        for (i, vehicle) in world.vehicles.iter().enumerate().filter(|(_, vehicle)| vehicle.is_on_road()) {
            let idx = VehicleIdx(i as u32);
            let tails = &world.trips[i].tail;
            let lane = world.streets.lane(vehicle.link, vehicle.lane);
            spans.push((lane, vehicle.rear_m().max(0.0), vehicle.offset_m, idx));
            for (nth, tail) in tails.iter().enumerate() {
                let lane = world.streets.lane(tail.link, tail.lane);
                let rear_m = vehicle.rear_on_tail_m(tails, nth, &world.streets).max(0.0);
                spans.push((lane, rear_m, world.streets.get(tail.link).length_m, idx));
            }
        }
        spans.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.3.cmp(&b.3)));
        let touching = |pair: &&[(usize, f64, f64, VehicleIdx)]| {
            pair[0].0 == pair[1].0 && pair[0].3 != pair[1].3 && pair[0].2 > pair[1].1 + TOLERANCE_M
        };
        spans.windows(2).filter(touching).map(|pair| (pair[0].3, pair[1].3)).collect()
    }
}

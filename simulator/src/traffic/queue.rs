//! Queues: who stands behind whom.

use roadnet::LinkIdx;

use super::vehicle::VehicleIdx;
use super::world::World;

/// Slower than this belongs to a queue, m/s.
const QUEUE_MPS: f64 = 2.0;
/// A larger gap ends a queue, m.
const QUEUE_GAP_M: f64 = 20.0;

impl World {
    /// The slow vehicles (below 2 m/s) in line behind one that stands, nearest first, over all links that lead there.
    pub fn queue_behind(&self, head: VehicleIdx) -> Vec<VehicleIdx> {
        let vehicle = &self.vehicles[head.at()];
        let mut queue = Vec::new();
        let lane = self.streets.lane(vehicle.link(), vehicle.lane);
        let behind = self.lanes.fronts(lane).iter().skip_while(|&&other| other != head).skip(1);
        let rest_m = self.follow_lane(behind.copied(), vehicle.rear_m(), &mut queue);
        let mut open: Vec<(LinkIdx, f64)> = rest_m.map(|gap_m| (vehicle.link(), gap_m)).into_iter().collect();
        while let Some((link, gap_m)) = open.pop() {
            let node = self.network.link(link).from;
            for &from in self.network.incoming(node) {
                for lane in 0..self.streets.get(from).lanes {
                    let fronts = self.lanes.fronts(self.streets.lane(from, lane));
                    let goes_on = |&idx: &VehicleIdx| self.vehicles[idx.at()].route.get(1) == Some(&link);
                    let known = |idx: &VehicleIdx| queue.contains(idx);
                    if fronts.first().is_some_and(|first| goes_on(first) && !known(first)) {
                        let edge_m = self.streets.get(from).length_m + gap_m;
                        let rest_m = self.follow_lane(fronts.iter().copied(), edge_m, &mut queue);
                        open.extend(rest_m.map(|gap_m| (from, gap_m)));
                    }
                }
            }
        }
        queue
    }

    /// Adds those who queue behind `edge_m`, front to back. If the queue reaches the start of the link, where
    /// its last rear is, from there (negative where a tail lies on the links before).
    fn follow_lane(
        &self,
        vehicles: impl Iterator<Item = VehicleIdx>,
        edge_m: f64,
        queue: &mut Vec<VehicleIdx>,
    ) -> Option<f64> {
        let mut edge_m = edge_m;
        for idx in vehicles {
            let vehicle = &self.vehicles[idx.at()];
            if edge_m - vehicle.offset_m > QUEUE_GAP_M || vehicle.speed_mps >= QUEUE_MPS {
                return None;
            }
            queue.push(idx);
            edge_m = vehicle.rear_m();
        }
        (edge_m < QUEUE_GAP_M).then_some(edge_m)
    }
}

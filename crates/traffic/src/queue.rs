//! Queues: who stands behind whom.

use roadnet::LinkIdx;

use super::vehicle::VehicleIdx;
use super::world::World;

/// Slower than this belongs to a queue, m/s.
const QUEUE_MPS: f64 = 2.0;
/// A larger gap ends a queue, m.
const QUEUE_GAP_M: f64 = 20.0;

/// A queue: vehicles in line below 2 m/s with less than 20 m between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// The lane at its head: the number of the link, and of the lane from the right, from 0.
    pub head_link: LinkIdx,
    /// See `head_link`.
    pub head_lane: u8,
    /// The pieces of road that it covers, head first. A piece of one link may come again for other lanes that lead there.
    pub stretches: Vec<Stretch>,
    /// Those in it, the foremost first.
    pub vehicles: Vec<VehicleIdx>,
    /// Their mean speed, m/s.
    pub mean_speed_mps: f64,
}

/// A piece of a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// The link.
    pub link: LinkIdx,
    /// Metres from its start to the tail.
    pub from_m: f64,
    /// Metres from its start to the head.
    pub to_m: f64,
}

impl World {
    /// The queues with at least so many vehicles. A vehicle is in one queue at most.
    pub fn queues(&self, least: usize) -> Vec<Queue> {
        let mut taken = vec![false; self.vehicles.len()];
        let mut queues = Vec::new();
        for (i, vehicle) in self.vehicles.iter().enumerate() {
            let head = VehicleIdx(i as u32);
            if !vehicle.is_on_road() || vehicle.speed_mps >= QUEUE_MPS || taken[i] || self.is_led(head) {
                continue;
            }
            let mut vehicles = vec![head];
            vehicles.extend(self.queue_behind(head));
            vehicles.retain(|idx| !std::mem::replace(&mut taken[idx.at()], true));
            if vehicles.len() >= least {
                queues.push(self.queue_of(vehicles));
            }
        }
        queues
    }

    /// Whether somebody else of a queue is right ahead in the same lane.
    fn is_led(&self, idx: VehicleIdx) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        let fronts = self.lanes.fronts(self.streets.lane(vehicle.link, vehicle.lane));
        let ahead = fronts.iter().take_while(|&&other| other != idx).last();
        ahead.is_some_and(|ahead| {
            let ahead = &self.vehicles[ahead.at()];
            ahead.speed_mps < QUEUE_MPS && ahead.rear_m() - vehicle.offset_m <= QUEUE_GAP_M
        })
    }

    fn queue_of(&self, vehicles: Vec<VehicleIdx>) -> Queue {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut last_lane = None;
        let mut speeds_mps = 0.0;
        for idx in &vehicles {
            let vehicle = &self.vehicles[idx.at()];
            let (link, lane, from_m) = (vehicle.link, vehicle.lane, vehicle.rear_m().max(0.0));
            speeds_mps += vehicle.speed_mps;
            match stretches.last_mut().filter(|_| last_lane == Some((link, lane))) {
                Some(stretch) => stretch.from_m = stretch.from_m.min(from_m),
                None => stretches.push(Stretch { link, from_m, to_m: vehicle.offset_m }),
            }
            last_lane = Some((link, lane));
        }
        let head = vehicles.first().map(|idx| &self.vehicles[idx.at()]);
        Queue {
            head_link: head.map_or(LinkIdx(0), |vehicle| vehicle.link),
            head_lane: head.map_or(0, |vehicle| vehicle.lane),
            mean_speed_mps: speeds_mps / vehicles.len().max(1) as f64,
            stretches,
            vehicles,
        }
    }

    /// The slow vehicles (below 2 m/s) in line behind one that stands, nearest first, over all links that lead there.
    pub fn queue_behind(&self, head: VehicleIdx) -> Vec<VehicleIdx> {
        let vehicle = &self.vehicles[head.at()];
        let mut queue = Vec::new();
        let lane = self.streets.lane(vehicle.link, vehicle.lane);
        let behind = self.lanes.fronts(lane).iter().skip_while(|&&other| other != head).skip(1);
        let rest_m = self.follow_lane(behind.copied(), vehicle.rear_m(), &mut queue);
        let mut open: Vec<(LinkIdx, f64)> = rest_m.map(|gap_m| (vehicle.link, gap_m)).into_iter().collect();
        while let Some((link, gap_m)) = open.pop() {
            let node = self.network.link(link).from;
            for &from in self.network.incoming(node) {
                for lane in 0..self.streets.get(from).lanes {
                    let fronts = self.lanes.fronts(self.streets.lane(from, lane));
                    let goes_on = |&idx: &VehicleIdx| self.trips[idx.at()].link_ahead(1) == Some(link);
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

    /// Whether another follows a vehicle this close behind, in its lane or about to come into it.
    pub fn is_followed(&self, idx: VehicleIdx, within_m: f64) -> bool {
        let vehicle = &self.vehicles[idx.at()];
        let fronts = self.lanes.fronts(self.streets.lane(vehicle.link, vehicle.lane));
        if let Some(behind) = fronts.iter().skip_while(|&&other| other != idx).nth(1) {
            return vehicle.rear_m() - self.vehicles[behind.at()].offset_m < within_m;
        }
        let node = self.network.link(vehicle.link).from;
        let before = self.network.incoming(node).iter().flat_map(|&from| {
            let lanes = 0..self.streets.get(from).lanes;
            lanes.filter_map(move |lane| self.lanes.fronts(self.streets.lane(from, lane)).first())
        });
        before.into_iter().any(|other| {
            let (other, trip) = (&self.vehicles[other.at()], &self.trips[other.at()]);
            let left_m = self.streets.get(other.link).length_m - other.offset_m;
            other.cleared > 0
                && trip.link_ahead(1) == Some(vehicle.link)
                && trip.entry_lanes[0] == vehicle.lane
                && vehicle.rear_m() + left_m < within_m
        })
    }
}

//! The road network as driving needs it: lengths, limits, bends and crossings, by number.

use model::LatLon;
use model::geo::{heading_difference_deg, normal_deg};
use roadnet::{Link, LinkIdx, Network};

use super::turn::turn_speed_mps;

/// Metres on either side of a point over which a direction is taken, so that a kink of the drawing is no corner.
const HEADING_REACH_M: f64 = 6.0;
/// Width of a lane.
pub(crate) const LANE_WIDTH_M: f64 = 3.2;

/// A place inside a link where one has to be slow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bend {
    /// Metres from the start of the link.
    pub offset_m: f64,
    /// The speed it can be taken with.
    pub speed_mps: f64,
}

/// What driving on one link needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Street {
    pub length_m: f64,
    pub limit_mps: f64,
    pub lanes: u8,
    /// Number of lane 0 of this link among all lanes of the network.
    pub first_lane: u32,
    /// Direction of travel where the link begins and where it ends.
    pub heading_start_deg: f64,
    pub heading_end_deg: f64,
    /// Node at the end.
    pub to: usize,
    /// The other direction of the road shares the line, so traffic keeps right of it.
    pub two_way: bool,
    pub bends: Box<[Bend]>,
}

/// All links of a network, compiled.
#[derive(Debug)]
pub(crate) struct Streets {
    streets: Vec<Street>,
    lane_count: usize,
    /// For each node, whether traffic has to take turns there.
    shared: Vec<bool>,
}

impl Streets {
    pub fn new(network: &Network) -> Self {
        let mut streets: Vec<Street> = Vec::with_capacity(network.link_count());
        let mut lane_count = 0;
        for (_, link) in network.links() {
            let street = Street::new(link, lane_count);
            lane_count += u32::from(street.lanes);
            streets.push(street);
        }
        let mut streets = Self { streets, lane_count: lane_count as usize, shared: Vec::new() };
        streets.shared = (0..network.node_count()).map(|node| streets.is_shared(network, node)).collect();
        streets
    }

    pub fn get(&self, link: LinkIdx) -> &Street {
        &self.streets[link.0 as usize]
    }

    pub fn len(&self) -> usize {
        self.streets.len()
    }

    pub fn lane_count(&self) -> usize {
        self.lane_count
    }

    /// The number of one lane of a link among all lanes.
    pub fn lane(&self, link: LinkIdx, lane: u8) -> usize {
        self.get(link).first_lane as usize + usize::from(lane)
    }

    /// Whether vehicles at the end of this link may get in each other's way.
    pub fn ends_at_shared_node(&self, link: LinkIdx) -> bool {
        self.shared[self.get(link).to]
    }

    /// The angle between two links that follow one another, 0 = straight on, 180 = back.
    pub fn turn_deg(&self, from: LinkIdx, to: LinkIdx) -> f64 {
        heading_difference_deg(self.get(from).heading_end_deg, self.get(to).heading_start_deg)
    }

    /// Whether two movements through a node get in each other's way.
    pub fn in_conflict(&self, a: Movement, b: Movement) -> bool {
        if a.from == b.from {
            return a.from_lane != b.from_lane && a.to == b.to && a.to_lane == b.to_lane;
        }
        if a.to == b.to {
            return true;
        }
        // Around the node, traffic keeps right: on each arm the way in lies a little before the way out (clockwise).
        let arrival = |link| normal_deg(self.get(link).heading_end_deg + 180.0 - ARM_HALF_WIDTH_DEG);
        let departure = |link| normal_deg(self.get(link).heading_start_deg + ARM_HALF_WIDTH_DEG);
        let origin = arrival(a.from);
        let reach = normal_deg(departure(a.to) - origin);
        let inside = |bearing: f64| normal_deg(bearing - origin) < reach;
        inside(arrival(b.from)) != inside(departure(b.to))
    }

    /// The lanes of `to` that a vehicle in `lane` of `from` may enter, so that parallel lanes never cross.
    pub fn lanes_ahead(&self, from: LinkIdx, lane: u8, to: LinkIdx) -> std::ops::RangeInclusive<u8> {
        let (n, m) = (u32::from(self.get(from).lanes), u32::from(self.get(to).lanes));
        let lane = u32::from(lane);
        let first = lane * m / n;
        let last = ((lane + 1) * m).div_ceil(n) - 1;
        (first as u8)..=(last.max(first) as u8)
    }

    /// Nodes where one road goes on into others, lane by lane, need no turns taken.
    fn is_shared(&self, network: &Network, node: usize) -> bool {
        let node = roadnet::NodeIdx(node as u32);
        let (incoming, outgoing) = (network.incoming(node), network.outgoing(node));
        let movements = |from: LinkIdx| {
            outgoing.iter().flat_map(move |&to| {
                (0..self.get(from).lanes).flat_map(move |from_lane| {
                    self.lanes_ahead(from, from_lane, to).map(move |to_lane| Movement {
                        from,
                        from_lane,
                        to,
                        to_lane,
                    })
                })
            })
        };
        let all: Vec<Movement> = incoming.iter().flat_map(|&from| movements(from)).collect();
        // Where a road merely goes on, turning back there is no reason to stop for everybody else.
        let through = |m: &Movement| network.link(m.from).opposite != Some(m.to) || outgoing.len() == 1;
        let all: Vec<Movement> = all.into_iter().filter(through).collect();
        all.iter().enumerate().any(|(i, &a)| all[i + 1..].iter().any(|&b| self.in_conflict(a, b)))
    }
}

/// Degrees between the middle of an arm of a crossing and its ways in and out.
const ARM_HALF_WIDTH_DEG: f64 = 4.0;

/// One way through a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Movement {
    pub from: LinkIdx,
    pub from_lane: u8,
    pub to: LinkIdx,
    pub to_lane: u8,
}

impl Street {
    fn new(link: &Link, first_lane: u32) -> Self {
        let length_m = link.line.length_m();
        Self {
            length_m,
            limit_mps: link.speed_limit_mps,
            lanes: link.lanes.max(1),
            first_lane,
            heading_start_deg: heading_between(link, 0.0, HEADING_REACH_M.min(length_m)),
            heading_end_deg: heading_between(link, (length_m - HEADING_REACH_M).max(0.0), length_m),
            to: link.to.0 as usize,
            two_way: link.opposite.is_some(),
            bends: bends(link),
        }
    }
}

/// The place of a vehicle's front, in its lane.
pub(crate) fn position_in_lane(link: &Link, street: &Street, lane: u8, offset_m: f64) -> (LatLon, f64) {
    let heading_deg = link.line.heading_at(offset_m);
    let (lane, lanes) = (f64::from(lane), f64::from(street.lanes));
    // Lane 0 is the rightmost one.
    let right_lanes = if street.two_way { lanes - lane - 0.5 } else { (lanes - 1.0) / 2.0 - lane };
    let right_m = right_lanes * LANE_WIDTH_M;
    let place = link.line.point_at(offset_m);
    let plane = model::LocalPlane::at(place);
    let (sin, cos) = (heading_deg + 90.0).to_radians().sin_cos();
    (plane.to_lat_lon(right_m * sin, right_m * cos), heading_deg)
}

fn heading_between(link: &Link, from_m: f64, to_m: f64) -> f64 {
    link.line.point_at(from_m).bearing_deg(link.line.point_at(to_m))
}

fn bends(link: &Link) -> Box<[Bend]> {
    let length_m = link.line.length_m();
    let mut offset_m = 0.0;
    let mut bends = Vec::new();
    let points = link.line.points();
    for pair in points.windows(2).take(points.len().saturating_sub(2)) {
        offset_m += pair[0].distance_m(pair[1]);
        if offset_m < 1.0 || offset_m > length_m - 1.0 {
            continue;
        }
        let before = heading_between(link, (offset_m - HEADING_REACH_M).max(0.0), offset_m);
        let after = heading_between(link, offset_m, (offset_m + HEADING_REACH_M).min(length_m));
        let speed_mps = turn_speed_mps(heading_difference_deg(before, after));
        if speed_mps < link.speed_limit_mps {
            bends.push(Bend { offset_m, speed_mps });
        }
    }
    bends.into()
}

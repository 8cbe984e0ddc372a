//! The road network as driving needs it: lengths, limits and bends of the links, by number.

use model::LatLon;
use model::geo::heading_difference_deg;
use roadnet::{Link, LinkIdx, Network};

use super::turn::turn_speed_mps;
use super::turns::Turns;

/// Metres on either side of a point over which a direction is taken, so that a kink of the drawing is no corner.
const HEADING_REACH_M: f64 = 6.0;
/// Width of a lane.
pub(crate) const LANE_WIDTH_M: f64 = 3.2;
/// Most lanes of a link that are told apart.
const MOST_LANES: u8 = 16;

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
    /// Nodes at its ends.
    pub from: usize,
    pub to: usize,
    /// The other direction of the road shares the line, so traffic keeps right of it.
    pub two_way: bool,
    pub bends: Box<[Bend]>,
    /// Where buses stop, m from the start.
    pub bus_stop_m: Option<f64>,
}

/// All links of a network, compiled, with the turns from one to another.
#[derive(Debug)]
pub(crate) struct Streets {
    streets: Vec<Street>,
    lanes: Vec<(LinkIdx, u8)>,
    pub turns: Turns,
    /// Links with more than one lane.
    wide: Vec<LinkIdx>,
    /// Links where traffic comes into the network: no turn leads there.
    sources: Vec<LinkIdx>,
}

impl Streets {
    pub fn new(network: &Network) -> Self {
        let mut streets: Vec<Street> = Vec::with_capacity(network.link_count());
        let mut lanes = Vec::new();
        for (idx, link) in network.links() {
            let street = Street::new(link, lanes.len() as u32);
            lanes.extend((0..street.lanes).map(|lane| (idx, lane)));
            streets.push(street);
        }
        super::stops::place_bus_stops(network, &mut streets);
        let turns = Turns::new(network, &streets);
        let all = || (0..streets.len() as u32).map(LinkIdx);
        let wide = all().filter(|link| streets[link.0 as usize].lanes > 1).collect();
        let sources = all().filter(|&link| turns.is_source(link)).collect();
        Self { streets, lanes, turns, wide, sources }
    }

    pub fn get(&self, link: LinkIdx) -> &Street {
        &self.streets[link.0 as usize]
    }

    pub fn len(&self) -> usize {
        self.streets.len()
    }

    pub fn lane_count(&self) -> usize {
        self.lanes.len()
    }

    /// The number of one lane of a link among all lanes.
    pub fn lane(&self, link: LinkIdx, lane: u8) -> usize {
        self.get(link).first_lane as usize + usize::from(lane)
    }

    /// Links with more than one lane.
    pub fn wide(&self) -> &[LinkIdx] {
        &self.wide
    }

    /// Links where traffic comes into the network.
    pub fn sources(&self) -> &[LinkIdx] {
        &self.sources
    }

    /// Whether traffic leaves the network at the end of a link.
    pub fn is_exit(&self, link: LinkIdx) -> bool {
        self.turns.of(link).is_empty()
    }
}

impl Street {
    fn new(link: &Link, first_lane: u32) -> Self {
        let length_m = link.line.length_m();
        Self {
            length_m,
            limit_mps: link.speed_limit_mps,
            lanes: link.lanes.clamp(1, MOST_LANES),
            first_lane,
            heading_start_deg: heading_between(link, 0.0, HEADING_REACH_M.min(length_m)),
            heading_end_deg: heading_between(link, (length_m - HEADING_REACH_M).max(0.0), length_m),
            from: link.from.0 as usize,
            to: link.to.0 as usize,
            two_way: link.opposite.is_some(),
            bends: bends(link),
            bus_stop_m: None,
        }
    }

    /// All its lanes, as a set.
    pub fn all_lanes(&self) -> u32 {
        (1 << self.lanes) - 1
    }
}

/// The place of a vehicle's front, in its lane; lane -1 is the kerb.
pub(crate) fn position_in_lane(link: &Link, street: &Street, lane: i8, offset_m: f64) -> (LatLon, f64) {
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

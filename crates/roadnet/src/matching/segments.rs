//! The network as flat rows of straight segments on one plane: what matching looks at, without a pointer to follow.

use crate::{LinkIdx, Network};
use model::{LatLon, LocalPlane};

/// Metres that a single-lane carriageway's users keep off its line at most.
const LANE_ALLOWANCE_M: f32 = 2.0;
/// Half a lane, in metres: each further lane puts its users this much farther off the line.
const HALF_LANE_M: f32 = 1.75;

/// A straight piece of a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    /// Its beginning, metres east and north on the plane.
    pub(super) x_m: f32,
    pub(super) y_m: f32,
    /// Its direction, a unit vector.
    pub(super) east: f32,
    pub(super) north: f32,
    pub(super) length_m: f32,
    /// Metres from the beginning of the link.
    pub(super) start_m: f32,
    /// How far off the line its lanes reach, in metres.
    pub(super) half_width_m: f32,
    pub(super) link: u32,
}

/// The segments of one link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) end: u32,
    pub(super) length_m: f32,
    /// Where its ways on begin and end in `onward`.
    onward: (u32, u32),
}

#[derive(Debug)]
pub(super) struct Segments {
    pub(super) plane: LocalPlane,
    pub(super) rows: Vec<Segment>,
    /// By link.
    pub(super) spans: Vec<Span>,
    /// The first segments of the links that go on from each link.
    onward: Vec<u32>,
}

impl Segments {
    #[allow(clippy::cast_possible_truncation)] // f32 holds centimetres up to 100 km from the centre
    pub(super) fn of(network: &Network) -> Self {
        let centre = network.bounds().map_or(LatLon::new(0.0, 0.0), |bounds| bounds.center());
        let plane = LocalPlane::at(centre);
        let mut rows = Vec::new();
        let mut spans = Vec::with_capacity(network.link_count());
        for (LinkIdx(number), link) in network.links() {
            let first = rows.len() as u32;
            let half_width_m = LANE_ALLOWANCE_M + HALF_LANE_M * f32::from(link.lanes.saturating_sub(1));
            let mut start_m = 0.0_f64;
            let flat: Vec<(f64, f64)> =
                link.line.points().iter().map(|point| plane.to_xy_m(*point)).collect();
            for pair in flat.windows(2) {
                let (east, north) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                let length_m = east.hypot(north);
                if length_m > 0.0 {
                    rows.push(Segment {
                        x_m: pair[0].0 as f32,
                        y_m: pair[0].1 as f32,
                        east: (east / length_m) as f32,
                        north: (north / length_m) as f32,
                        length_m: length_m as f32,
                        start_m: start_m as f32,
                        half_width_m,
                        link: number,
                    });
                }
                start_m += length_m;
            }
            spans.push(Span { first, end: rows.len() as u32, length_m: start_m as f32, onward: (0, 0) });
        }
        let mut onward = Vec::new();
        for (number, link) in network.links() {
            let begin = onward.len() as u32;
            let next = network.outgoing(link.to);
            // Turning back is no way on where there is another.
            let is_on = |way: &&LinkIdx| link.opposite != Some(**way) || next.len() == 1;
            let ways = next.iter().filter(is_on).map(|way| spans[way.0 as usize]);
            onward.extend(ways.filter(|span| span.first < span.end).map(|span| span.first));
            spans[number.0 as usize].onward = (begin, onward.len() as u32);
        }
        Self { plane, rows, spans, onward }
    }

    /// The first segments of the links that go on from a link.
    pub(super) fn onward(&self, link: u32) -> &[u32] {
        let (begin, end) = self.spans[link as usize].onward;
        &self.onward[begin as usize..end as usize]
    }
}

impl Segment {
    /// The closest place on the segment: metres along it, and metres off it (positive to the right).
    pub(super) fn project(&self, x_m: f32, y_m: f32) -> (f32, f32, f32) {
        let (dx, dy) = (x_m - self.x_m, y_m - self.y_m);
        let along = (dx * self.east + dy * self.north).clamp(0.0, self.length_m);
        let right = dx * self.north - dy * self.east;
        let (ox, oy) = (dx - along * self.east, dy - along * self.north);
        (along, (ox * ox + oy * oy).sqrt(), right)
    }
}

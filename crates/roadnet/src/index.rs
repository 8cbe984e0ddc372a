//! Finds the links around a place: a packed R-tree over the straight segments of all roads.

use std::collections::BTreeMap;

use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use model::geo::normal_deg;
use model::{LatLon, LocalPlane};

use crate::{Direction, Line, Link, LinkIdx};

/// The closest place on a link to some point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// The link.
    pub link: LinkIdx,
    /// Metres from the start of the link, in its direction of travel.
    pub offset_m: f64,
    /// Metres between the point and the link.
    pub distance_m: f64,
    /// The direction of travel there, degrees clockwise from north, 0 ≤ h < 360.
    pub heading_deg: f64,
}

/// A segment of a link. The two directions of a road share one line, so only one of them is held.
#[derive(Debug, Clone, Copy)]
struct Segment {
    link: LinkIdx,
    number: u32,
}

/// The segments of a network by place.
#[derive(Debug)]
pub(crate) struct SegmentIndex {
    segments: Vec<Segment>,
    /// `None` without any segment. Boxes are degrees: x = longitude, y = latitude.
    tree: Option<RTree<f64>>,
}

impl SegmentIndex {
    pub(crate) fn new(links: &[Link]) -> Self {
        let held = |link: &Link| link.direction == Direction::Forward || link.opposite.is_none();
        let mut segments = Vec::new();
        for (i, link) in links.iter().enumerate().filter(|(_, link)| held(link)) {
            let link_idx = LinkIdx(i as u32);
            segments
                .extend((0..link.line.segment_count()).map(|n| Segment { link: link_idx, number: n as u32 }));
        }
        let tree = (!segments.is_empty()).then(|| {
            let mut builder = RTreeBuilder::<f64>::new(segments.len() as u32);
            for segment in &segments {
                let points = links[segment.link.0 as usize].line.points();
                let (a, b) = (points[segment.number as usize], points[segment.number as usize + 1]);
                builder.add(a.lon.min(b.lon), a.lat.min(b.lat), a.lon.max(b.lon), a.lat.max(b.lat));
            }
            builder.finish::<HilbertSort>()
        });
        Self { segments, tree }
    }

    /// See [`crate::Network::near`]. `links` are those that the index was made of.
    pub(crate) fn near(&self, links: &[Link], point: LatLon, radius_m: f64) -> Vec<Projection> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let plane = LocalPlane::at(point);
        // A little wider than the circle, so that rounding in degrees loses nothing at its rim.
        let reach_m = radius_m * 1.001 + 0.01;
        let (low, high) = (plane.to_lat_lon(-reach_m, -reach_m), plane.to_lat_lon(reach_m, reach_m));

        let mut closest: BTreeMap<LinkIdx, (f64, f64, u32)> = BTreeMap::new();
        for hit in tree.search(low.lon, low.lat, high.lon, high.lat) {
            let segment = self.segments[hit as usize];
            let line = &links[segment.link.0 as usize].line;
            let found = line.project_on_segment(segment.number as usize, &plane);
            // The lower segment wins a tie, whatever the order in which the tree gives them.
            let key = (found.distance_m, found.offset_m, segment.number);
            if found.distance_m <= radius_m {
                let best = closest.entry(segment.link).or_insert(key);
                if key < *best {
                    *best = key;
                }
            }
        }

        let mut projections: Vec<Projection> = Vec::with_capacity(closest.len() * 2);
        for (link_idx, (distance_m, offset_m, number)) in closest {
            let link = &links[link_idx.0 as usize];
            let heading_deg = link.line.segment_heading(number as usize);
            projections.push(Projection { link: link_idx, offset_m, distance_m, heading_deg });
            if let Some(opposite) = link.opposite {
                projections.push(Projection {
                    link: opposite,
                    offset_m: opposite_offset(&link.line, offset_m),
                    distance_m,
                    heading_deg: normal_deg(heading_deg + 180.0),
                });
            }
        }
        projections.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.link.cmp(&b.link)));
        projections
    }
}

fn opposite_offset(line: &Line, offset_m: f64) -> f64 {
    (line.length_m() - offset_m).max(0.0)
}

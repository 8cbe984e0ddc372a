//! The stretches of road that a queue covers, and covered a moment ago.

use super::queues::Queue;
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Length of the pieces that are told apart, in metres.
const CELL_M: f64 = 25.0;

/// How far one queue may be from another and still be the same, in metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// On the same link.
    pub(super) along_m: f64,
    /// On links that follow one another.
    pub(super) across_m: f64,
}

/// Pieces of links, and when a queue was last seen on each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Covered {
    cells: BTreeMap<(u32, u32), Timestamp>,
}

impl Covered {
    /// Whole links.
    pub(super) fn links(links: impl Iterator<Item = LinkIdx>, network: &Network, seen: Timestamp) -> Self {
        let mut covered = Self::default();
        links.for_each(|link| covered.add(link.0, 0.0, network.link(link).line.length_m(), seen));
        covered
    }

    fn add(&mut self, link: u32, from_m: f64, to_m: f64, seen: Timestamp) {
        for cell in cell(from_m)..=cell(to_m) {
            self.cells.insert((link, cell), seen);
        }
    }

    /// Takes note of where a queue is.
    pub(super) fn cover(&mut self, queue: &Queue, now: Timestamp) {
        for (link, (from_m, to_m)) in &queue.pieces {
            self.add(*link, *from_m, *to_m, now);
        }
    }

    /// Takes everything as covered now.
    pub(super) fn refresh(&mut self, now: Timestamp) {
        self.cells.values_mut().for_each(|seen| *seen = now);
    }

    /// Takes in what another queue covers.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        for (cell, seen) in std::mem::take(&mut other.cells) {
            let known = self.cells.entry(cell).or_insert(seen);
            *known = (*known).max(seen);
        }
    }

    /// Forgets what was last covered before `before`.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.cells.retain(|_, seen| *seen >= before);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The links with a piece that is covered, in order.
    pub(super) fn link_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let mut last = None;
        self.cells.keys().map(|(link, _)| *link).filter(move |link| last.replace(*link) != Some(*link))
    }

    /// Whether a queue is here, or so near to here along the road.
    pub(super) fn touches(&self, queue: &Queue, network: &Network, reach: impl Fn(LinkIdx) -> Reach) -> bool {
        queue.pieces.iter().any(|(number, (from_m, to_m))| {
            let own = network.link(LinkIdx(*number));
            let Reach { along_m, across_m } = reach(LinkIdx(*number));
            if self.any(*number, from_m - along_m, to_m + along_m) {
                return true;
            }
            let length_m = own.line.length_m();
            let (short_m, over_m) = (across_m - from_m, across_m - (length_m - to_m));
            let other = |link: &&LinkIdx| own.opposite != Some(**link);
            let behind = |link: &LinkIdx| {
                let length_m = network.link(*link).line.length_m();
                self.any(link.0, length_m - short_m, length_m)
            };
            (short_m > 0.0 && network.incoming(own.from).iter().filter(other).any(behind))
                || (over_m > 0.0
                    && network
                        .outgoing(own.to)
                        .iter()
                        .filter(other)
                        .any(|link| self.any(link.0, 0.0, over_m)))
        })
    }

    fn any(&self, link: u32, from_m: f64, to_m: f64) -> bool {
        self.cells.range((link, cell(from_m))..=(link, cell(to_m.max(from_m)))).next().is_some()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
fn cell(offset_m: f64) -> u32 {
    (offset_m.max(0.0) / CELL_M) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::queues::{Plight, Queue};
    use model::{Geometry, LatLon};

    /// Two streets of 1 km, one after the other, one way.
    const STREETS: &str = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","id":"a","properties":{"highway":"primary","oneway":"yes","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0,0],[0.0089932,0]]}},
      {"type":"Feature","id":"b","properties":{"highway":"primary","oneway":"yes","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0.0089932,0],[0.0179864,0]]}}]}"#;

    fn queue(link: u32, from_m: f64, to_m: f64) -> Queue {
        let now = Timestamp::from_ms_clamped(0);
        Queue {
            pieces: BTreeMap::from([(link, (from_m, to_m))]),
            head: LinkIdx(link),
            vehicles: 10,
            estimated: 10.0,
            mean_speed_mps: 0.0,
            length_m: to_m - from_m,
            free_flow_s: 1.0,
            geometry: Geometry::point(LatLon::new(0.0, 0.0)),
            tail: LatLon::new(0.0, 0.0),
            plight: Plight { slow_since: now, lost_s: 0.0, left_over_since: None, swept_m: 0.0 },
            before_light: false,
            in_block: false,
        }
    }

    #[test]
    fn how_far_a_queue_may_be_along_a_link_and_over_its_end_is_told_apart() {
        let (network, _) = roadnet::read_geojson(STREETS.as_bytes()).unwrap();
        let mut covered = Covered::default();
        covered.cover(&queue(0, 800.0, 980.0), Timestamp::from_ms_clamped(0));
        let touches = |link, from_m: f64, along_m, across_m| {
            covered.touches(&queue(link, from_m, from_m + 90.0), &network, |_| Reach { along_m, across_m })
        };
        // 60 m behind on the same link.
        assert!(touches(0, 650.0, 70.0, 0.0) && !touches(0, 650.0, 20.0, 200.0));
        // 20 m before the end of the link, and 40 m beyond it.
        assert!(touches(1, 40.0, 0.0, 70.0) && !touches(1, 40.0, 200.0, 0.0));
        assert!(!touches(1, 140.0, 0.0, 70.0));
    }
}

//! Ways through the network by what each link takes at the moment.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use model::LocalPlane;
use roadnet::{LinkIdx, Network};

use super::street::Streets;

/// Time that a sharp turn takes beside the driving, s.
const SHARP_TURN_S: f64 = 4.0;
/// Where the corner makes one slower than this, the turn is sharp, m/s.
const SHARP_TURN_MPS: f64 = 6.6;
/// Drivers judge roads differently, by up to this share of the time.
const TASTE: f64 = 0.35;

/// Finds ways (A*); keeps its memory from one search to the next.
#[derive(Debug)]
pub(crate) struct Router {
    reached: Vec<Reached>,
    search: u32,
    frontier: BinaryHeap<Candidate>,
    /// Where the links end, m east and north of some place.
    ends_m: Vec<(f64, f64)>,
    /// The highest limit, m/s.
    fastest_mps: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    search: u32,
    total_s: f64,
    previous: u32,
}

impl Router {
    pub fn new(network: &Network) -> Self {
        let plane = network.bounds().map(|bounds| LocalPlane::at(bounds.center()));
        let end_m = |link: &roadnet::Link| plane.map_or((0.0, 0.0), |plane| plane.to_xy_m(link.line.end()));
        let limits = network.links().map(|(_, link)| link.speed_limit_mps);
        Self {
            reached: vec![Reached::default(); network.link_count()],
            search: 0,
            frontier: BinaryHeap::new(),
            ends_m: network.links().map(|(_, link)| end_m(link)).collect(),
            // A little more than the fastest, so that the flat map's error never makes the guess too high.
            fastest_mps: limits.fold(1.0, f64::max) * 1.02,
        }
    }

    /// The links after `from` up to and with `to`; `None` where there is no way. `cost_s` gives the seconds each link
    /// takes, infinite = closed; `taste` makes drivers differ.
    pub fn find(
        &mut self,
        streets: &Streets,
        cost_s: &[f64],
        taste: u64,
        from: LinkIdx,
        to: LinkIdx,
    ) -> Option<Vec<LinkIdx>> {
        self.search += 1;
        self.frontier.clear();
        self.reach(from, 0.0, from, to);
        while let Some(Candidate { total_s, link, .. }) = self.frontier.pop() {
            if link == to && total_s > 0.0 {
                return Some(self.way_back(from, to));
            }
            if self.reached[link.0 as usize].total_s < total_s {
                continue;
            }
            for turn in streets.turns.of(link) {
                let turn_s = if turn.speed_mps < SHARP_TURN_MPS { SHARP_TURN_S } else { 0.0 };
                let next = turn.to;
                let step_s = cost_s[next.0 as usize] * (1.0 + TASTE * share_of(taste, next)) + turn_s;
                if step_s.is_finite() {
                    self.reach(next, total_s + step_s, link, to);
                }
            }
        }
        None
    }

    fn reach(&mut self, link: LinkIdx, total_s: f64, previous: LinkIdx, to: LinkIdx) {
        let (at, goal) = (self.ends_m[link.0 as usize], self.ends_m[to.0 as usize]);
        let known = &mut self.reached[link.0 as usize];
        // The start may be the goal as well: then it is reached a second time.
        let is_again = link == to && previous != link && known.total_s <= 0.0;
        if known.search != self.search || total_s < known.total_s || is_again {
            *known = Reached { search: self.search, total_s, previous: previous.0 };
            let left_m = (at.0 - goal.0).hypot(at.1 - goal.1);
            self.frontier.push(Candidate { guess_s: total_s + left_m / self.fastest_mps, total_s, link });
        }
    }

    fn way_back(&self, from: LinkIdx, to: LinkIdx) -> Vec<LinkIdx> {
        let mut way = vec![to];
        let mut at = LinkIdx(self.reached[to.0 as usize].previous);
        while at != from {
            way.push(at);
            at = LinkIdx(self.reached[at.0 as usize].previous);
        }
        way.reverse();
        way
    }
}

/// A number from 0 to 1 that belongs to a taste and a link.
fn share_of(taste: u64, link: LinkIdx) -> f64 {
    let mut x = taste ^ u64::from(link.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// The greatest candidate is the one with the cheapest guess, for a heap that gives the greatest first.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    guess_s: f64,
    total_s: f64,
    link: LinkIdx,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.guess_s.total_cmp(&self.guess_s).then_with(|| other.link.cmp(&self.link))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

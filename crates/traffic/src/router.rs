//! Ways through the network by what each link takes at the moment.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use roadnet::{LinkIdx, Network};

use super::street::Streets;

/// Time that a sharp turn takes beside the driving, s.
const SHARP_TURN_S: f64 = 4.0;
/// From this angle on a turn is sharp.
const SHARP_TURN_DEG: f64 = 60.0;
/// Drivers judge roads differently, by up to this share of the time.
const TASTE: f64 = 0.35;

/// Finds ways; keeps its memory from one search to the next.
#[derive(Debug)]
pub(crate) struct Router {
    reached: Vec<Reached>,
    search: u32,
    frontier: BinaryHeap<Candidate>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    search: u32,
    total_s: f64,
    previous: u32,
}

impl Router {
    pub fn new(link_count: usize) -> Self {
        Self { reached: vec![Reached::default(); link_count], search: 0, frontier: BinaryHeap::new() }
    }

    /// The links after `from` up to and with `to`; `None` where there is no way. `cost_s` gives the seconds each link
    /// takes, infinite = closed; `taste` makes drivers differ. Nobody turns back except where the road ends.
    pub fn find(
        &mut self,
        network: &Network,
        streets: &Streets,
        cost_s: &[f64],
        taste: u64,
        from: LinkIdx,
        to: LinkIdx,
    ) -> Option<Vec<LinkIdx>> {
        self.search += 1;
        self.frontier.clear();
        self.reach(from, 0.0, from);
        while let Some(Candidate { total_s, link }) = self.frontier.pop() {
            if link == to && total_s > 0.0 {
                return Some(self.way_back(from, to));
            }
            if self.reached[link.0 as usize].total_s < total_s {
                continue;
            }
            for next in onward(network, link) {
                let turn_s = if streets.turn_deg(link, next) > SHARP_TURN_DEG { SHARP_TURN_S } else { 0.0 };
                let step_s = cost_s[next.0 as usize] * (1.0 + TASTE * share_of(taste, next)) + turn_s;
                if step_s.is_finite() {
                    self.reach(next, total_s + step_s, link);
                }
            }
        }
        None
    }

    fn reach(&mut self, link: LinkIdx, total_s: f64, previous: LinkIdx) {
        let known = &mut self.reached[link.0 as usize];
        if known.search != self.search || total_s < known.total_s {
            *known = Reached { search: self.search, total_s, previous: previous.0 };
            self.frontier.push(Candidate { total_s, link });
        }
    }

    fn way_back(&self, from: LinkIdx, to: LinkIdx) -> Vec<LinkIdx> {
        let mut way = Vec::new();
        let mut at = to;
        while at != from {
            way.push(at);
            at = LinkIdx(self.reached[at.0 as usize].previous);
        }
        way.reverse();
        way
    }
}

/// Where one can go from the end of a link: everywhere but back, unless there is no other way.
pub(crate) fn onward(network: &Network, link: LinkIdx) -> impl Iterator<Item = LinkIdx> + '_ {
    let here = network.link(link);
    let outgoing = network.outgoing(here.to);
    let back = here.opposite;
    let dead_end = outgoing.iter().all(|&next| Some(next) == back);
    outgoing.iter().copied().filter(move |&next| dead_end || Some(next) != back)
}

/// A number from 0 to 1 that belongs to a taste and a link.
fn share_of(taste: u64, link: LinkIdx) -> f64 {
    let mut x = taste ^ u64::from(link.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// The greatest candidate is the cheapest, for a heap that gives the greatest first.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    total_s: f64,
    link: LinkIdx,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.total_s.total_cmp(&self.total_s).then_with(|| other.link.cmp(&self.link))
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

//! The cheapest way from one link to another.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use crate::{Link, LinkIdx, Network};

/// What a U-turn at the end of a link costs, in seconds, where the road goes on some other way. At a dead end it
/// costs nothing more. High enough that routes go round the block, low enough that none is trapped by a closed road.
pub const U_TURN_S: f64 = 60.0;

/// The cheapest way from `from` to `to`, both ends included, or `None` where there is none.
///
/// `cost` gives the seconds that a link takes; infinite (or not a number, or negative) means closed. The cost of
/// `from` does not count: whoever asks is on it already, also when it is closed. Of ways that cost the same, the
/// choice depends on nothing but the network and the costs. Both links must be of this network.
pub fn route(
    network: &Network,
    from: LinkIdx,
    to: LinkIdx,
    cost: impl Fn(&Link) -> f64,
) -> Option<Vec<LinkIdx>> {
    let mut reached: BTreeMap<LinkIdx, Reached> = BTreeMap::new();
    let mut frontier = BinaryHeap::new();
    reached.insert(from, Reached { total_s: 0.0, previous: None });
    frontier.push(Candidate { total_s: 0.0, link: from });

    while let Some(Candidate { total_s, link }) = frontier.pop() {
        if link == to {
            return Some(way_back(&reached, to));
        }
        // A cheaper way to this link was found after this candidate was put in.
        if reached.get(&link).is_some_and(|best| best.total_s < total_s) {
            continue;
        }
        for (next, turn_s) in turns(network, link) {
            let step_s = cost(network.link(next));
            if !(step_s >= 0.0 && step_s.is_finite()) {
                continue;
            }
            let total_s = total_s + turn_s + step_s;
            if reached.get(&next).is_none_or(|best| total_s < best.total_s) {
                reached.insert(next, Reached { total_s, previous: Some(link) });
                frontier.push(Candidate { total_s, link: next });
            }
        }
    }
    None
}

/// The links that follow a link, with what the turn costs in seconds.
pub(crate) fn turns(network: &Network, link: LinkIdx) -> impl Iterator<Item = (LinkIdx, f64)> + '_ {
    let here = network.link(link);
    let onward = network.outgoing(here.to);
    let opposite = here.opposite;
    let dead_end = onward.iter().all(|&next| Some(next) == opposite);
    onward.iter().map(move |&next| {
        let u_turn = Some(next) == opposite && !dead_end;
        (next, if u_turn { U_TURN_S } else { 0.0 })
    })
}

#[derive(Debug, Clone, Copy)]
struct Reached {
    total_s: f64,
    previous: Option<LinkIdx>,
}

fn way_back(reached: &BTreeMap<LinkIdx, Reached>, to: LinkIdx) -> Vec<LinkIdx> {
    let mut way = vec![to];
    let mut at = to;
    while let Some(previous) = reached.get(&at).and_then(|step| step.previous) {
        way.push(previous);
        at = previous;
    }
    way.reverse();
    way
}

/// A link that can be reached. The greatest candidate is the cheapest, for a heap that gives the greatest first.
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

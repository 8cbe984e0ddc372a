//! Queues at one moment: slow vehicles one behind the other along the road.

use std::collections::BTreeMap;

use roadnet::{LinkIdx, Network};

use crate::{Piece, Sets};

/// What makes vehicles a queue.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Slower than this share of the limit, on the mean of [`Rule::window_ms`].
    pub speed_share: f64,
    /// Over how long a vehicle's speed is taken, in ms.
    pub window_ms: i64,
    /// The next vehicle of a queue is at most this far ahead, in metres.
    pub gap_m: f64,
    /// A queue has at least so many vehicles.
    pub vehicles: usize,
}

/// A queue at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// When, in ms since the start.
    pub at_ms: i64,
    /// Where, in order of the links' numbers.
    pub pieces: Vec<Piece>,
    /// How many vehicles.
    pub vehicles: usize,
}

impl Queue {
    /// Its length along the road.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.to_m - piece.from_m).sum()
    }
}

/// The queues that slow vehicles make: of each link, how far from its start they are.
#[must_use]
pub fn find(network: &Network, at_ms: i64, slow: BTreeMap<LinkIdx, Vec<f64>>, rule: &Rule) -> Vec<Queue> {
    let queues = chain(network, slow, rule).into_iter();
    queues.map(|(pieces, vehicles)| Queue { at_ms, pieces, vehicles }).collect()
}

/// Joins slow vehicles that are close behind one another, over the ends of links too.
fn chain(network: &Network, mut slow: BTreeMap<LinkIdx, Vec<f64>>, rule: &Rule) -> Vec<(Vec<Piece>, usize)> {
    for offsets_m in slow.values_mut() {
        offsets_m.sort_by(f64::total_cmp);
    }
    let all: Vec<(LinkIdx, f64)> =
        slow.iter().flat_map(|(&link, offsets)| offsets.iter().map(move |&at_m| (link, at_m))).collect();
    let first: BTreeMap<LinkIdx, usize> =
        all.iter().enumerate().rev().map(|(i, &(link, _))| (link, i)).collect();
    let mut sets = Sets::new(all.len());
    for i in 0..all.len() {
        let (link, at_m) = all[i];
        match all.get(i + 1) {
            Some(&(next, next_m)) if next == link => {
                if next_m - at_m <= rule.gap_m {
                    sets.join(i, i + 1);
                }
            }
            _ => {
                let left_m = rule.gap_m - (network.link(link).line.length_m() - at_m);
                for ahead in ahead(network, link, left_m, &all, &first) {
                    sets.join(i, ahead);
                }
            }
        }
    }
    let mut queues: BTreeMap<usize, (BTreeMap<LinkIdx, Piece>, usize)> = BTreeMap::new();
    for (i, &(link, at_m)) in all.iter().enumerate() {
        let (pieces, vehicles) = queues.entry(sets.root(i)).or_default();
        let piece = pieces.entry(link).or_insert(Piece { link: link.0, from_m: at_m, to_m: at_m });
        piece.from_m = piece.from_m.min(at_m);
        piece.to_m = piece.to_m.max(at_m);
        *vehicles += 1;
    }
    queues
        .into_values()
        .filter(|(_, vehicles)| *vehicles >= rule.vehicles)
        .map(|(pieces, vehicles)| (pieces.into_values().collect(), vehicles))
        .collect()
}

/// The hindmost slow vehicles on the links that follow, within `left_m` from the end of a link.
fn ahead(
    network: &Network,
    link: LinkIdx,
    left_m: f64,
    all: &[(LinkIdx, f64)],
    first: &BTreeMap<LinkIdx, usize>,
) -> Vec<usize> {
    let mut found = Vec::new();
    let mut to_look = vec![(link, left_m)];
    while let Some((link, left_m)) = to_look.pop() {
        if left_m < 0.0 {
            continue;
        }
        let back = network.link(link).opposite;
        for &next in network.outgoing(network.link(link).to).iter().filter(|&&next| Some(next) != back) {
            match first.get(&next) {
                Some(&i) if all[i].1 <= left_m => found.push(i),
                Some(_) => {}
                None => to_look.push((next, left_m - network.link(next).line.length_m())),
            }
        }
    }
    found
}

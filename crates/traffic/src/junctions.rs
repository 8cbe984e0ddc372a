//! Which nodes with traffic lights are one crossing: where a road has two carriageways, two or four nodes are.

use std::collections::BTreeMap;

use roadnet::{LinkIdx, Network};

use super::street::Streets;

/// Links up to this length between nodes with lights are inside of a crossing, m.
const INSIDE_M: f64 = 32.0;
/// A light this far before a crossing belongs to it, m.
const LIGHT_BEFORE_M: f64 = 35.0;
/// How far a light may be from the road that it stands at, m.
const LIGHT_BESIDE_M: f64 = 3.0;

/// A crossing with lights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Crossing {
    /// The links on which one comes to it, in order.
    pub approaches: Vec<LinkIdx>,
}

/// The crossings at which the network has lights.
pub(crate) fn crossings_with_lights(network: &Network, streets: &Streets) -> Vec<Crossing> {
    let mut is_lit = vec![false; network.node_count()];
    for &place in network.signals() {
        for near in network.near(place, LIGHT_BESIDE_M) {
            if let Some(node) = crossing_ahead(streets, near.link, near.offset_m) {
                is_lit[node] = true;
            }
        }
    }
    let mut parents: Vec<usize> = (0..network.node_count()).collect();
    let inside = |link: LinkIdx| {
        let street = streets.get(link);
        is_lit[street.from] && is_lit[street.to] && street.length_m <= INSIDE_M
    };
    for (link, _) in network.links().filter(|&(link, _)| inside(link)) {
        let street = streets.get(link);
        let (a, b) = (root(&parents, street.from), root(&parents, street.to));
        parents[a.max(b)] = a.min(b);
    }
    let mut crossings: BTreeMap<usize, Crossing> = BTreeMap::new();
    for (link, _) in network.links() {
        let street = streets.get(link);
        let group = root(&parents, street.to);
        if is_lit[street.to] && !(is_lit[street.from] && root(&parents, street.from) == group) {
            crossings
                .entry(group)
                .or_insert_with(|| Crossing { approaches: Vec::new() })
                .approaches
                .push(link);
        }
    }
    crossings.into_values().collect()
}

/// The crossing for which a light on a link stands: the next node where ways meet, if that is near.
fn crossing_ahead(streets: &Streets, link: LinkIdx, offset_m: f64) -> Option<usize> {
    let (mut at, mut left_m) = (link, streets.get(link).length_m - offset_m);
    while left_m <= LIGHT_BEFORE_M {
        if streets.turns.end_is_shared(at) {
            return Some(streets.get(at).to);
        }
        let [turn] = streets.turns.of(at) else { return None };
        at = turn.to;
        left_m += streets.get(at).length_m;
    }
    None
}

fn root(parents: &[usize], mut node: usize) -> usize {
    while parents[node] != node {
        node = parents[node];
    }
    node
}

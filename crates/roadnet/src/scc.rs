//! The part of a network in which every place can be reached from every other.

use crate::part::keep_links;
use crate::{LinkIdx, Network, NodeIdx};

/// What was kept of a network, and what there was before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptPart {
    /// Links before.
    pub links_before: usize,
    /// Links kept.
    pub links_after: usize,
    /// Metres of road before; a road open in both directions counts once.
    pub length_before_m: f64,
    /// Metres of road kept.
    pub length_after_m: f64,
}

/// Keeps the largest strongly connected part (by metres of road): the one in which a vehicle never gets stuck. Of
/// parts equally large, the one with the lowest node. Signals are kept where they lie on a point of a kept road,
/// rules where they are of kept links.
#[must_use]
pub fn keep_largest_strongly_connected_part(network: &Network) -> (Network, KeptPart) {
    let part_of = strongly_connected_parts(network);
    let inside = |link: LinkIdx| {
        let link = network.link(link);
        let part = part_of[link.from.0 as usize];
        (part == part_of[link.to.0 as usize]).then_some(part)
    };

    let part_count = part_of.iter().map(|&part| part as usize + 1).max().unwrap_or(0);
    let mut length_m = vec![0.0; part_count];
    for (idx, link) in network.links() {
        if let Some(part) = inside(idx) {
            length_m[part as usize] += link.line.length_m();
        }
    }
    // Strictly longer only, going by node: the part with the lowest node wins a tie.
    let mut largest: Option<u32> = None;
    for &part in &part_of {
        if largest.is_none_or(|best| length_m[part as usize] > length_m[best as usize]) {
            largest = Some(part);
        }
    }

    let is_kept = |link: LinkIdx| largest.is_some() && inside(link) == largest;
    let part = keep_links(network, is_kept);
    let report = KeptPart {
        links_before: network.link_count(),
        links_after: part.link_count(),
        length_before_m: network.road_length_m(),
        length_after_m: part.road_length_m(),
    };
    (part, report)
}

/// For each node the number of its part (Tarjan's algorithm, without recursion so that a long road cannot exhaust
/// the stack).
fn strongly_connected_parts(network: &Network) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let node_count = network.node_count();
    let mut order = vec![UNSEEN; node_count];
    let mut low = vec![0u32; node_count];
    let mut part_of = vec![UNSEEN; node_count];
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, usize)> = Vec::new();
    let (mut next_order, mut next_part) = (0u32, 0u32);

    for root in 0..node_count as u32 {
        if order[root as usize] != UNSEEN {
            continue;
        }
        path.push((root, 0));
        while let Some((node, tried)) = path.pop() {
            let at = node as usize;
            if tried == 0 {
                order[at] = next_order;
                low[at] = next_order;
                next_order += 1;
                open.push(node);
            }
            let outgoing = network.outgoing(NodeIdx(node));
            if let Some(&link) = outgoing.get(tried) {
                path.push((node, tried + 1));
                let to = network.link(link).to.0;
                if order[to as usize] == UNSEEN {
                    path.push((to, 0));
                } else if part_of[to as usize] == UNSEEN {
                    low[at] = low[at].min(order[to as usize]);
                }
                continue;
            }
            if low[at] == order[at] {
                while let Some(member) = open.pop() {
                    part_of[member as usize] = next_part;
                    if member == node {
                        break;
                    }
                }
                next_part += 1;
            }
            if let Some(&(parent, _)) = path.last() {
                low[parent as usize] = low[parent as usize].min(low[at]);
            }
        }
    }
    part_of
}

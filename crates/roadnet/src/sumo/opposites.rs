//! Which edges are the two directions of one road.

use std::collections::HashMap;

use super::document::Edge;
use super::lanes::{distance_m, length_m, point_at};

/// How far apart the middles of two directions of one road may lie, in metres.
const MAX_APART_M: f64 = 40.0;

/// For each edge the number of the one the other way: the one that SUMO calls by the same name with a `-`, else the only
/// one that joins the same junctions the other way round, close by. `lines` are the edges' middle lines.
pub(super) fn opposites(edges: &[(&Edge, Vec<(f64, f64)>)]) -> Vec<(usize, usize)> {
    let mut between: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (i, (edge, _)) in edges.iter().enumerate() {
        between.entry((&edge.from, &edge.to)).or_default().push(i);
    }
    let middle = |i: usize| point_at(&edges[i].1, length_m(&edges[i].1) / 2.0);
    let mut pairs = Vec::new();
    for (i, (edge, _)) in edges.iter().enumerate() {
        if edge.from == edge.to {
            continue;
        }
        let back = between.get(&(edge.to.as_str(), edge.from.as_str())).map_or(&[][..], Vec::as_slice);
        let same_way = between.get(&(edge.from.as_str(), edge.to.as_str())).map_or(0, Vec::len);
        let named = back.iter().copied().find(|&j| is_reverse_name(&edge.id, &edges[j].0.id));
        let alone = match back {
            [only] if same_way == 1 && distance_m(middle(i), middle(*only)) <= MAX_APART_M => Some(*only),
            _ => None,
        };
        if let Some(j) = named.or(alone).filter(|&j| i < j) {
            pairs.push((i, j));
        }
    }
    pairs
}

fn is_reverse_name(a: &str, b: &str) -> bool {
    a.strip_prefix('-') == Some(b) || b.strip_prefix('-') == Some(a)
}

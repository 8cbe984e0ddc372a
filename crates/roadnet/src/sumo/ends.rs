//! Where the ends of edges meet: the nodes of the network.
//!
//! A SUMO junction may be several nodes: where two directions of a road only pass each other, nobody can turn from one to
//! the other, and each gets a node of its own in the middle of its lanes. The connections tell.

use std::collections::HashMap;

use super::document::{Document, Edge, Xy};

/// Which end of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Start,
    Stop,
}

/// The place of every edge's ends.
#[derive(Debug)]
pub(super) struct Ends {
    groups: Groups,
    places: HashMap<usize, Place>,
}

/// The ends that meet at one node.
#[derive(Debug, Default)]
struct Place {
    sum: Xy,
    weight: f64,
    has_light: bool,
}

impl Ends {
    /// `edges` are those of `document` that are kept, with their middle lines.
    pub fn new(document: &Document, edges: &[(&Edge, Vec<Xy>)]) -> Self {
        let mut groups = Groups { parents: (0..2 * edges.len()).collect() };
        let by_id: HashMap<&str, usize> =
            edges.iter().enumerate().map(|(i, (edge, _))| (edge.id.as_str(), i)).collect();
        let mut lit = vec![false; edges.len()];
        for connection in &document.connections {
            let (from, to) = (by_id.get(connection.from.as_str()), by_id.get(connection.to.as_str()));
            if let (Some(&from), Some(&to)) = (from, to) {
                groups.join(slot(from, End::Stop), slot(to, End::Start));
                lit[from] |= connection.light.is_some();
            }
        }
        if document.connections.is_empty() {
            // A network without connections says nothing about turns: all that touches a junction meets.
            let mut first: HashMap<&str, usize> = HashMap::new();
            for (i, (edge, _)) in edges.iter().enumerate() {
                for (junction, end) in [(&edge.from, End::Start), (&edge.to, End::Stop)] {
                    let other = *first.entry(junction).or_insert(slot(i, end));
                    groups.join(other, slot(i, end));
                }
                lit[i] = document.junctions.get(&edge.to).is_some_and(|junction| junction.has_lights);
            }
        }
        let mut places: HashMap<usize, Place> = HashMap::new();
        for (i, (edge, line)) in edges.iter().enumerate() {
            for (end, point) in [(End::Start, line[0]), (End::Stop, line[line.len() - 1])] {
                let place = places.entry(groups.root(slot(i, end))).or_default();
                // By lanes, so that a ramp hardly pulls at the road that it joins.
                let weight = edge.lanes.len() as f64;
                place.sum = (place.sum.0 + point.0 * weight, place.sum.1 + point.1 * weight);
                place.weight += weight;
                place.has_light |= end == End::Stop && lit[i];
            }
        }
        Self { groups, places }
    }

    /// Where one end of an edge is.
    pub fn place(&self, edge: usize, end: End) -> Option<Xy> {
        let place = self.places.get(&self.groups.find(slot(edge, end)))?;
        Some((place.sum.0 / place.weight, place.sum.1 / place.weight))
    }

    /// Where traffic lights stand, in a fixed order.
    pub fn lights(&self) -> Vec<Xy> {
        let mut lit: Vec<(&usize, &Place)> =
            self.places.iter().filter(|(_, place)| place.has_light).collect();
        lit.sort_by_key(|(root, _)| **root);
        lit.into_iter().map(|(_, place)| (place.sum.0 / place.weight, place.sum.1 / place.weight)).collect()
    }
}

fn slot(edge: usize, end: End) -> usize {
    2 * edge + usize::from(end == End::Stop)
}

/// Sets that are joined step by step.
#[derive(Debug)]
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn find(&self, mut slot: usize) -> usize {
        while self.parents[slot] != slot {
            slot = self.parents[slot];
        }
        slot
    }

    fn root(&mut self, slot: usize) -> usize {
        let root = self.find(slot);
        self.parents[slot] = root;
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}

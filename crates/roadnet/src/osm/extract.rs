//! What was taken from an OpenStreetMap extract.

use model::LatLon;

use super::{OsmNode, OsmRelation, OsmRestriction, OsmWay};
use crate::Bounds;

/// The wanted part of an extract, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extract {
    /// Where the nodes of `ways` are.
    pub places: Places,
    /// Those nodes of `ways` that were wanted for their own tags.
    pub nodes: Vec<OsmNode>,
    /// The wanted ways and those that wanted relations are made of.
    pub ways: Vec<OsmWay>,
    /// The wanted relations.
    pub relations: Vec<OsmRelation>,
    /// All turn restrictions at nodes that hold for cars at all times.
    pub restrictions: Vec<OsmRestriction>,
    /// How many elements the whole extract holds.
    pub counts: Counts,
    /// The state of OpenStreetMap that the extract shows, in seconds since 1970: as its header says, else the time of
    /// the newest element.
    pub state_epoch_s: Option<i64>,
    /// The box that the extract covers, where its header says so.
    pub bounds: Option<Bounds>,
}

/// A number of elements of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Places.
    pub nodes: u64,
    /// Lines and edges.
    pub ways: u64,
    /// Groups.
    pub relations: u64,
}

/// Where nodes are, by their number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places(Vec<(i64, LatLon)>);

impl Places {
    /// The place of a node, if the extract holds it.
    #[must_use]
    pub fn get(&self, node: i64) -> Option<LatLon> {
        let at = self.0.binary_search_by_key(&node, |&(id, _)| id).ok()?;
        Some(self.0[at].1)
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(i64, LatLon)> for Places {
    fn from_iter<I: IntoIterator<Item = (i64, LatLon)>>(places: I) -> Self {
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|&(id, _)| id);
        places.dedup_by_key(|&mut (id, _)| id);
        Self(places)
    }
}

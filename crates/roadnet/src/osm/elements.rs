//! The elements of OpenStreetMap, as far as they are used here.

use model::LatLon;

use crate::Tags;

/// A place with tags of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmNode {
    /// OSM's number.
    pub id: i64,
    /// Where it is.
    pub place: LatLon,
    /// What it is.
    pub tags: Tags,
}

/// A line or the edge of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmWay {
    /// OSM's number.
    pub id: i64,
    /// What it is.
    pub tags: Tags,
    /// The numbers of its nodes in order. An extract may hold only some of them.
    pub nodes: Vec<i64>,
}

impl OsmWay {
    /// Whether it ends where it starts.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.nodes.len() >= 4 && self.nodes.first() == self.nodes.last()
    }
}

/// Ways that make up one thing, for instance the rings of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct OsmRelation {
    /// OSM's number.
    pub id: i64,
    /// What it is.
    pub tags: Tags,
    /// Its ways in order. An extract may hold only some of them.
    pub ways: Vec<WayMember>,
}

/// A way's part in a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayMember {
    /// OSM's number of the way.
    pub way: i64,
    /// `outer`, `inner` or something else.
    pub role: Box<str>,
}

/// A turn restriction at a node: from a way over the node into a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OsmRestriction {
    /// Whether the turn is the only one allowed from there; else it is forbidden.
    pub is_only: bool,
    /// The way that one comes on.
    pub from: i64,
    /// The node.
    pub via: i64,
    /// The way that one would go on by.
    pub to: i64,
}

//! One road as a file describes it, before it becomes links of a network.

use std::sync::Arc;

use crate::{Line, RoadClass};

/// A road between two junctions, with what holds in each direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    /// The id of the feature, exactly as given.
    pub id: Arc<str>,
    /// The road in its drawing direction.
    pub line: Line,
    /// What kind of road it is.
    pub class: RoadClass,
    /// The street's name.
    pub name: Option<Arc<str>>,
    /// The road's number (OSM's `ref`).
    pub reference: Option<Arc<str>>,
    /// Traffic in the drawing direction, if any may go there.
    pub forward: Option<Carriageway>,
    /// Traffic against the drawing direction, if any may go there.
    pub backward: Option<Carriageway>,
}

/// One direction of a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carriageway {
    /// The speed limit in m/s, above 0.
    pub speed_limit_mps: f64,
    /// The number of lanes in this direction, at least 1.
    pub lanes: u8,
}

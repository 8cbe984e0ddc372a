//! What of a SUMO network its roads are made of, as it stands in the file.

use std::collections::HashMap;

use super::place::GeoReference;
use crate::LightPlan;

/// A point in the network's own metres.
pub(super) type Xy = (f64, f64);

/// The parts of a network.
#[derive(Debug)]
pub(super) struct Document {
    pub place: GeoReference,
    /// All edges but those inside junctions, in order.
    pub edges: Vec<Edge>,
    pub junctions: HashMap<String, Junction>,
    /// Which edges may follow which, in order.
    pub connections: Vec<Connection>,
    /// The plans of traffic lights, by name.
    pub light_plans: Vec<(String, LightPlan)>,
}

/// A one-way road.
#[derive(Debug)]
pub(super) struct Edge {
    pub id: String,
    pub from: String,
    pub to: String,
    pub name: Option<String>,
    /// `highway.primary` and the like, where the network came from OpenStreetMap.
    pub kind: Option<String>,
    pub shape: Vec<Xy>,
    /// From the right to the left.
    pub lanes: Vec<Lane>,
}

/// One lane of an edge that cars may use.
#[derive(Debug)]
pub(super) struct Lane {
    /// Its number among all lanes of the edge, also those that cars may not use.
    pub index: u32,
    pub speed_mps: f64,
    pub shape: Vec<Xy>,
}

/// Where edges meet.
#[derive(Debug)]
pub(super) struct Junction {
    pub at: Xy,
    pub has_lights: bool,
}

/// A way from one edge to the next.
#[derive(Debug)]
pub(super) struct Connection {
    pub from: String,
    pub to: String,
    /// The numbers of the lanes among all lanes of the edges.
    pub from_lane: u32,
    pub to_lane: u32,
    /// The name of the plan of its light, and the light's number in it.
    pub light: Option<(String, u32)>,
}

//! What a simulation knows to be true.

use serde::{Deserialize, Serialize};

use crate::{Geometry, LatLon, Phase, RoadRef, Timestamp};

/// One thing that is true, as it begins, changes or ends: a message on
/// [`SIMULATION_TRUTH`](crate::topic::SIMULATION_TRUTH).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Names it while the simulation runs.
    pub id: String,
    /// What it is.
    pub kind: TruthKind,
    /// Where in its life it is.
    pub phase: Phase,
    /// When this was so.
    pub at: Timestamp,
    /// When it began.
    pub since: Timestamp,
    /// Its place; of a jam its tail.
    pub position: LatLon,
    /// Its extent; of a jam along the roads, in the direction of traffic.
    pub geometry: Geometry,
    /// The road it is on.
    pub road: Option<RoadRef>,
    /// The vehicles of a crash or breakdown.
    pub vehicles: Vec<String>,
    /// A queue on the edge of being a jam: who raises an alarm is neither praised nor blamed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marginal: bool,
}

/// The sorts of truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthKind {
    /// Vehicles ran into one another.
    Crash,
    /// A vehicle broke down.
    Breakdown,
    /// Lanes are closed.
    LaneClosure,
    /// Roadworks.
    Roadworks,
    /// A queue that lasts.
    Jam,
}

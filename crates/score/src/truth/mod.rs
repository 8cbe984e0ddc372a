//! What really happened in a scene, taken from SUMO alone.

pub mod accident;
pub mod jam;
pub mod visit;
pub mod zones;

use model::Zone;
use serde::{Deserialize, Serialize};

pub use accident::Accident;
pub use visit::{Crossing, Visit};
pub use yardstick::{Extent, Jam, Piece};

use crate::ScoreError;
use crate::scene::Staged;
use crate::trace::Trace;

/// All that happened in one scene, in ms since its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The crash, if the scene has one.
    pub accidents: Vec<Accident>,
    /// Jams that nobody would call otherwise; each must be found.
    pub jams: Vec<Jam>,
    /// Queues on the edge of being a jam: who raises one is neither praised nor blamed.
    pub marginal: Vec<Jam>,
    /// Who was in which zone.
    pub visits: Vec<Visit>,
    /// When the scene was over.
    pub end_ms: i64,
    /// Metres of road in the scene.
    pub road_m: f64,
}

impl Truth {
    /// Takes the truth from what every vehicle did.
    ///
    /// # Errors
    /// The scene did not come out as it was staged.
    pub fn of(trace: &Trace, staged: &Staged, zones: &[Zone], scene: &str) -> Result<Self, ScoreError> {
        let (jams, marginal) = jam::find(trace, staged.light_cycle_s);
        Ok(Self {
            accidents: accident::find(trace, &staged.crashed, scene)?,
            jams,
            marginal,
            visits: visit::find(trace, zones),
            end_ms: trace.end_ms,
            road_m: trace.network.road_length_m(),
        })
    }
}

//! The simulation that runs: shown, changed, and held against what is detected.

mod handlers;
mod heard;
mod known;
mod score;
mod score_handler;

pub use handlers::{
    __path_clear_incident, __path_get_simulation, __path_stage_incident, __path_tune_simulation,
    clear_incident, get_simulation, stage_incident, tune_simulation,
};
pub use heard::{FILTERS, Simulation};
pub use score_handler::{__path_get_score, get_score};

use model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time of this machine.
#[must_use]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms_clamped(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

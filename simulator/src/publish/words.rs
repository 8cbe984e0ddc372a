//! What the simulation says about itself: the scenario that runs.

use model::Timestamp;
use serde::Serialize;

use crate::incidents::{Incidents, Listed};
use crate::scenario::Scenario;

/// The scenario for the retained topic: all its values as they are now, the incidents that are planned or going on, what its
/// first moment was dated, how fast time runs, and whether it runs.
#[must_use]
pub fn scenario_json(
    scenario: &Scenario,
    incidents: &Incidents,
    started_at: Timestamp,
    speed: f64,
    running: bool,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Running<'a> {
        running: bool,
        started_at: Timestamp,
        speed: f64,
        #[serde(flatten)]
        scenario: &'a Scenario,
        incidents: Vec<Listed<'a>>,
    }
    let incidents = incidents.listed().collect();
    serde_json::to_vec(&Running { running, started_at, speed, scenario, incidents }).unwrap_or_default()
}

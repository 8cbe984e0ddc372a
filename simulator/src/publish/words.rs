//! What the simulation says about itself: the scenario that runs, and what is true.

use model::{Timestamp, VehicleId};
use roadnet::Network;
use serde::Serialize;
use serde_json::json;

use crate::scenario::Scenario;
use crate::traffic::Incident;

/// The scenario for the retained topic: all its values, when it began, and whether it runs.
#[must_use]
pub fn scenario_json(scenario: &Scenario, started_at: Timestamp, running: bool) -> Vec<u8> {
    #[derive(Serialize)]
    struct Running<'a> {
        running: bool,
        started_at: Timestamp,
        #[serde(flatten)]
        scenario: &'a Scenario,
    }
    serde_json::to_vec(&Running { running, started_at, scenario }).unwrap_or_default()
}

/// The truth about an incident.
#[must_use]
pub fn truth_json(incident: &Incident, at: Timestamp, network: &Network, ids: &[VehicleId]) -> Vec<u8> {
    let link = network.link(incident.link);
    let name = |vehicle: &crate::traffic::VehicleIdx| ids.get(vehicle.0 as usize).map(VehicleId::as_str);
    let truth = json!({
        "id": format!("{}-{}-{}", incident.kind.as_str(), incident.number, incident.cycle),
        "kind": incident.kind.as_str(),
        "phase": incident.phase.as_str(),
        "at": at,
        "position": incident.position,
        "road": {"id": &*link.road_id, "name": link.name.as_deref()},
        "vehicles": incident.vehicles.iter().filter_map(name).collect::<Vec<_>>(),
    });
    truth.to_string().into_bytes()
}

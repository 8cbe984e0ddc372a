//! Traffic: vehicles that follow one another along routes on a road network, wait for one another at junctions, crash
//! and break down where a plan wants it.
//!
//! Pure: no clock, no network, no files; chance comes from the plan's seed alone. A [`Simulation`] is stepped, asked what
//! vehicles' instruments show ([`Simulation::observe`]) and what happened ([`Simulation::poll_event`]).

mod advance;
mod check;
mod demand;
mod event;
mod fleet;
mod idm;
mod incident;
mod lane_change;
mod lanes;
mod motion;
mod plan;
mod queue;
mod right_of_way;
mod router;
mod simulation;
mod spawn;
mod street;
#[cfg(test)]
mod tests;
mod turn;
mod vehicle;
mod world;

pub use event::{Hazard, Incident, IncidentPhase, TrafficEvent};
pub use fleet::FleetMix;
pub use plan::{IncidentKind, IncidentPlan, Through, TrafficPlan};
pub use simulation::{Observation, Simulation};
pub use spawn::BuildError;
pub use vehicle::VehicleIdx;
pub use world::{STEP_MS, STEP_S};

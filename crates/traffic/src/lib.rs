//! Traffic: vehicles that follow one another along routes on a road network, wait for one another at junctions, crash
//! and break down where a plan wants it.
//!
//! Pure: no clock, no network, no files; chance comes from the plan's seed alone. A [`Simulation`] is stepped, asked what
//! vehicles' instruments show ([`Simulation::observe`]) and what happened ([`Simulation::poll_event`]).
//!
//! While it runs it can be changed and asked:
//!
//! | what | how |
//! |---|---|
//! | how many vehicles drive, and stand parked | [`Simulation::set_vehicles`], [`Simulation::set_parked`]; who comes and goes is told as [`TrafficEvent::Entered`] and [`TrafficEvent::Left`] |
//! | an incident at a place, and its end | [`Simulation::stage`] with an [`IncidentPlan`] (crash, breakdown, lane closure, roadworks), [`Simulation::clear`] |
//! | the weather | [`Simulation::set_weather`] |
//! | demand by time of day | [`TrafficPlan::demand`] and [`TrafficPlan::time_of_day_s`], [`Simulation::set_demand`] |
//! | what is true | [`Simulation::incidents`], [`Simulation::queues`], [`TrafficEvent::Incident`] |
//! | who is there | [`Simulation::vehicles`], [`Simulation::serial`], [`Simulation::kind`], [`Simulation::activity`], [`Simulation::counts`] |
//!
//! A [`VehicleIdx`] is a place in the simulation's tables: it is used again after its vehicle has left. The
//! [`serial`](Simulation::serial) is the vehicle's own, never given twice.

mod advance;
mod chain;
mod check;
mod circulation;
mod closures;
mod count;
mod day_curve;
mod demand;
mod departures;
mod event;
mod explain;
mod fleet;
mod idm;
mod incident;
mod incident_plan;
mod junctions;
mod kerb;
mod lane_change;
mod lane_choice;
mod lanes;
mod light_plan;
mod lights;
mod motion;
mod observe;
mod plan;
mod queue;
mod right_of_way;
mod router;
mod signal;
mod simulation;
mod spawn;
mod stops;
mod street;
#[cfg(test)]
mod tests;
mod tuning;
mod turn;
mod turn_lanes;
mod turns;
mod vehicle;
mod view;
mod weather;
mod whereabouts;
mod world;

pub use day_curve::DayCurve;
pub use event::{Hazard, Incident, IncidentPhase, TrafficEvent};
pub use fleet::FleetMix;
pub use incident_plan::{IncidentKind, IncidentPlan, LaneSet, StageError};
pub use observe::{Activity, Counts, Observation};
pub use plan::{PlannedTrip, Through, TrafficPlan};
pub use queue::{Queue, Stretch};
pub use simulation::Simulation;
pub use spawn::BuildError;
pub use vehicle::VehicleIdx;
pub use weather::Weather;
pub use world::{STEP_MS, STEP_S};

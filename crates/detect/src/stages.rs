//! The stages one by one, for whoever runs them on several cores.
//!
//! A [`Sequencer`] reads the reports in order, gives each a place in time and each vehicle a number, and leaves a
//! [`Plan`]. Any number of [`TrackStage`]s, each for its own part of the vehicles, do the plan's tasks; one
//! [`WatchStage`] puts what they found together again in the plan's order. [`crate::Detector`] is all of them in one,
//! and gives the same outputs, byte for byte, whatever the number of parts and wherever a plan ends.

mod backlog;
mod plan;
mod sequencer;
mod vehicles;
mod watch_stage;

pub use crate::track::{TrackStage, Tracked};
pub(crate) use backlog::measured_at;
pub use plan::{Plan, Received, Step, TrackTask};
pub(crate) use sequencer::Memory;
pub use sequencer::{Admitted, Due, Passed, Place, Sequencer};
pub(crate) use vehicles::Vehicles;
pub use watch_stage::WatchStage;

//! What is said to a simulation that runs, and what it says of itself: the payloads of `vigiroute/v1/simulation/…`.

mod command;
mod incident;
pub mod limits;
mod members;
mod refusal;
#[cfg(test)]
mod tests;
mod truth;
mod tuning;

pub use command::{Command, Reply};
pub use incident::{IncidentOrder, Reporters, StagedKind};
pub use limits::Limits;
pub use refusal::Refusal;
pub use truth::{Truth, TruthKind};
pub use tuning::{ReportRule, TUNABLE, Tuning};

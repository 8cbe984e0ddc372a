//! What vehicles send: position reports at their times, hazard reports when something happens.
//!
//! Pure like the traffic: time comes from outside, chance from the seed.

mod noise;
mod payload;
mod reporter;
#[cfg(test)]
mod tests;

pub use reporter::{Outgoing, Reporter, ReporterSettings};

//! What vehicles send: position reports at their times, hazard reports when something happens; what the way to the broker
//! does to them; and the order in which they arrive.
//!
//! Pure like the traffic: time comes from outside, chance from the seed.

mod cam;
mod noise;
mod payload;
mod queue;
mod reporter;
mod reporting;
mod sender;
#[cfg(test)]
mod tests;

pub use queue::Queue;
pub use reporter::{Outgoing, Reporter, vehicle_id};
pub use reporting::Reporting;

//! How the vehicles' messages reach the broker: many vehicles over few connections.

mod fleet;
mod outbox;
mod uplink;
mod words;

pub use fleet::{Fleet, FleetSettings, connection_count};
pub use words::scenario_json;

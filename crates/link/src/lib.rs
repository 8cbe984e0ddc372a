//! The outside world's manners, shared by all programs: an MQTT client that gives pressure back to the broker, a
//! supervised XMPP stream, readiness and health over HTTP, logs and metrics, settings, backoff, shutdown.

pub mod backoff;
mod failure;
pub mod health;
pub mod mqtt;
pub mod queues;
mod readiness;
pub mod recording;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod xmpp;

pub use failure::Failure;
pub use readiness::{Condition, Readiness, Unmet};

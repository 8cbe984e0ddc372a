//! The simulator: vehicles that drive on a road network and report over MQTT.
//!
//! The traffic itself is the pure [`traffic`]; [`reports`] says what vehicles send. Around it: [`scenario`] (what is to
//! happen, from a file), [`publish`] (to the broker), [`run`] (in real time), [`replay`] (recordings instead of traffic).

pub mod commands;
pub mod files;
pub mod publish;
pub mod replay;
pub mod reports;
pub mod run;
pub mod scenario;
pub mod settings;

pub use traffic;

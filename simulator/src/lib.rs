//! The simulator: vehicles that drive on a road network and report over MQTT.
//!
//! The traffic itself is the pure [`traffic`]; [`reports`] says what vehicles send. Around it: [`scenario`] (what is to
//! happen, from a file), [`publish`] (to the broker), [`run`] (in real time), [`replay`] (recordings instead of traffic).

pub mod clock;
pub mod commands;
pub mod drive;
pub mod engine;
pub mod files;
pub mod incidents;
pub mod jams;
pub mod progress;
pub mod publish;
pub mod replay;
pub mod reports;
pub mod run;
pub mod scenario;
pub mod settings;
pub mod truth;
pub mod truth_file;

pub use traffic;

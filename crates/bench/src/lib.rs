//! A city, its vehicles and zones to measure the detector with: the same on every run and every machine.

mod chance;
mod city;
mod fleet;
mod message;
mod zones;

pub use city::City;
pub use fleet::Fleet;
pub use message::{payload, topic};
pub use zones::zones;

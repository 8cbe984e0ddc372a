//! A city, its vehicles and zones to measure the detector and the simulator with: the same on every run and every machine.

mod chance;
mod city;
mod fleet;
mod lit;
mod message;
mod stopwatch;
mod zones;

pub use chance::Chance;
pub use city::City;
pub use fleet::Fleet;
pub use lit::lit_city;
pub use message::{payload, topic};
pub use stopwatch::Stopwatch;
pub use zones::zones;

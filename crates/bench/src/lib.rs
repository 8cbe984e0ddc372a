//! A city, its vehicles and zones to measure the detector and the simulator with: the same on every run and every machine.

mod chance;
mod city;
mod figure;
mod fleet;
mod lit;
mod message;
mod process;
mod scrape;
mod stopwatch;
mod zones;

pub use chance::Chance;
pub use city::City;
pub use figure::{Figure, quantile};
pub use fleet::Fleet;
pub use lit::lit_city;
pub use message::{payload, topic};
pub use process::{Resident, children_ran_s, ran_s, resident};
pub use scrape::total;
pub use stopwatch::Stopwatch;
pub use zones::zones;

//! What the numbers of a simulation may be, wherever they are written: in a scenario, on a command line, over MQTT or REST.

use std::fmt;

/// The values that a number may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The number's name.
    pub name: &'static str,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Limits {
    const fn new(name: &'static str, least: f64, most: f64) -> Self {
        Self { name, least, most }
    }

    /// Whether a number is one of them. Not a number is none.
    #[must_use]
    pub fn contain(&self, value: f64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.least, self.most)
    }
}

/// The longest time that a simulation is told of, s.
pub const ONE_DAY_S: f64 = 86_400.0;

/// How many vehicles drive.
pub const VEHICLES: Limits = Limits::new("vehicles", 1.0, 100_000.0);
/// The share of the vehicles that report.
pub const REPORT_SHARE: Limits = Limits::new("report_share", 0.0, 1.0);
/// Seconds between two position reports of a vehicle.
pub const REPORT_INTERVAL_S: Limits = Limits::new("report_interval_s", 0.1, 60.0);
/// The error of reported positions, one sigma, m.
pub const GPS_NOISE_M: Limits = Limits::new("gps_noise_m", 0.0, 100.0);
/// The share of position reports that never arrive.
pub const REPORT_LOSS: Limits = Limits::new("report_loss", 0.0, 1.0);
/// How long reports are on their way on average, s.
pub const REPORT_DELAY_S: Limits = Limits::new("report_delay_s", 0.0, 60.0);
/// The share of position reports that arrive twice.
pub const REPORT_DUPLICATES: Limits = Limits::new("report_duplicates", 0.0, 1.0);
/// How many times as fast as in the world time runs.
pub const SPEED: Limits = Limits::new("speed", 0.0, 100.0);
/// How fast drivers want to go in this weather: 1 = dry road.
pub const WEATHER: Limits = Limits::new("weather", 0.3, 1.0);
/// How long an incident lasts, s.
pub const DURATION_S: Limits = Limits::new("duration_s", 1.0, ONE_DAY_S);
/// When drivers hear of an incident, s.
pub const KNOWN_AFTER_S: Limits = Limits::new("known_after_s", 0.0, ONE_DAY_S);
/// How many vehicles crash.
pub const CRASHED: Limits = Limits::new("vehicles", 1.0, 10.0);
/// How long a closure or roadworks are, m.
pub const LENGTH_M: Limits = Limits::new("length_m", 1.0, 10_000.0);

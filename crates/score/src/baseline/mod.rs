//! Rules that others use, on the same reports: they say what the figures are worth.

mod c2c;
mod hard_stop;
mod linear_road;

use crate::alarm::Alarm;
use crate::report::Recording;

/// A published rule.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    /// Its name in tables.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub about: &'static str,
    run: fn(&Recording) -> Vec<Alarm>,
}

/// All rules.
pub const ALL: [Baseline; 3] = [
    Baseline {
        name: "Linear Road",
        about: "accident: two vehicles at the same place, each for four reports in a row (here: within 10 m)",
        run: linear_road::run,
    },
    Baseline {
        name: "hard stop",
        about: "accident: a vehicle brakes harder than 4 m/s² and then stands for 10 s",
        run: hard_stop::run,
    },
    Baseline {
        name: "C2C-CC",
        about: "jam: a vehicle's mean speed over 120 s is at most 30 km/h, or it stands for 30 s among five that are as slow",
        run: c2c::run,
    },
];

impl Baseline {
    /// What the rule raises on a recording.
    #[must_use]
    pub fn run(&self, recording: &Recording) -> Vec<Alarm> {
        (self.run)(recording)
    }
}

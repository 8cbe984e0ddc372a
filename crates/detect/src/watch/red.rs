//! How long traffic lights are red, as those at the front of their queues find.

use serde::{Deserialize, Serialize};

/// Believed before anybody has waited, in seconds.
const PRIOR_S: f64 = 50.0;
/// So many of those who wait at the front wait no longer.
const QUANTILE: f64 = 0.85;
/// How far one wait moves the estimate, in seconds.
const STEP_S: f64 = 2.0;
/// Lights are red for this long, in seconds.
const RANGE_S: (f64, f64) = (40.0, 150.0);
/// Who waited less was held up by something else, or came late, in seconds.
const LEAST_S: f64 = 10.0;

/// The longest usual red, as a running quantile (stochastic approximation) of the waits at the front.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Red {
    longest_s: f64,
}

impl Default for Red {
    fn default() -> Self {
        Self { longest_s: PRIOR_S }
    }
}

impl Red {
    /// Takes note that somebody at the front has waited for this long.
    pub(crate) fn learn(&mut self, waited_s: f64) {
        if waited_s < LEAST_S {
            return;
        }
        let step_s = if waited_s > self.longest_s { QUANTILE } else { QUANTILE - 1.0 } * STEP_S;
        self.longest_s = (self.longest_s + step_s).clamp(RANGE_S.0, RANGE_S.1);
    }

    /// In seconds.
    pub(crate) fn longest_s(self) -> f64 {
        self.longest_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_at_the_front_tell_the_red() {
        let mut red = Red::default();
        for number in 0..4_000 {
            red.learn((number * 7 % 43) as f64);
        }
        assert!((36.0..46.0).contains(&red.longest_s()), "{}", red.longest_s());
        for number in 0..4_000 {
            red.learn((number * 7 % 90) as f64);
        }
        assert!((78.0..95.0).contains(&red.longest_s()), "{}", red.longest_s());
    }
}

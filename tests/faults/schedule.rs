//! Chance that can be repeated: moments and choices come from a seed, which is printed.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use std::time::Duration;

/// Of a run without a wish for another.
const USUAL_SEED: u64 = 20_260_101;

/// Chance.
#[derive(Debug)]
pub struct Chance(StdRng);

impl Chance {
    /// The chance of the test of this name.
    pub fn of(test: &str) -> Self {
        let given = std::env::var("VIGIROUTE_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = given.unwrap_or(USUAL_SEED);
        eprintln!("{test}: VIGIROUTE_FAULTS_SEED={seed}");
        let of_test = test.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Self(StdRng::seed_from_u64(of_test))
    }

    /// A time between two.
    pub fn between(&mut self, from: Duration, to: Duration) -> Duration {
        self.0.random_range(from..=to)
    }

    /// A share between two.
    pub fn share(&mut self, from: f64, to: f64) -> f64 {
        self.0.random_range(from..=to)
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.random_range(0..from.len())]
    }

    /// These in another order.
    pub fn shuffled<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        all.shuffle(&mut self.0);
        all
    }
}

/// Whether the longest tests are to run whole.
pub fn soak() -> bool {
    std::env::var_os("VIGIROUTE_SOAK").is_some()
}

//! Chance that comes out the same on every run.

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

/// A source of chance, set by words and a number.
#[derive(Debug, Clone)]
pub(crate) struct Chance(StdRng);

impl Chance {
    /// The same words and seed give the same course of chance.
    pub fn new(words: &str, seed: u64) -> Self {
        Self(StdRng::seed_from_u64(hash(words) ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// From 0 up to, not including, 1.
    #[allow(clippy::cast_precision_loss)]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From `low` up to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// One of `0..count`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    pub fn index(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Whether something of this probability comes about.
    pub fn is(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A waiting time in seconds until the next of so many a second (a Poisson process).
    pub fn wait_s(&mut self, per_second: f64) -> f64 {
        -(1.0 - self.unit()).ln() / per_second
    }

    /// Normally distributed, mean 0 and standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.unit(), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// FNV-1a, mixed once more so that words that differ little give numbers that differ much.
pub(crate) fn hash(words: &str) -> u64 {
    let mixed = words.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_repeats_itself_for_the_same_seed_only() {
        let draw = |seed| Chance::new("a", seed).unit();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn normal_draws_have_mean_0_and_deviation_1() {
        let mut chance = Chance::new("normal", 1);
        let draws: Vec<f64> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}

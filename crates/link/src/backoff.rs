//! Waiting longer and longer between tries, with jitter so that many clients do not come back at once.

use std::time::Duration;
use thiserror::Error;

/// How long to wait between tries: from `min`, doubling, up to `max`, each made longer by a random part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    jitter: f64,
}

/// Why a backoff cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidBackoff {
    /// The first wait is zero: a loop without a pause.
    #[error("the shortest wait must be longer than zero")]
    ZeroMin,
    /// The longest wait is shorter than the first.
    #[error("the longest wait must not be shorter than the shortest")]
    MaxUnderMin,
    /// The jitter is not a part between 0 and 1.
    #[error("jitter is a part between 0 and 1, not {0}")]
    Jitter(f64),
}

impl Backoff {
    /// Reconnecting to a server of our own: 0.1 s to 5 s.
    pub const RECONNECT: Self =
        Self { min: Duration::from_millis(100), max: Duration::from_secs(5), jitter: 0.3 };

    /// A backoff from `min` to `max`; every wait is made longer by up to `jitter` (0…1) of itself.
    ///
    /// # Errors
    /// Says which of the three does not make sense.
    pub fn try_new(min: Duration, max: Duration, jitter: f64) -> Result<Self, InvalidBackoff> {
        if min.is_zero() {
            return Err(InvalidBackoff::ZeroMin);
        }
        if max < min {
            return Err(InvalidBackoff::MaxUnderMin);
        }
        if !(0.0..=1.0).contains(&jitter) {
            return Err(InvalidBackoff::Jitter(jitter));
        }
        Ok(Self { min, max, jitter })
    }

    /// The waits of one row of failures.
    #[must_use]
    pub const fn delays(self) -> Delays {
        Delays { backoff: self, failures: 0 }
    }
}

/// The waits of one row of failures; [`Delays::reset`] after a success.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    backoff: Backoff,
    failures: u32,
}

impl Delays {
    /// How long to wait now.
    pub fn next_delay(&mut self) -> Duration {
        let doubled = self.backoff.min.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let base = doubled.min(self.backoff.max);
        base + base.mul_f64(self.backoff.jitter * rand::random::<f64>())
    }

    /// Begins again from the shortest wait.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_again_after_a_success() {
        let backoff = Backoff::try_new(Duration::from_millis(100), Duration::from_millis(350), 0.0).unwrap();
        let mut delays = backoff.delays();
        let mut next = || delays.next_delay().as_millis();
        assert_eq!([next(), next(), next(), next()], [100, 200, 350, 350]);
        delays.reset();
        assert_eq!(delays.next_delay().as_millis(), 100);
    }

    #[test]
    fn jitter_only_lengthens_and_stays_in_its_part() {
        let backoff = Backoff::try_new(Duration::from_secs(1), Duration::from_secs(1), 0.5).unwrap();
        let mut delays = backoff.delays();
        for _ in 0..1_000 {
            let delay = delays.next_delay();
            assert!((1.0..=1.5).contains(&delay.as_secs_f64()), "{delay:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let second = Duration::from_secs(1);
        assert_eq!(Backoff::try_new(Duration::ZERO, second, 0.0), Err(InvalidBackoff::ZeroMin));
        assert_eq!(Backoff::try_new(second, second / 2, 0.0), Err(InvalidBackoff::MaxUnderMin));
        assert_eq!(Backoff::try_new(second, second, 1.5), Err(InvalidBackoff::Jitter(1.5)));
    }
}

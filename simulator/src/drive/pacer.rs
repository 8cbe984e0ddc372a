//! How the time of the simulation follows the time of the world.

use tokio::time::Instant;

/// Tells the time of the simulation. It knows no clock: the moment is an argument.
#[derive(Debug)]
pub(super) struct Pacer {
    /// The moment at which the simulation's time was `anchored_ms`.
    anchor: Instant,
    anchored_ms: f64,
    speed: f64,
}

impl Pacer {
    /// Time 0 is `now`.
    pub fn new(speed: f64, now: Instant) -> Self {
        Self { anchor: now, anchored_ms: 0.0, speed }
    }

    /// The time of the simulation, ms.
    pub fn at(&self, now: Instant) -> i64 {
        (self.anchored_ms + self.since_anchor_ms(now)) as i64
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Runs so many times as fast from `now` on.
    pub fn set_speed(&mut self, speed: f64, now: Instant) {
        self.anchored_ms += self.since_anchor_ms(now);
        self.anchor = now;
        self.speed = speed;
    }

    /// Takes the time back by so many ms.
    pub fn take_back(&mut self, ms: i64) {
        self.anchored_ms -= ms as f64;
    }

    fn since_anchor_ms(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.anchor).as_secs_f64() * 1_000.0 * self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn time_runs_as_fast_as_asked_and_stands_still_at_0() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut pacer = Pacer::new(1.0, start);
        assert_eq!(pacer.at(after(10)), 10_000);
        pacer.set_speed(4.0, after(10));
        assert_eq!(pacer.at(after(15)), 30_000);
        pacer.set_speed(0.0, after(15));
        assert_eq!(pacer.at(after(75)), 30_000);
        pacer.take_back(1_000);
        assert_eq!(pacer.at(after(80)), 29_000);
    }
}

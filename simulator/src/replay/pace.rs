//! When each message of a recording is due.

use std::time::Duration;

/// Turns the times of a recording into times since the start of the replay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    speed: f64,
    /// So much of the recording is left out at its beginning.
    left_out_ms: f64,
    first_ms: Option<i64>,
    latest: Duration,
}

impl Pace {
    /// `speed` times as fast as recorded; 0 = everything at once.
    pub fn new(speed: f64) -> Self {
        Self { speed, left_out_ms: 0.0, first_ms: None, latest: Duration::ZERO }
    }

    /// The same, from so many seconds into the recording on.
    pub fn from(self, from_s: f64) -> Self {
        Self { left_out_ms: from_s * 1_000.0, ..self }
    }

    /// Whether a message is in the part that is left out.
    pub fn leaves_out(&mut self, received_ms: i64) -> bool {
        let first_ms = *self.first_ms.get_or_insert(received_ms);
        ((received_ms - first_ms) as f64) < self.left_out_ms
    }

    /// How long after the first message this one is due. A message that was received before an earlier line's is due with it.
    pub fn due(&mut self, received_ms: i64) -> Duration {
        if self.speed <= 0.0 {
            return Duration::ZERO;
        }
        let first_ms = *self.first_ms.get_or_insert(received_ms);
        let elapsed_ms = (received_ms - first_ms) as f64 - self.left_out_ms;
        let elapsed_s = elapsed_ms.max(0.0) / 1_000.0 / self.speed;
        let due = Duration::try_from_secs_f64(elapsed_s).unwrap_or(Duration::MAX);
        self.latest = self.latest.max(due);
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_as_they_were_received() {
        let mut pace = Pace::new(1.0);
        let due = [5_000, 5_250, 5_100, 7_000].map(|received_ms| pace.due(received_ms).as_millis());
        assert_eq!(due, [0, 250, 250, 2_000]);
    }

    #[test]
    fn what_is_left_out_takes_no_time() {
        let mut pace = Pace::new(2.0).from(3.0);
        assert_eq!(
            [5_000, 7_999, 8_000].map(|received_ms| pace.leaves_out(received_ms)),
            [true, true, false]
        );
        assert_eq!([8_000, 9_000].map(|received_ms| pace.due(received_ms).as_millis()), [0, 500]);
    }

    #[test]
    fn speed_shortens_the_waits_and_zero_takes_them_away() {
        let mut fast = Pace::new(10.0);
        fast.due(0);
        assert_eq!(fast.due(5_000).as_millis(), 500);
        let mut at_once = Pace::new(0.0);
        at_once.due(0);
        assert_eq!(at_once.due(5_000).as_millis(), 0);
    }
}

//! The detector's time: the reports' own, carried on by the receiver's clock while nobody reports.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Keeps the newest report time taken, and when it was received.
///
/// While reports come, time is theirs, so that a recording gives the same at any speed. When they cease, time
/// goes on as fast as the receiver's clock, so that what goes on can still end.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    newest: Option<Mark>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Mark {
    reported: Timestamp,
    received: Timestamp,
}

impl Clock {
    /// Takes note of a report that was used.
    pub(crate) fn advance(&mut self, reported: Timestamp, received: Timestamp) {
        match self.newest {
            Some(mark) if reported <= mark.reported => {}
            _ => self.newest = Some(Mark { reported, received }),
        }
    }

    /// The receiver's clock was ahead: no report is newer than `now`.
    pub(crate) fn go_back(&mut self, now: Timestamp) {
        self.newest = Some(Mark { reported: now, received: now });
    }

    /// Silence counts from `now`, the receiver's time.
    pub(crate) fn rebase(&mut self, now: Timestamp) {
        if let Some(mark) = &mut self.newest {
            mark.received = now;
        }
    }

    /// The newest report time taken.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.newest.map(|mark| mark.reported)
    }

    /// The reports' time at the receiver's time `now`; it stands until nobody has reported for `silence_ms`.
    pub(crate) fn at(&self, now: Timestamp, silence_ms: i64) -> Option<Timestamp> {
        self.newest.map(|mark| mark.reported + (now.since_ms(mark.received) - silence_ms).max(0))
    }

    /// The receiver's time at which the reports' time will be `reported` if nobody reports before.
    pub(crate) fn when(&self, reported: Timestamp, silence_ms: i64) -> Option<Timestamp> {
        self.newest.map(|mark| mark.received + silence_ms + reported.since_ms(mark.reported))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms_clamped(ms)
    }

    #[test]
    fn time_follows_the_newest_report_and_goes_on_in_silence() {
        let mut clock = Clock::default();
        assert_eq!(clock.at(at(5), 500), None);
        clock.advance(at(1_000), at(50_000));
        clock.advance(at(900), at(50_100));
        assert_eq!(clock.newest(), Some(at(1_000)));
        assert_eq!(clock.at(at(50_400), 500), Some(at(1_000)));
        assert_eq!(clock.at(at(52_500), 500), Some(at(3_000)));
        assert_eq!(clock.at(at(40_000), 500), Some(at(1_000)));
        assert_eq!(clock.when(at(3_000), 500), Some(at(52_500)));
    }
}

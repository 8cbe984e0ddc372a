//! Who waits before one light for the second time: the sign that its green clears the queue no longer.
//!
//! What the light shows is not known. But whoever has stood as one does at a red, has moved up with those ahead and comes to rest
//! again before the same line was left over by the green in between.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// Who has stood for this long waits for a red, and not for somebody who turns, in ms.
const STAND_MS: i64 = 15_000;
/// Who has come so far between two stands has moved up, in mm.
const MOVED_UP_MM: u16 = 10_000;
/// From one red to the next, in longest reds; whoever has lost so much time has seen another begin, moved up or not.
const CYCLE_REDS: f64 = 2.0;
/// On average it has begun after so much, as one comes at any time of the first.
const REDS: f64 = 1.25;

/// A light is green for at least so much of the longest red: before that nobody is left over, however soon they stand again.
const GREEN_REDS: f64 = 0.75;

/// What one vehicle has gone through before one light; small, as each vehicle has one.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct SecondRed {
    /// When it first drove off after a red.
    drove_off: Option<Timestamp>,
    /// How much later it came to rest again, in ms.
    rests_after_ms: Option<NonZeroU32>,
    /// How far it has come since it drove off, in mm, as far as this can count.
    moved_mm: u16,
    /// Whether it has stood again for as long as one does at a red.
    stood_again: bool,
}

impl SecondRed {
    /// Takes note that a stand is over at a time, which has lasted so long.
    pub(crate) fn drive_off(&mut self, at: Timestamp, stood_ms: i64) {
        if stood_ms >= STAND_MS {
            self.stood_again |= self.rests_after_ms.is_some();
            self.drove_off.get_or_insert(at);
        }
        if !self.stood_again {
            self.rests_after_ms = None;
        }
    }

    /// Takes note of a step.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    pub(crate) fn move_up(&mut self, driven_m: f64) {
        if self.drove_off.is_some() {
            self.moved_mm = self.moved_mm.saturating_add((driven_m * 1_000.0) as u16);
        }
    }

    /// Takes note that it has come to rest.
    pub(crate) fn stop(&mut self, at: Timestamp) {
        if let Some(drove_off) = self.drove_off
            && !self.stood_again
            && self.moved_mm >= MOVED_UP_MM
        {
            self.rests_after_ms = u32::try_from(at.since_ms(drove_off)).ok().and_then(NonZeroU32::new);
        }
    }

    /// Since when it has waited for a second red, if it has by `now`: since it stood again, but no earlier than the green is over.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn since(&self, red_s: f64, now: Timestamp) -> Option<Timestamp> {
        let drove_off = self.drove_off?;
        let rests_since = drove_off + i64::from(self.rests_after_ms?.get());
        let since = rests_since.max(drove_off + (red_s * GREEN_REDS * 1_000.0) as i64);
        ((self.stood_again || now.since_ms(rests_since) >= STAND_MS) && since <= now).then_some(since)
    }

    /// Since when somebody has waited through a second red who has been losing time since then, however often they stood; `None`
    /// if they may be waiting for the first.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn by_time(lost_since: Timestamp, red_s: f64, now: Timestamp) -> Option<Timestamp> {
        let after_ms = |reds: f64| (red_s * reds * 1_000.0) as i64;
        (now.since_ms(lost_since) >= after_ms(CYCLE_REDS)).then(|| lost_since + after_ms(REDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED_S: f64 = 40.0;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_ms_clamped(s * 1_000)
    }

    /// Stands from 0 to 35 s, moves up by so much and stands again from 45 s on.
    fn waited_twice(moved_m: f64) -> SecondRed {
        let mut waits = SecondRed::default();
        waits.stop(at(0));
        waits.drive_off(at(35), 35_000);
        waits.move_up(moved_m);
        waits.stop(at(45));
        waits
    }

    #[test]
    fn who_moves_up_and_stands_again_is_left_over_once_the_green_must_be_over() {
        let waits = waited_twice(20.0);
        assert_eq!(waits.since(RED_S, at(62)), None);
        assert_eq!(waits.since(RED_S, at(70)), Some(at(65)));
        assert_eq!(waited_twice(5.0).since(RED_S, at(120)), None);
    }

    #[test]
    fn who_waits_for_somebody_to_turn_is_not_left_over() {
        let mut waits = waited_twice(20.0);
        waits.drive_off(at(55), 10_000);
        assert_eq!(waits.since(RED_S, at(120)), None);
        waits.stop(at(80));
        assert_eq!(waits.since(RED_S, at(100)), Some(at(80)));
    }

    #[test]
    fn who_loses_time_for_a_whole_cycle_has_seen_a_second_red() {
        assert_eq!(SecondRed::by_time(at(0), RED_S, at(79)), None);
        assert_eq!(SecondRed::by_time(at(0), RED_S, at(80)), Some(at(50)));
    }
}

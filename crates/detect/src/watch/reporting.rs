//! The share of all vehicles that report, as their places in queues tell.

use super::queues::usable_lanes;
use crate::settings::JamSettings;
use serde::{Deserialize, Serialize};

/// What is believed before any queue was seen: that so many of so many report.
const PRIOR_SEEN: f64 = 1.0;
const PRIOR_ROOM: f64 = 6.0;
/// Of what was seen earlier this much counts with each vehicle asked, so that the share follows the time of day.
const MEMORY: f64 = 0.99;
/// The least share that is believed.
const LEAST_SHARE: f64 = 0.02;
/// The queue ahead is looked at as far as this, in metres: farther on it may have a gap, or an end.
const REACH_M: f64 = 45.0;
/// The first in a queue stands at most so far before the line, or the end of the road, in metres.
const FRONT_M: f64 = 20.0;
/// Who has less room before it tells too little, in metres.
const LEAST_REACH_M: f64 = 5.0;
/// Who stands at the very beginning of a link waits in the junction before it, in metres.
pub(crate) const JUNCTION_M: f64 = 25.0;
/// Vehicles beside, or ahead for all that their positions are off, in metres.
pub(crate) const BESIDE_M: f64 = 3.0;
/// The next vehicle's middle is up to a vehicle's length ahead: on average so much more is looked at than there must be, in
/// metres.
pub(crate) const HALF_M: f64 = 5.0;
/// What a vehicle takes up in a queue that has just come to rest, in metres.
const SPACING_M: f64 = 9.0;

/// What somebody who comes to rest in a queue has ahead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ahead {
    /// So many who report.
    seen: u16,
    /// Room for so many vehicles.
    room: f32,
}

impl Ahead {
    /// So many who report, up to `reach_m` ahead.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn of(seen: usize, reach_m: f64, lanes: u8) -> Self {
        let room = (reach_m / SPACING_M * usable_lanes(lanes)) as f32;
        Self { seen: u16::try_from(seen).unwrap_or(u16::MAX), room }
    }
}

/// How many of those who must be ahead of somebody in a queue report.
///
/// Who comes to rest in a queue has the road ahead full up to the line where the first one waits. Of the n vehicles that
/// have room there, k report; over many queues, the share that reports is the sum of all k over the sum of all n.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Reporting {
    seen: f64,
    room: f64,
}

impl Default for Reporting {
    fn default() -> Self {
        Self { seen: PRIOR_SEEN, room: PRIOR_ROOM }
    }
}

/// How far ahead of somebody in a queue, in metres, who is so far from the line where the first one waits, there must be
/// others. In town only those near the line can tell: farther back one also stops for a bus, or for somebody who parks.
pub(crate) fn reach_m(line_m: f64, is_in_town: bool) -> Option<f64> {
    let reach_m = line_m - FRONT_M;
    let tells = reach_m >= LEAST_REACH_M && (!is_in_town || reach_m <= REACH_M);
    tells.then_some(reach_m.min(REACH_M))
}

impl Reporting {
    /// Takes note of what somebody who has waited in a queue had ahead.
    pub(crate) fn learn(&mut self, ahead: Ahead) {
        self.seen = self.seen * MEMORY + f64::from(ahead.seen);
        self.room = self.room * MEMORY + f64::from(ahead.room);
    }

    /// The share of all vehicles that report, above 0 and up to 1.
    pub(crate) fn share(&self, settings: &JamSettings) -> f64 {
        if settings.reporting_share > 0.0 {
            return settings.reporting_share;
        }
        (self.seen / self.room).clamp(LEAST_SHARE, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_in_a_queue_tells_nothing_nor_who_stops_far_from_the_line_in_town() {
        assert_eq!(reach_m(20.0, true), None);
        assert_eq!(reach_m(50.0, true), Some(30.0));
        assert_eq!(reach_m(120.0, true), None);
        assert_eq!(reach_m(120.0, false), Some(45.0));
    }

    #[test]
    fn the_share_is_learnt_from_queues() {
        let settings = JamSettings::default();
        let mut reporting = Reporting::default();
        assert!((0.1..0.2).contains(&reporting.share(&settings)));
        // In 36 m of one lane there is room for four; one in ten of them reports.
        for number in 0..400 {
            reporting.learn(Ahead::of(usize::from(number % 5 < 2), 36.0, 1));
        }
        assert!((0.08..0.12).contains(&reporting.share(&settings)), "{}", reporting.share(&settings));
        for _ in 0..500 {
            reporting.learn(Ahead::of(4, 36.0, 1));
        }
        assert!(reporting.share(&settings) > 0.9, "{}", reporting.share(&settings));
        let told = JamSettings { reporting_share: 0.4, ..settings };
        assert!((reporting.share(&told) - 0.4).abs() < 1e-9);
    }
}

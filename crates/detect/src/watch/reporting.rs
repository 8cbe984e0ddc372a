//! The share of all vehicles that report, as their places in queues tell.

use super::lights::Lights;
use super::occupant::Occupant;
use super::queues::usable_lanes;
use super::stage::JAM_TICK_MS;
use crate::settings::JamSettings;
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use std::collections::BTreeMap;

/// What is believed before any queue was seen: that so many of so many had somebody before them.
const PRIOR_BEFORE: f64 = 2.0;
const PRIOR_ASKED: f64 = 4.0;
/// Of what was seen earlier this much counts with each vehicle asked, so that the share follows the time of day.
const MEMORY: f64 = 0.99;
/// The least share that is believed.
const LEAST_SHARE: f64 = 0.03;
/// Everybody is asked once in each stand, when the queue before has settled, in ms.
const ASKED_AFTER_MS: i64 = 12_000;
/// The next vehicle of a queue is so far ahead at most, in metres: a vehicle's length, a gap, and the error of two positions.
const NEXT_M: f64 = 15.0;
/// The errors of the positions may also turn the two round.
const BEHIND_M: f64 = -5.0;
/// Vehicles that have room in that stretch of one lane, on average.
const ROOM: f64 = 1.7;
/// The same when they drive off: whoever was before has a start.
const NEXT_OFF_M: f64 = 25.0;
const ROOM_OFF: f64 = 2.5;

/// How often somebody who waits in a queue sees a reporting vehicle right before them.
///
/// With a share p that reports and room for m vehicles where the next one must be, that happens with probability
/// f = 1 − (1 − p)^m, so that p = 1 − (1 − f)^(1/m).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reporting {
    before: f64,
    asked: f64,
    /// Room for so many, on average over those asked.
    room: f64,
}

impl Default for Reporting {
    fn default() -> Self {
        Self { before: PRIOR_BEFORE, asked: PRIOR_ASKED, room: ROOM }
    }
}

impl Reporting {
    /// Asks somebody who drives off after a light was red whether others were before it: their places are `ahead_m` of its
    /// own, in metres.
    pub(crate) fn ask(&mut self, others: impl Iterator<Item = f64>, lanes: u8) {
        let mut others = others;
        let is_before = others.any(|ahead_m| (BEHIND_M..=NEXT_OFF_M).contains(&ahead_m));
        self.learn(is_before, ROOM_OFF * usable_lanes(lanes));
    }

    /// Asks those in queues without a light, who have stood for long enough by now, whether they see somebody before them.
    pub(crate) fn look(
        &mut self,
        queueing: &BTreeMap<u32, Vec<&Occupant>>,
        now: Timestamp,
        network: &Network,
        lights: &Lights,
    ) {
        for (link, occupants) in queueing {
            let link = LinkIdx(*link);
            for (index, occupant) in occupants.iter().enumerate() {
                let asked = occupant.has_waited_ms(now).is_some_and(|waited_ms| {
                    (ASKED_AFTER_MS..ASKED_AFTER_MS + JAM_TICK_MS).contains(&waited_ms)
                });
                // Whoever has nobody ahead on the link may be the head of the queue.
                let in_front =
                    index + 1 == occupants.len() || lights.ahead_m(link, occupant.offset_m).is_some();
                if asked && !in_front {
                    let is_before = |other: &&Occupant| {
                        (BEHIND_M..=NEXT_M).contains(&(other.offset_m - occupant.offset_m))
                    };
                    let others = occupants[..index].iter().chain(&occupants[index + 1..]);
                    let room = ROOM * usable_lanes(network.link(link).lanes);
                    self.learn(others.copied().any(|other| is_before(&other)), room);
                }
            }
        }
    }

    fn learn(&mut self, is_before: bool, room: f64) {
        let seen = if is_before { 1.0 } else { 0.0 };
        self.before = self.before * MEMORY + seen;
        self.asked = self.asked * MEMORY + 1.0;
        self.room += (room - self.room) * (1.0 - MEMORY) * 3.0;
    }

    /// The share of all vehicles that report, above 0 and up to 1.
    pub(crate) fn share(&self, settings: &JamSettings) -> f64 {
        if settings.reporting_share > 0.0 {
            return settings.reporting_share;
        }
        let alone = 1.0 - (self.before / self.asked).min(0.999);
        (1.0 - alone.powf(1.0 / self.room)).clamp(LEAST_SHARE, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_learnt_from_queues() {
        let settings = JamSettings::default();
        let mut reporting = Reporting::default();
        for number in 0..400 {
            reporting.learn(number % 6 == 0, ROOM);
        }
        assert!((0.08..0.13).contains(&reporting.share(&settings)), "{}", reporting.share(&settings));
        for _ in 0..500 {
            reporting.learn(true, ROOM);
        }
        assert!(reporting.share(&settings) > 0.9, "{}", reporting.share(&settings));
        let told = JamSettings { reporting_share: 0.4, ..settings };
        assert!((reporting.share(&told) - 0.4).abs() < 1e-9);
    }
}

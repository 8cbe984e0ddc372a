//! How one vehicle gets on: how slow it has been, how much time it has lost, and whether it is in the traffic at all.

use super::lights::Lights;
use super::red::Red;
use super::reporting::Ahead;
use super::second_red::SecondRed;
use crate::observation::{Observation, OnRoad};
use crate::settings::JamSettings;
use model::{Timestamp, VehicleKind};
use roadnet::LinkIdx;
use serde::{Deserialize, Serialize};

/// Who has come so far belongs to the traffic; who has not been seen moving may have been parked all the time, in metres.
const ARRIVED_M: f32 = 30.0;
/// Who stands for this long while others pass is parked, or broken down, in ms.
const PARKED_AFTER_MS: i64 = 40_000;
/// So many must have passed.
const PASSED_BY: u8 = 2;
/// A bus that stands no longer than this may be at a stop, in ms.
const BUS_STOP_MS: i64 = 90_000;
/// Who gets slower than this stands, until it is faster than that, in m/s: reported speeds are never quite 0.
const STAND_MPS: f64 = 0.8;
const GO_MPS: f64 = 1.5;
/// One stand loses no more time than a red light takes and this, in seconds: whoever stands longer without moving up waits for
/// no queue.
const STAND_MARGIN_S: f64 = 5.0;
/// Who stands for so much longer than a red light takes may have parked, in seconds.
const WAIT_MARGIN_S: f64 = 20.0;
/// Who stands so close to a stop line is at the front, in metres.
const FRONT_M: f64 = 22.0;
/// Lost time is made good, when the way is free, with this time constant, in seconds.
const RECOVERY_S: f64 = 12.0;

/// A vehicle on a link. Two lines of the processor's cache, of which one begins where the other ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[repr(align(64))]
pub(crate) struct Occupant {
    /// Its number in the track stage.
    pub(crate) track: u32,
    pub(crate) ts: Timestamp,
    pub(crate) link: LinkIdx,
    pub(crate) offset_m: f64,
    /// As last reported.
    pub(crate) speed_mps: f64,
    /// The mean of the last seconds.
    pub(crate) mean_mps: f64,
    /// Since when it has been slow for this road.
    pub(crate) slow_since: Option<Timestamp>,
    /// How far it came since then, in metres.
    pub(crate) swept_m: f32,
    /// Time lost against free flow; made good again when it is free, and forgotten past a traffic light, in seconds.
    pub(crate) lost_s: f64,
    /// Since when it has been losing time.
    pub(crate) lost_since: Timestamp,
    /// What it has waited for before the light ahead.
    pub(crate) second_red: SecondRed,
    /// Since when it has stood.
    pub(crate) stood_since: Option<Timestamp>,
    /// Lost in the present stand, in seconds.
    stand_loss_s: f32,
    /// How long it stood when it was at the front of those who wait for a light, in seconds.
    front_s: Option<f32>,
    /// What it had ahead when it came to rest.
    pub(crate) ahead: Option<Ahead>,
    /// How far it has been seen to move, up to what makes it part of the traffic.
    travelled_m: f32,
    /// How many drove past while it stood.
    passed_by: u8,
    is_bus: bool,
}

/// What one step of a vehicle was like.
pub(crate) struct Step {
    pub(crate) moved_m: f64,
    /// Mean speed of the step over the speed limit.
    pub(crate) ratio: f64,
    /// How long it had waited at the front, if it has passed a light just now, in seconds.
    pub(crate) waited_s: Option<f64>,
    /// Whether it has just come to rest, as those do who wait in a queue.
    pub(crate) stops: bool,
    /// What it had ahead in a queue that it has waited in, if it has just driven off.
    pub(crate) waited_behind: Option<Ahead>,
}

impl Occupant {
    /// A vehicle that was not known on any road; whether it is known to be part of the traffic all the same.
    pub(crate) fn new(observation: &Observation, place: OnRoad, speed_mps: f64, arrived: bool) -> Self {
        Self {
            track: observation.track,
            ts: observation.ts,
            link: LinkIdx(place.link),
            offset_m: place.offset_m,
            speed_mps,
            mean_mps: speed_mps,
            slow_since: None,
            swept_m: 0.0,
            lost_s: 0.0,
            lost_since: observation.ts,
            second_red: SecondRed::default(),
            stood_since: (speed_mps < STAND_MPS).then_some(observation.ts),
            stand_loss_s: 0.0,
            front_s: None,
            ahead: None,
            travelled_m: if arrived { ARRIVED_M } else { 0.0 },
            passed_by: 0,
            is_bus: observation.kind == Some(VehicleKind::Bus),
        }
    }

    /// Takes the vehicle on to its next place.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // a step is far shorter than 2⁵² ms
    pub(crate) fn advance(
        &mut self,
        observation: &Observation,
        place: OnRoad,
        speed_mps: f64,
        limit_mps: f64,
        (lights, red): (&Lights, Red),
        settings: &JamSettings,
    ) -> Step {
        let (link, offset_m) = (LinkIdx(place.link), place.offset_m);
        let dt_s = observation.ts.since_ms(self.ts) as f64 / 1_000.0;
        let driven_m = (self.speed_mps + speed_mps) / 2.0 * dt_s;
        let moved_m = if link == self.link { (offset_m - self.offset_m).max(0.0) } else { driven_m };
        // Noise moves a standing vehicle about; a long silence hides what the speeds at its ends do not tell.
        let moved_m = if dt_s <= 6.0 { moved_m.min(driven_m + 5.0) } else { moved_m };
        let step_mps = if dt_s > 2.0 { moved_m / dt_s } else { speed_mps };

        let (mut waited_s, mut stops, mut waited_behind) = (None, false, None);
        let before_m = lights.ahead_m(self.link, self.offset_m);
        if before_m.is_some_and(|before_m| lights.passed(before_m, moved_m, link, offset_m)) {
            (self.lost_s, self.second_red) = (0.0, SecondRed::default());
            waited_s = self.front_s.take().map(f64::from);
        }
        self.second_red.move_up(moved_m.min(driven_m));
        let weight = 1.0 - (-dt_s / settings.smoothing_s).exp();
        self.mean_mps += (step_mps - self.mean_mps) * weight;
        let ratio = step_mps / limit_mps;
        if self.lost_s <= 0.0 {
            self.lost_since = self.ts;
        }
        if ratio < settings.clearing_speed_ratio {
            let mut lost_s = (1.0 - ratio.max(0.0)) * dt_s.min(30.0);
            if self.stood_since.is_some() {
                lost_s = lost_s.min(red.longest_s() + STAND_MARGIN_S - f64::from(self.stand_loss_s)).max(0.0);
                self.stand_loss_s += lost_s as f32;
            }
            self.lost_s += lost_s;
        } else {
            self.lost_s *= (-dt_s / RECOVERY_S).exp();
            if self.lost_s < 2.0 {
                self.lost_s = 0.0;
            }
        }

        let slow_below = if self.slow_since.is_some() {
            settings.clearing_speed_ratio
        } else {
            settings.onset_speed_ratio
        };
        if self.mean_mps < slow_below * limit_mps {
            self.swept_m =
                if self.slow_since.is_some() { self.swept_m + moved_m.min(driven_m) as f32 } else { 0.0 };
            self.slow_since.get_or_insert(observation.ts);
        } else {
            self.slow_since = None;
        }
        if speed_mps >= GO_MPS {
            let at_front = before_m.is_some_and(|before_m| before_m < FRONT_M);
            let stood_s = self
                .stood_since
                .take()
                .filter(|_| !self.is_bus)
                .map(|since| observation.ts.since_ms(since) as f64 / 1_000.0);
            self.second_red
                .drive_off(observation.ts, stood_s.map_or(0, |stood_s| (stood_s * 1_000.0) as i64));
            let ahead = self.ahead.take();
            if stood_s.is_some_and(|stood_s| stood_s <= red.longest_s() + WAIT_MARGIN_S) {
                waited_behind = ahead;
            }
            if at_front && stood_s.is_some() {
                self.front_s = stood_s.map(|stood_s| stood_s as f32);
            }
            (self.passed_by, self.stand_loss_s) = (0, 0.0);
            self.travelled_m = (self.travelled_m + moved_m.min(driven_m) as f32).min(ARRIVED_M);
        } else if self.mean_mps < STAND_MPS {
            stops = self.stood_since.is_none() && !self.is_bus;
            if self.stood_since.is_none() {
                self.second_red.stop(observation.ts);
            }
            self.stood_since.get_or_insert(observation.ts);
        }
        (self.ts, self.link, self.offset_m, self.speed_mps) = (observation.ts, link, offset_m, speed_mps);
        Step { moved_m, ratio, waited_s, stops, waited_behind }
    }

    /// How many drove past while it stood.
    pub(crate) fn passed_by(&self) -> u8 {
        self.passed_by
    }

    /// Takes note that somebody drove past.
    pub(crate) fn pass_by(&mut self) {
        self.passed_by = self.passed_by.saturating_add(1);
    }

    /// Whether it stands in nobody's way: parked, broken down beside the traffic, or at a bus stop.
    pub(crate) fn is_apart(&self, now: Timestamp) -> bool {
        let Some(since) = self.stood_since else { return self.travelled_m < ARRIVED_M };
        let stood_ms = now.since_ms(since);
        self.travelled_m < ARRIVED_M
            || (stood_ms >= PARKED_AFTER_MS && self.passed_by >= PASSED_BY)
            || (self.is_bus && stood_ms <= BUS_STOP_MS)
    }

    /// Whether it queues at `now`.
    pub(crate) fn queues(&self, now: Timestamp, settings: &JamSettings) -> bool {
        let slow_s = settings.min_slow_s;
        self.slow_since.is_some_and(|since| now.since_ms(since) >= crate::settings::ms(slow_s))
            && !self.is_apart(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occupant_takes_two_cache_lines() {
        assert_eq!(size_of::<Option<Occupant>>(), 128);
    }
}

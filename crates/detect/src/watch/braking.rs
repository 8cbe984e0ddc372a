//! How a vehicle drove lately: what a standstill is judged by once it has come.

use crate::observation::Observation;
use crate::settings::AccidentSettings;
use model::Timestamp;
use roadnet::LinkIdx;
use serde::{Deserialize, Serialize};

/// Two reports closer together than this give no deceleration: the speeds' errors are larger than their difference.
const LEAST_STEP_S: f32 = 0.5;
/// Two reports farther apart than this give none either: much can happen in between.
const LONGEST_STEP_S: f32 = 6.0;
/// A hardest braking is of one stop with what comes within this time, in ms.
const ONE_STOP_MS: i64 = 10_000;
/// Between reports this far apart, the way covered tells more of the braking than the time, in seconds.
const LEAST_WAY_S: f32 = 1.5;
/// The way covered may be off by this share of a report's standard deviation (both axes together): errors change slowly.
const WAY_ERROR: f32 = 1.0;
/// However short the way, it says less than a braking that was measured: at most this share of a hard one.
const MOST_BY_WAY: f32 = 0.95;
/// Decelerations as reported, and speeds, err by as much, in m/s² and m/s: the hardest of many is too hard by that.
const ERROR_MPS2: f32 = 0.3;
const ERROR_MPS: f32 = 0.4;

/// How one vehicle drove lately. Small: there is one for every vehicle.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Drive {
    at: Timestamp,
    speed_mps: f32,
    link: u32,
    offset_m: f32,
    /// When it was last driving, in seconds before `at`; infinite if never.
    fast_ago_s: f32,
    fast_link: u32,
    /// When it braked hardest, in seconds before `at`.
    hardest_ago_s: f32,
    hardest_mps2: f32,
    gap_s: f32,
}

/// On no road.
const NO_LINK: u32 = u32::MAX;

/// How a vehicle came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Approach {
    /// The link it was on when it was last driving, as far as is known.
    pub(crate) fast_link: Option<LinkIdx>,
    /// The hardest deceleration that it must have had, m/s².
    pub(crate) hardest_mps2: f32,
    /// The longest time between two reports while it braked, in seconds.
    pub(crate) gap_s: f32,
}

impl Approach {
    /// Of a vehicle that came to rest unseen.
    pub(crate) fn unseen() -> Self {
        Self { fast_link: None, hardest_mps2: 0.0, gap_s: f32::INFINITY }
    }
}

/// How one vehicle drove lately, if that is known.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Braking(Option<Drive>);

impl Braking {
    /// When the vehicle was last seen: for who wants the memory of many vehicles looked at ahead.
    pub(crate) fn seen(&self) -> Option<Timestamp> {
        self.0.map(|drive| drive.at)
    }

    /// Takes an observation of the vehicle at this speed.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    pub(crate) fn observe(&mut self, observation: &Observation, speed_mps: f64, settings: &AccidentSettings) {
        let (speed_mps, driving_mps) = (speed_mps as f32, settings.driving_mps as f32);
        let at = observation.ts;
        let (link, offset_m) =
            observation.on_road.map_or((NO_LINK, 0.0), |place| (place.link, place.offset_m as f32));
        let is_fast = speed_mps >= driving_mps;
        let Some(drive) = self.0.as_mut().filter(|drive| at.since_ms(drive.at) <= ONE_STOP_MS) else {
            self.0 = Some(Drive {
                at,
                speed_mps,
                link,
                offset_m,
                fast_ago_s: if is_fast { 0.0 } else { f32::INFINITY },
                fast_link: link,
                hardest_ago_s: f32::INFINITY,
                hardest_mps2: 0.0,
                gap_s: 0.0,
            });
            return;
        };
        let step_s = at.since_ms(drive.at) as f32 / 1_000.0;
        drive.fast_ago_s += step_s;
        drive.hardest_ago_s += step_s;
        let reported = observation.acceleration_mps2.map_or(0.0, |acceleration| -acceleration - ERROR_MPS2);
        let lost_mps = drive.speed_mps - speed_mps;
        let is_telling = (LEAST_STEP_S..=LONGEST_STEP_S).contains(&step_s);
        let mean = if is_telling { (lost_mps - ERROR_MPS) / step_s } else { 0.0 };
        let is_way_known = step_s > LEAST_WAY_S && is_telling && link == drive.link && link != NO_LINK;
        let of_way = if is_way_known && lost_mps >= driving_mps {
            let excess_m = offset_m - drive.offset_m - speed_mps * step_s;
            let most_mps2 = settings.hard_braking_mps2 as f32 * MOST_BY_WAY;
            least_braking(lost_mps, step_s, excess_m, observation.accuracy_m * WAY_ERROR).min(most_mps2)
        } else {
            0.0
        };
        let deceleration = reported.max(mean).max(of_way);
        if deceleration > drive.hardest_mps2 || drive.hardest_ago_s * 1_000.0 > ONE_STOP_MS as f32 {
            (drive.hardest_mps2, drive.hardest_ago_s) = (deceleration, 0.0);
        }
        drive.gap_s = if drive.speed_mps >= driving_mps { step_s } else { drive.gap_s.max(step_s) };
        if is_fast {
            (drive.fast_ago_s, drive.fast_link) = (0.0, link);
        }
        (drive.at, drive.speed_mps, drive.link, drive.offset_m) = (at, speed_mps, link, offset_m);
    }

    /// How the vehicle has come to rest, just observed; `None` if it has not been driving lately.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn approach(&self, settings: &AccidentSettings) -> Option<Approach> {
        let drive = self.0.as_ref()?;
        let is_of_this_stop = drive.hardest_ago_s * 1_000.0 <= ONE_STOP_MS as f32;
        (f64::from(drive.fast_ago_s) <= settings.approach_s).then_some(Approach {
            fast_link: (drive.fast_link != NO_LINK).then_some(LinkIdx(drive.fast_link)),
            hardest_mps2: if is_of_this_stop { drive.hardest_mps2 } else { 0.0 },
            gap_s: drive.gap_s,
        })
    }
}

/// The least deceleration, in m/s², of a vehicle that got slower by `lost_mps` within `step_s` and came `excess_m` farther
/// than at its later speed, give or take `error_m`.
///
/// Driving on for τ, braking with a and then going on with the later speed, it comes lost·τ + lost²/2a farther, where
/// 0 ≤ τ ≤ step − lost/a. At the two ends of that a is lost²/(2·excess) and lost²/(2·(lost·step − excess)); it cannot be
/// less than either.
fn least_braking(lost_mps: f32, step_s: f32, excess_m: f32, error_m: f32) -> f32 {
    let of = |way_m: f32| lost_mps * lost_mps / (2.0 * way_m);
    let (at_once_m, at_last_m) = (excess_m + error_m, lost_mps * step_s - excess_m + error_m);
    of(at_once_m.max(1.0)).max(of(at_last_m.max(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_covered_between_two_reports_tells_how_hard_a_vehicle_must_have_braked() {
        // From 14 m/s to rest within 4 s: braking evenly all the time takes 28 m at 3.5 m/s².
        assert!((least_braking(14.0, 4.0, 28.0, 0.0) - 3.5).abs() < 0.01);
        // Half of that way: it braked at once, and at least twice as hard.
        assert!((least_braking(14.0, 4.0, 14.0, 0.0) - 7.0).abs() < 0.01);
        // Nearly as far as without braking: it braked at the very last.
        assert!((least_braking(14.0, 4.0, 46.0, 0.0) - 9.8).abs() < 0.01);
        // What the receiver may err speaks for the vehicle.
        assert!((least_braking(14.0, 4.0, 14.0, 6.0) - 4.9).abs() < 0.01);
        // No way at all is the receiver's error: it is taken for 1 m.
        assert!((least_braking(14.0, 4.0, -9.0, 3.0) - 98.0).abs() < 0.01);
    }
}

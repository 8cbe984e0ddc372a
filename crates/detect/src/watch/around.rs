//! What happens around a vehicle at rest, gathered look by look.

use super::layout::{Layout, edges_m, is_motorway, lane_m};
use super::nearby::nearby;
use super::road_traffic::RoadTraffic;
use super::spot::Spot;
use super::stops::{Stander, Stops};
use super::suspicion::{self, Evidence};
use crate::settings::{AccidentSettings, ms};
use model::{Timestamp, VehicleKind};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

/// Most vehicles behind one at rest that are remembered.
const MOST_BEHIND: usize = 48;
/// Who comes by within this time at the limit is looked at, in seconds…
const BEHIND_S: f64 = 9.0;
/// …but not farther behind than this, and half of it at the least, in metres.
const BEHIND_M: f64 = 250.0;
/// How far ahead the road is looked at, in metres.
const AHEAD_M: f64 = 400.0;
/// A vehicle this far ahead or behind may as well be beside, in metres.
const BESIDE_M: f64 = 8.0;
/// A vehicle that passes is looked at from here on, in metres before.
const CLOSE_M: f64 = 50.0;
/// Who stands this close behind is stuck, in metres.
const STUCK_M: f64 = 40.0;
/// Who stands this close ahead is of a queue that reaches as far back, in metres.
const QUEUE_AHEAD_M: f64 = 80.0;
/// So many vehicles that pass one freely show that it is no part of a queue.
const PASSED: usize = 2;
/// Who waits at a line may stand this far beyond it, in metres.
const STOP_LINE_M: f64 = 15.0;
/// Nobody waits this long for a light that lets traffic through, in ms.
const CYCLE_MS: i64 = 100_000;
/// A vehicle that has not moved for this long and was never seen driving is parked, in ms.
const PARKED_MS: i64 = 300_000;
/// A braking that says as much for a crash is a hard one, as a logarithm.
const HARD: f64 = 4.0;
/// Two vehicles this close that stand for long are not there by chance, in metres.
const COMPANION_M: f64 = 15.0;
/// Two vehicles that came together and have both stood for this long belong together, in seconds.
const TOGETHER_S: f64 = 45.0;
/// Where one of the two braked hard, this is enough, in seconds.
const PAIR_S: f64 = 15.0;
/// Vehicles that stand as far behind tell how dense a queue would look, in metres.
pub(crate) const WAITING_M: f64 = 50.0;
/// How long a vehicle that was seen behind is waited for, and slow or free traffic ahead is remembered, in ms.
const WAIT_MS: i64 = 90_000;
const REMEMBER_MS: i64 = 20_000;
const REMEMBER_JAM_MS: i64 = 60_000;
/// Whoever is behind one that has just driven off needs so long to follow, and to tell, in ms.
const EXPLAINED_MS: i64 = 12_000;
/// Slower than this share of the limit is slow, faster than that is free.
const SLOW_RATIO: f64 = 0.35;
const FREE_RATIO: f64 = 0.55;
/// Who was free and is slower than this share of the limit has slowed down.
const SLOWED_RATIO: f64 = 0.45;

/// A vehicle that was seen behind.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Behind {
    track: u32,
    at: Timestamp,
    fastest_ratio: f64,
    /// Whether it drove freely and slowed down close by.
    is_slowed: bool,
    is_stuck: bool,
}

/// What happened around one vehicle at rest since it came to rest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Around {
    behind: Vec<Behind>,
    passed_free: usize,
    passed_slow: usize,
    stuck: usize,
    waiting_behind: usize,
    slow_ahead: Option<Timestamp>,
    free_ahead: Option<Timestamp>,
    /// When a vehicle in front last explained the standstill.
    explained: Option<Timestamp>,
    has_companion: bool,
    has_hard_companion: bool,
}

/// What is held against what happens.
#[derive(Clone, Copy)]
pub(crate) struct Scenery<'a> {
    pub(crate) network: &'a Network,
    pub(crate) layout: &'a Layout,
    pub(crate) traffic: &'a RoadTraffic,
    pub(crate) stops: &'a Stops,
    pub(crate) settings: &'a AccidentSettings,
    pub(crate) now: Timestamp,
}

impl Scenery<'_> {
    /// Whether a vehicle stands apart from the traffic, so that it explains nobody's standstill.
    fn is_aside(&self, spot: Spot) -> bool {
        match self.stander(spot) {
            Some(stander) => stander.is_passed(),
            None => {
                spot.speed_mps() < self.settings.standstill_mps
                    && self.slow_since(spot).is_some_and(|since| self.now.since_ms(since) > PARKED_MS)
            }
        }
    }

    /// The vehicle, if it is one at rest: nobody is that drives, so that most need not be asked.
    fn stander(&self, spot: Spot) -> Option<&Stander> {
        let rests = spot.speed_mps() <= self.settings.creep_mps.max(self.settings.standstill_mps);
        if rests { self.stops.get(spot.track) } else { None }
    }

    /// Since when it has been slow for its road.
    fn slow_since(&self, spot: Spot) -> Option<Timestamp> {
        if spot.is_slow { self.traffic.get(spot.track)?.slow_since } else { None }
    }
}

impl Around {
    /// Whether traffic has been seen to drive around the vehicle.
    pub(crate) fn is_passed(&self) -> bool {
        self.passed_free >= PASSED
    }

    /// Looks around a vehicle at rest.
    pub(crate) fn look(&mut self, track: u32, stander: &Stander, scenery: &Scenery<'_>) {
        let Scenery { network, traffic, settings, now, .. } = *scenery;
        let limit_mps = network.link(LinkIdx(stander.place.link)).speed_limit_mps;
        let behind_m = (limit_mps * BEHIND_S).clamp(BEHIND_M / 2.0, BEHIND_M);
        let mut others = Vec::new();
        nearby(network, traffic, stander.place, (behind_m, AHEAD_M), |away_m, link, spot| {
            if spot.track != track && !scenery.is_aside(spot) {
                others.push((away_m, spot.speed_mps() / traffic.limit_mps(link), spot));
            }
        });
        let is_queue_ahead = others.iter().any(|(away_m, ratio, spot)| {
            (BESIDE_M..=QUEUE_AHEAD_M).contains(away_m)
                && (spot.speed_mps() < settings.creep_mps || *ratio < SLOW_RATIO)
        });
        self.waiting_behind = others
            .iter()
            .filter(|(away_m, _, spot)| {
                (-WAITING_M..-BESIDE_M / 2.0).contains(away_m) && spot.speed_mps() < settings.creep_mps
            })
            .count();
        let (link, offset_m) = (LinkIdx(stander.place.link), stander.place.offset_m);
        let stop_line = scenery.layout.to_stop_line(network, link, offset_m, settings.queue_reach_m);
        for (away_m, ratio, spot) in others {
            let stands = spot.speed_mps() < settings.creep_mps;
            let other = scenery.stander(spot);
            if let Some(other) = other.filter(|_| away_m.abs() <= settings.companion_m) {
                let is_together = other.since.since_ms(stander.since).abs() <= ms(settings.companion_s);
                let braking = [stander, other].map(|vehicle| braking_of(vehicle, settings));
                let both_s = other.stood_s().min(stander.stood_s());
                let is_close = away_m.abs() <= COMPANION_M;
                let are_hard = braking[0].min(braking[1]) > HARD
                    || (is_close && both_s >= PAIR_S && braking[0] + braking[1] > HARD);
                self.has_hard_companion |= is_together && are_hard;
                self.has_companion |= is_together && is_close && both_s >= TOGETHER_S;
            }
            if away_m < -BESIDE_M {
                let came_to_rest = stands && other.is_some_and(|other| other.since > stander.since);
                self.note_behind(spot.track, away_m, ratio, came_to_rest && !is_queue_ahead, now);
                continue;
            }
            if away_m > BESIDE_M {
                self.note_passed(spot.track, ratio, is_queue_ahead, now);
            }
            let was_there = || match other {
                Some(other) => (other.since, spot.track) < (stander.since, track),
                None => scenery.slow_since(spot).is_some_and(|since| since <= stander.since),
            };
            if stands && away_m <= settings.queue_gap_m && was_there() {
                self.explained = Some(now);
            }
            if away_m > settings.queue_gap_m {
                // Before a line where one waits, who came later says nothing; beyond it, who waits for the next line says
                // nothing; elsewhere any jam ahead explains a standstill.
                let explains = || match stop_line {
                    Some((line_m, _)) if away_m <= line_m + STOP_LINE_M => was_there(),
                    Some(_) => scenery.slow_since(spot).is_some_and(|since| now.since_ms(since) > CYCLE_MS),
                    None => true,
                };
                if ratio < SLOW_RATIO && explains() {
                    self.slow_ahead = Some(now);
                } else if ratio > FREE_RATIO
                    && stop_line.is_none_or(|(line_m, _)| away_m <= line_m + STOP_LINE_M)
                {
                    self.free_ahead = Some(now);
                }
            }
        }
        self.behind.retain(|behind| now.since_ms(behind.at) <= WAIT_MS);
    }

    fn note_behind(&mut self, track: u32, away_m: f64, ratio: f64, came_to_rest: bool, now: Timestamp) {
        let is_stuck = came_to_rest && away_m > -STUCK_M;
        let has_room = self.behind.len() < MOST_BEHIND;
        let counted = match self.behind.iter_mut().find(|behind| behind.track == track) {
            Some(behind) => {
                behind.at = now;
                behind.fastest_ratio = behind.fastest_ratio.max(ratio);
                behind.is_slowed |=
                    away_m > -CLOSE_M && ratio < SLOWED_RATIO && behind.fastest_ratio > FREE_RATIO;
                let news = is_stuck && !behind.is_stuck;
                behind.is_stuck |= is_stuck;
                news
            }
            None if has_room => {
                self.behind.push(Behind { track, at: now, fastest_ratio: ratio, is_slowed: false, is_stuck });
                is_stuck
            }
            None => false,
        };
        self.stuck += usize::from(counted);
    }

    fn note_passed(&mut self, track: u32, ratio: f64, is_queue_ahead: bool, now: Timestamp) {
        let Some(index) = self.behind.iter().position(|behind| behind.track == track) else { return };
        let behind = self.behind.swap_remove(index);
        if now.since_ms(behind.at) <= WAIT_MS {
            if behind.is_slowed && !is_queue_ahead {
                self.passed_slow += 1;
            } else if ratio > FREE_RATIO {
                self.passed_free += 1;
            }
        }
    }

    /// Whether a vehicle in front explains the standstill, as far as is known.
    pub(crate) fn is_explained(&self, now: Timestamp) -> bool {
        self.explained.is_some_and(|at| now.since_ms(at) <= EXPLAINED_MS)
    }

    /// All that speaks for or against a crash.
    pub(crate) fn evidence(&self, stander: &Stander, scenery: &Scenery<'_>) -> Evidence {
        let Scenery { network, layout, settings, now, .. } = *scenery;
        let recent = |at: Option<Timestamp>, for_ms: i64| at.is_some_and(|at| now.since_ms(at) <= for_ms);
        let (link, offset_m) = (LinkIdx(stander.place.link), stander.place.offset_m);
        let edges = edges_m(network, network.link(link));
        let stop_line = layout.to_stop_line(network, link, offset_m, settings.queue_reach_m);
        Evidence {
            stood_s: stander.stood_s(),
            has_crept: stander.has_crept,
            braking: braking_of(stander, settings),
            stop_line,
            is_single_lane: network.link(link).lanes < 2,
            is_motorway: is_motorway(network.link(link)),
            is_bus: stander.kind == Some(VehicleKind::Bus),
            side: if stander.is_misplaced {
                suspicion::ELSEWHERE
            } else {
                suspicion::side(stander.right_m, edges, lane_m(), stander.side_sigma_m())
            },
            is_slow_ahead: recent(
                self.slow_ahead,
                if stop_line.is_some() { REMEMBER_MS } else { REMEMBER_JAM_MS },
            ),
            is_free_ahead: recent(self.free_ahead, REMEMBER_MS),
            passed_free: self.passed_free,
            passed_slow: self.passed_slow,
            stuck_behind: self.stuck,
            waiting_behind: self.waiting_behind,
            waiting_m: WAITING_M,
            has_companion: self.has_companion,
            has_hard_companion: self.has_hard_companion,
        }
    }
}

/// What a vehicle's braking says, as a logarithm.
pub(crate) fn braking_of(stander: &Stander, settings: &AccidentSettings) -> f64 {
    let approach = &stander.approach;
    suspicion::braking(
        f64::from(approach.hardest_mps2),
        f64::from(approach.gap_s),
        settings.hard_braking_mps2,
        stander.kind == Some(VehicleKind::Motorcycle),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_has_driven_off_ahead_explains_a_standstill_for_twelve_seconds() {
        let at = |ms| Timestamp::from_ms_clamped(ms);
        let around = Around { explained: Some(at(5_000)), ..Around::default() };
        assert!(around.is_explained(at(5_000)) && around.is_explained(at(17_000)));
        assert!(!around.is_explained(at(17_001)));
        assert!(!Around::default().is_explained(at(5_000)));
    }
}

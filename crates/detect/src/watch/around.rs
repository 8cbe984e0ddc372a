//! What happens around a vehicle at rest, gathered look by look.

use super::layout::{Layout, edges_m, lane_m};
use super::nearby::nearby;
use super::road_traffic::{Occupant, RoadTraffic};
use super::stops::{Stander, Stops};
use super::suspicion::{self, Evidence};
use crate::settings::{AccidentSettings, ms};
use model::{Timestamp, VehicleKind};
use roadnet::{LinkIdx, Network};

/// Most vehicles behind one at rest that are remembered.
const MOST_BEHIND: usize = 48;
/// How far behind a vehicle is expected to come by, and how far ahead the road is looked at, in metres.
const BEHIND_M: f64 = 250.0;
const AHEAD_M: f64 = 400.0;
/// A vehicle this far ahead or behind may as well be beside, in metres.
const BESIDE_M: f64 = 8.0;
/// A vehicle that passes is looked at from here on, in metres before.
const CLOSE_M: f64 = 60.0;
/// Who stands this close behind is stuck, in metres.
const STUCK_M: f64 = 40.0;
/// Who stands this close ahead is of a queue that reaches as far back, in metres.
const QUEUE_AHEAD_M: f64 = 80.0;
/// How long a vehicle that was seen behind is waited for, and slow or free traffic ahead is remembered, in ms.
const WAIT_MS: i64 = 90_000;
const REMEMBER_MS: i64 = 20_000;
/// Slower than this share of the limit is slow, faster than that is free.
const SLOW_RATIO: f64 = 0.35;
const FREE_RATIO: f64 = 0.55;

/// A vehicle that was seen behind.
#[derive(Debug, Clone, Copy)]
struct Behind {
    track: u32,
    at: Timestamp,
    slowest_ratio: f64,
    is_stuck: bool,
}

/// What happened around one vehicle at rest since it came to rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    behind: Vec<Behind>,
    passed_free: usize,
    passed_slow: usize,
    stuck: usize,
    slow_ahead: Option<Timestamp>,
    free_ahead: Option<Timestamp>,
    /// When a vehicle in front last explained the standstill.
    explained: Option<Timestamp>,
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

impl Around {
    /// Looks around a vehicle at rest.
    pub(crate) fn look(&mut self, track: u32, stander: &Stander, scenery: &Scenery<'_>) {
        let Scenery { network, traffic, stops, settings, now, .. } = *scenery;
        let mut others = Vec::new();
        nearby(network, traffic, stander.place, (BEHIND_M, AHEAD_M), |away_m, link, occupant| {
            if occupant.track != track {
                let ratio = occupant.speed_mps / network.link(link).speed_limit_mps;
                others.push((away_m, ratio, occupant));
            }
        });
        let waits = |away_m: f64, occupant: &Occupant| {
            (BESIDE_M..=QUEUE_AHEAD_M).contains(&away_m) && occupant.speed_mps < settings.creep_mps
        };
        let is_queue_ahead = others.iter().any(|(away_m, _, occupant)| waits(*away_m, occupant));
        let (link, offset_m) = (LinkIdx(stander.place.link), stander.place.offset_m);
        let stop_line = scenery.layout.to_stop_line(network, link, offset_m, settings.queue_reach_m);
        for (away_m, ratio, occupant) in others {
            let stands = occupant.speed_mps < settings.creep_mps;
            let other = stops.get(occupant.track);
            if let Some(other) = other.filter(|_| away_m.abs() <= settings.companion_m) {
                let is_together = other.since.since_ms(stander.since).abs() <= ms(settings.companion_s);
                let are_hard = braking_of(stander, settings) > 1.0 && braking_of(other, settings) > 1.0;
                self.has_hard_companion |= is_together && are_hard;
            }
            if away_m < -BESIDE_M {
                let came_to_rest = stands && other.is_some_and(|other| other.since > stander.since);
                self.note_behind(occupant.track, away_m, ratio, came_to_rest && !is_queue_ahead, now);
                continue;
            }
            if away_m > BESIDE_M {
                self.note_passed(occupant.track, ratio, is_queue_ahead, now);
            }
            let was_there = match other {
                Some(other) => (other.since, occupant.track) < (stander.since, track),
                None => occupant.slow_since.is_some_and(|since| since <= stander.since),
            };
            if stands && was_there && away_m <= settings.queue_gap_m {
                self.explained = Some(now);
            }
            if away_m > settings.queue_gap_m {
                // Where one waits at a line, who came later says nothing; elsewhere any jam ahead explains a standstill.
                if ratio < SLOW_RATIO && (was_there || stop_line.is_none()) {
                    self.slow_ahead = Some(now);
                } else if ratio > FREE_RATIO {
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
                if away_m > -CLOSE_M {
                    behind.slowest_ratio = behind.slowest_ratio.min(ratio);
                }
                let news = is_stuck && !behind.is_stuck;
                behind.is_stuck |= is_stuck;
                news
            }
            None if has_room => {
                self.behind.push(Behind { track, at: now, slowest_ratio: ratio, is_stuck });
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
            if behind.slowest_ratio.min(ratio) > FREE_RATIO {
                self.passed_free += 1;
            } else if !is_queue_ahead {
                self.passed_slow += 1;
            }
        }
    }

    /// Whether a vehicle in front explains the standstill, as far as is known.
    pub(crate) fn is_explained(&self, now: Timestamp) -> bool {
        self.explained.is_some_and(|at| now.since_ms(at) <= 3_000)
    }

    /// All that speaks for or against a crash.
    pub(crate) fn evidence(&self, stander: &Stander, scenery: &Scenery<'_>) -> Evidence {
        let Scenery { network, layout, settings, now, .. } = *scenery;
        let recent = |at: Option<Timestamp>| at.is_some_and(|at| now.since_ms(at) <= REMEMBER_MS);
        let (link, offset_m) = (LinkIdx(stander.place.link), stander.place.offset_m);
        let edges = edges_m(network, network.link(link));
        Evidence {
            stood_s: stander.stood_s(),
            braking: braking_of(stander, settings),
            stop_line: layout.to_stop_line(network, link, offset_m, settings.queue_reach_m),
            is_single_lane: network.link(link).lanes < 2,
            is_bus: stander.kind == Some(VehicleKind::Bus),
            side: suspicion::side(
                stander.right_m,
                edges,
                lane_m(),
                stander.side_sigma_m(settings.receiver_sigma_m),
            ),
            is_slow_ahead: recent(self.slow_ahead),
            is_free_ahead: recent(self.free_ahead),
            passed_free: self.passed_free,
            passed_slow: self.passed_slow,
            stuck_behind: self.stuck,
            has_hard_companion: self.has_hard_companion,
        }
    }
}

/// What a vehicle's braking says, as a logarithm.
fn braking_of(stander: &Stander, settings: &AccidentSettings) -> f64 {
    let approach = &stander.approach;
    suspicion::braking(
        f64::from(approach.hardest_mps2),
        f64::from(approach.gap_s),
        settings.hard_braking_mps2,
        stander.kind == Some(VehicleKind::Motorcycle),
    )
}

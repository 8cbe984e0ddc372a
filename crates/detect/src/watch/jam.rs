//! One queue from when it forms until it has dissolved; a jam once it has lasted.

use super::covered::{Covered, Reach};
use super::jam_event::{Kept, update};
use super::jams::Look;
use super::queues::Queue;
use crate::output::{Output, StateChange};
use crate::settings::ms;
use model::{Event, EventId, Phase, Timestamp};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

/// On roads out of town, from this limit on in m/s, a wave of stop and go this far away belongs to the same jam, in metres.
pub(super) const FAST_MPS: f64 = 19.0;
const FAST_REACH_M: f64 = 200.0;
/// Somebody who has lost so much more than a red light takes has not come through with the first green, in seconds.
const RED_MARGIN_S: f64 = 8.0;
/// From one red to the end of the next green it takes so many of the longest reds.
const CYCLE_REDS: f64 = 2.0;
/// What few vehicles tell is believed if one of them has moved up: each by itself may be parked or broken down.
const FEW: u32 = 2;
/// In town, so far on along the road it is another queue, in metres, besides the lengths that places are rounded to.
const REACH_M: f64 = 30.0;
/// From this share of reporting vehicles on, a queue is seen without gaps.
const SEEN_ALL: f64 = 0.45;
/// Who came so far in a queue has moved up in it, in metres.
const CREPT_M: f64 = 15.0;
/// A queue this near over a junction, when it forms, belongs to a jam that is there already, in metres.
const BESIDE_M: f64 = 75.0;
/// What looks like a jam must look so for this long, in ms; before a light longer, as the next green may clear it yet.
const SURE_AFTER_MS: i64 = 8_000;
const SURE_AT_LIGHT_MS: i64 = 13_000;
/// Where all report, the one who has lost most is the unluckiest of many: so much more is asked for, in seconds.
const UNLUCKIEST_S: f64 = 10.0;
/// By how much less the size that a queue had counts with every look at which it is smaller.
const FADING: f64 = 0.9;
/// Where few report, time that is bridged grows, up to this factor.
const MAX_PATIENCE: f64 = 3.0;

/// A queue that may become a jam, or is one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Jam {
    covered: Covered,
    /// Since when it has been a queue, when it was large enough for one.
    since: Option<Timestamp>,
    /// When it was last a queue; `None` after a restart.
    last: Option<Timestamp>,
    most_vehicles: f64,
    greatest_m: f64,
    /// Whether it has stood before a light.
    at_light: bool,
    /// Since when it has looked like a jam.
    ripe_since: Option<Timestamp>,
    pub(super) event: Option<Event>,
}

impl Jam {
    pub(crate) fn forming(queue: &Queue, now: Timestamp) -> Self {
        let mut jam = Self {
            covered: Covered::default(),
            since: None,
            last: Some(now),
            most_vehicles: 0.0,
            greatest_m: 0.0,
            at_light: false,
            ripe_since: None,
            event: None,
        };
        jam.covered.cover(queue, now);
        jam
    }

    pub(crate) fn restored(value: serde_json::Value, network: &Network) -> Option<Self> {
        let kept: Kept = serde_json::from_value(value).ok()?;
        let seen = kept.event.detected_at;
        let covered = Covered::links(kept.links(network), network, seen);
        Some(Self {
            covered,
            since: Some(kept.event.occurred_at),
            last: None,
            most_vehicles: 0.0,
            greatest_m: 0.0,
            at_light: false,
            ripe_since: None,
            event: Some(kept.event),
        })
    }

    /// The id of its event, if it is a jam.
    pub(crate) fn id(&self) -> Option<EventId> {
        self.event.as_ref().map(|event| event.id)
    }

    /// The links that it is on.
    pub(crate) fn links(&self) -> impl Iterator<Item = u32> + '_ {
        self.covered.link_numbers()
    }

    /// Whether it may be forgotten.
    pub(crate) fn is_over(&self) -> bool {
        match &self.event {
            Some(event) => event.phase == Phase::Ended,
            None => self.covered.is_empty(),
        }
    }

    /// Whether a queue is where this one is, or close to it along the road.
    pub(crate) fn touches(&self, queue: &Queue, look: &Look<'_>) -> bool {
        self.covered.touches(queue, look.network, |link| reach(link, look))
    }

    /// Whether this is a jam, and a queue is right beside it, over a junction too.
    pub(crate) fn is_beside(&self, queue: &Queue, look: &Look<'_>) -> bool {
        let beside = |link| {
            let Reach { along_m, across_m } = reach(link, look);
            Reach { along_m, across_m: across_m.max(BESIDE_M) }
        };
        self.event.is_some() && self.covered.touches(queue, look.network, beside)
    }

    /// Takes a younger one in; if that was a jam, its event is over.
    pub(crate) fn absorb(&mut self, younger: &mut Self, look: &Look<'_>, out: &mut Vec<Output>) {
        self.covered.absorb(&mut younger.covered);
        self.since = match (self.since, younger.since) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.most_vehicles = self.most_vehicles.max(younger.most_vehicles);
        self.greatest_m = self.greatest_m.max(younger.greatest_m);
        if self.event.is_none() {
            self.event = younger.event.take();
        } else if younger.event.is_some() {
            younger.end(look, look.now, out);
        }
    }

    /// Takes the queues that are here now.
    pub(crate) fn follow(&mut self, queues: &[&Queue], look: &Look<'_>, out: &mut Vec<Output>) {
        if self.is_over() {
            // Taken in by another one just now.
            return;
        }
        let settings = look.settings;
        let is_jam = self.event.is_some();
        self.at_light |= queues.iter().any(|queue| queue.before_light);
        let memory_s = settings.clearing_s * patience(look.share);
        // Whom the green has left over shows only when it ends.
        let memory_s = if self.at_light && is_jam { memory_s.max(CYCLE_REDS * look.red_s) } else { memory_s };
        let memory_ms = ms(memory_s);
        if self.last.is_none() {
            // Nobody can have been seen there before now.
            self.covered.refresh(look.now);
        }
        self.covered.forget(look.now - memory_ms);
        let covers = queues.iter().filter(|queue| !is_jam || queue.is_held_up());
        covers.for_each(|queue| self.covered.cover(queue, look.now));
        let lasting = |queue: &&&Queue| {
            !queue.before_light
                || queue.plight.lost_s >= look.red_s + RED_MARGIN_S
                || (is_jam && queue.is_held_up())
        };
        // The size that counts is that of the last moments.
        self.most_vehicles =
            (self.most_vehicles * FADING).max(queues.iter().map(|queue| queue.estimated).sum());
        self.greatest_m = (self.greatest_m * FADING).max(queues.iter().map(|queue| queue.length_m).sum());
        let mut lasting: Vec<&Queue> = queues.iter().filter(lasting).copied().collect();
        if !lasting.is_empty() {
            lasting.sort_by(|a, b| b.estimated.total_cmp(&a.estimated));
            let since = lasting.iter().filter_map(|queue| onset(queue, look)).chain(self.since).min();
            self.since = since;
            self.last = Some(look.now);
            if self.event.is_some() {
                update(self, &lasting, look, out);
            } else if self.has_lasted(&lasting, look) {
                // What is dissolving already is gone before it is sure.
                let ripe_since = *self.ripe_since.get_or_insert(look.now);
                let at_light = lasting.iter().any(|queue| queue.before_light);
                let sure_after_ms = if at_light { SURE_AT_LIGHT_MS } else { SURE_AFTER_MS };
                if look.now.since_ms(ripe_since) >= sure_after_ms {
                    self.begin(&lasting, look, out);
                }
            } else {
                self.ripe_since = None;
            }
            return;
        }
        let last = *self.last.get_or_insert(look.now);
        if look.now.since_ms(last) > memory_ms {
            (self.since, self.ripe_since) = (None, None);
            (self.most_vehicles, self.greatest_m) = (0.0, 0.0);
            self.end(look, last, out);
        }
    }

    /// Whether it is large enough, and has stood for longer than a light, a stop or a moment's hesitation explains.
    fn has_lasted(&self, queues: &[&Queue], look: &Look<'_>) -> bool {
        let settings = look.settings;
        if self.most_vehicles < settings.min_vehicles || self.greatest_m < settings.min_length_m {
            return false;
        }
        let age_ms = self.since.map_or(0, |since| look.now.since_ms(since));
        let lost_s = queues.iter().map(|queue| queue.plight.lost_s).fold(0.0, f64::max);
        let vehicles = queues.iter().map(|queue| queue.vehicles).sum::<u32>();
        let alone = vehicles == 1;
        let swept_m = queues.iter().map(|queue| queue.plight.swept_m).fold(0.0, f64::max);
        // Somebody alone may have broken down, and those in mid-block may be at the kerb: only who creeps tells of a queue.
        let in_block = queues.iter().all(|queue| queue.in_block && !queue.before_light);
        if (vehicles <= FEW || in_block) && swept_m < CREPT_M {
            return false;
        }
        let now: f64 = queues.iter().map(|queue| queue.estimated).sum();
        let enough = if in_block { settings.min_vehicles } else { settings.min_vehicles * 0.6 };
        if now < enough || (in_block && alone) {
            return false;
        }
        if queues.iter().any(|queue| queue.before_light) {
            return lost_s >= look.red_s + settings.light_lost_s + UNLUCKIEST_S * look.share;
        }
        let is_fast = queues.iter().all(|queue| is_fast(queue.head, look));
        let (onset_s, least_lost_s, doubt) = if is_fast {
            (settings.fast_onset_s, settings.fast_lost_s, 1.5)
        } else {
            (settings.onset_s, settings.lost_s, 2.0)
        };
        let doubt = if alone || in_block { doubt } else { 1.0 };
        age_ms >= ms(onset_s) && lost_s >= least_lost_s * doubt
    }

    fn begin(&mut self, queues: &[&Queue], look: &Look<'_>, out: &mut Vec<Output>) {
        let since = self.since.unwrap_or(look.now);
        self.event = Some(super::jam_event::begin(queues, since, look));
        self.emit(look.network, out);
    }

    fn end(&mut self, look: &Look<'_>, ended_at: Timestamp, out: &mut Vec<Output>) {
        let Some(event) = &mut self.event else {
            return;
        };
        event.revision += 1;
        event.phase = Phase::Ended;
        event.detected_at = event.detected_at.max(look.now);
        event.ended_at = Some(ended_at.max(event.occurred_at));
        self.emit(look.network, out);
    }

    pub(super) fn emit(&self, network: &Network, out: &mut Vec<Output>) {
        let Some(event) = &self.event else { return };
        let key = format!("jam/{}", event.id);
        out.push(Output::Event(Box::new(event.clone())));
        out.push(Output::State(if event.phase == Phase::Ended {
            StateChange::forget(key)
        } else {
            StateChange::keep(key, &Kept::of(event, self.covered.link_numbers(), network))
        }));
    }
}

/// Whether a road is one out of town.
fn is_fast(link: LinkIdx, look: &Look<'_>) -> bool {
    look.network.link(link).speed_limit_mps >= FAST_MPS
}

/// How far one queue may be from another and still be the same: along a link, and over a junction.
fn reach(link: LinkIdx, look: &Look<'_>) -> Reach {
    if is_fast(link, look) {
        let along_m = FAST_REACH_M * patience(look.share);
        return Reach { along_m, across_m: along_m };
    }
    let along_m = REACH_M * patience(look.share);
    // Over a junction only those can be one whose ends do not report: else they would be seen as one queue.
    Reach { along_m, across_m: (along_m - look.settings.max_gap_m).max(0.0) }
}

/// By how much longer, or farther, to look for what is seen of a queue where few report.
fn patience(share: f64) -> f64 {
    (1.0 / share.sqrt()).min(MAX_PATIENCE)
}

/// When a queue that is seen now began to be more than a light explains, as far as it is known.
fn onset(queue: &Queue, look: &Look<'_>) -> Option<Timestamp> {
    if queue.before_light {
        queue.plight.left_over_since
    } else if look.share >= SEEN_ALL {
        Some(look.now)
    } else {
        Some(queue.plight.slow_since)
    }
}

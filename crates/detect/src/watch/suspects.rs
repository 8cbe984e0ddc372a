//! Vehicles at rest that may have crashed, and how likely each has.
//!
//! Most vehicles at rest wait for a light or for the one in front, and drive on before anything could be said of them. So
//! each is looked at when there can be something to decide: soon if it braked as nobody does, later if not, and the less
//! often the farther it is from being suspected.

use super::around::{Scenery, braking_of};
use super::layout::Layout;
use super::road_traffic::RoadTraffic;
use super::stops::{Stander, Stops};
use super::suspicion::{AT_LINE_M, probability};
use crate::settings::{AccidentSettings, ms};
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Who braked hard but stands where one waits is first looked at when it has stood for this long, in ms.
const HARD_AT_LINE_MS: i64 = 10_000;
/// Who did not brake hard is not suspected before it has stood for this long, in ms, whatever happens around it.
const SOFT_MS: i64 = 15_000;
/// A vehicle is looked at again after so many ms while it is suspected or nearly so, …
const CLOSE_MS: i64 = 1_000;
/// …while a crash is some hundred times less likely than what else it may be, …
const HALFWAY_MS: i64 = 2_000;
/// …while it is less likely still: nobody drives past unseen in that time, …
const FAR_MS: i64 = 3_000;
/// …and if it has stood for so long that it will hardly become one, in ms.
const PARKED_MS: i64 = 10_000;
/// Logarithms of the odds that part these.
const CLOSE: f64 = -3.0;
const HALFWAY: f64 = -6.0;
/// What is parked for this long will hardly be suspected any more, in seconds.
const PARKED_S: f64 = 600.0;

/// A vehicle at rest that very likely crashed.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    pub(crate) track: u32,
    pub(crate) stander: Stander,
    pub(crate) confidence: f64,
}

/// What a look is held against.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) network: &'a Network,
    pub(crate) layout: &'a Layout,
    pub(crate) traffic: &'a RoadTraffic,
    pub(crate) settings: &'a AccidentSettings,
    pub(crate) now: Timestamp,
}

/// When each vehicle at rest is looked at next: the time, its number in the track stage, and since when it has stood.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Suspects {
    due: BinaryHeap<Reverse<(Timestamp, u32, Timestamp)>>,
}

impl Suspects {
    /// Looks at the vehicles at rest whose time has come; gives those that very likely crashed, in order of their numbers.
    pub(crate) fn look(&mut self, stops: &mut Stops, view: View<'_>) -> Vec<Suspect> {
        for track in stops.take_arrived() {
            if let Some(stander) = stops.get(track) {
                let first = stander.since + first_look_ms(stander, view);
                self.due.push(Reverse((first, track, stander.since)));
            }
        }
        let mut suspects = Vec::new();
        while let Some(&Reverse((at, track, since))) = self.due.peek()
            && at <= view.now
        {
            self.due.pop();
            // Who drove on meanwhile, or came to rest anew, is not the one that was meant.
            if stops.get(track).is_some_and(|stander| stander.since == since) {
                let (again_ms, suspect) = look(track, stops, view);
                suspects.extend(suspect);
                self.due.push(Reverse((view.now + again_ms, track, since)));
            }
        }
        suspects.sort_by_key(|suspect| suspect.track);
        suspects
    }
}

/// How long a vehicle must have stood before it is worth a look, in ms.
fn first_look_ms(stander: &Stander, view: View<'_>) -> i64 {
    let View { network, layout, settings, .. } = view;
    let rest_ms = ms(settings.rest_s);
    if braking_of(stander, settings) <= 0.0 {
        return rest_ms.max(SOFT_MS);
    }
    let link = LinkIdx(stander.place.link);
    match layout.to_stop_line(network, link, stander.place.offset_m, AT_LINE_M) {
        Some(_) => rest_ms.max(HARD_AT_LINE_MS),
        None => rest_ms,
    }
}

/// Looks at one vehicle at rest: after how many ms to look again, and what it is suspected of.
fn look(track: u32, stops: &mut Stops, view: View<'_>) -> (i64, Option<Suspect>) {
    let View { network, layout, traffic, settings, now } = view;
    let mut around = stops.take_around(track).unwrap_or_default();
    let scenery = Scenery { network, layout, traffic, stops, settings, now };
    let Some(stander) = stops.get(track).filter(|at| now.since_ms(at.seen) <= ms(settings.fresh_s)) else {
        stops.put_around(track, around);
        return (CLOSE_MS, None);
    };
    around.look(track, stander, &scenery);
    let log_odds = around.evidence(stander, &scenery).log_odds();
    let again_ms = match log_odds {
        _ if stander.stood_s() > PARKED_S && log_odds < CLOSE => PARKED_MS,
        CLOSE.. => CLOSE_MS,
        HALFWAY.. => HALFWAY_MS,
        _ => FAR_MS,
    };
    let confidence = probability(log_odds);
    let is_suspect = confidence >= settings.onset_confidence && !around.is_explained(now);
    let suspect = is_suspect.then(|| Suspect { track, stander: stander.clone(), confidence });
    stops.put_around(track, around);
    (again_ms, suspect)
}

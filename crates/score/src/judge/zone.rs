//! Entries and exits that were told against those there were.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Sort, note};
use super::{Heard, seconds};
use crate::alarm::Alarm;
use crate::truth::{Crossing, Visit};

/// What was told belongs to a crossing that is at most this far away in time, in ms.
const SAME_MS: i64 = 60_000;
/// A vehicle that crosses so soon after it was first heard, or so shortly before it was last heard, may not be seen to, in ms.
const EDGE_MS: i64 = 15_000;

/// How well entries and exits were told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Crossings {
    /// Entries and exits of sure visits of vehicles that reported.
    pub expected: usize,
    /// Those of them that were not told.
    pub missed: usize,
    /// Told entries and exits that nobody made, or that had been told already.
    pub surplus: usize,
    /// How far off in time those told were, in seconds, one for each.
    #[serde(skip)]
    pub errors_s: Vec<f64>,
}

/// Vehicle, zone, and whether it went in.
type Key<'a> = (&'a str, &'a str, bool);

pub(super) fn judge(
    visits: &[Visit],
    entries: &[&Alarm],
    exits: &[&Alarm],
    heard: &Heard,
    faults: &mut Vec<Fault>,
) -> Crossings {
    let mut told: BTreeMap<Key<'_>, Vec<i64>> = BTreeMap::new();
    for (alarms, is_entry) in [(entries, true), (exits, false)] {
        for alarm in alarms {
            if let (Some(vehicle), Some(zone)) = (alarm.vehicles.first(), &alarm.zone) {
                told.entry((vehicle, zone, is_entry)).or_default().push(alarm.occurred_ms);
            }
        }
    }
    let mut sure: BTreeMap<Key<'_>, Vec<Crossing>> = BTreeMap::new();
    let mut possible: BTreeMap<Key<'_>, Vec<Crossing>> = BTreeMap::new();
    for visit in visits {
        // Who vanishes inside leaves by its silence.
        let vanished =
            heard.span(&visit.vehicle).filter(|_| visit.exit.is_none()).map(|(_, last_ms)| last_ms);
        if let (Some(at_ms), Some(inside)) = (vanished, visit.entry) {
            let gone = Crossing { at_ms, span_ms: (at_ms, at_ms), ..inside };
            possible.entry((&visit.vehicle, &visit.zone, false)).or_default().push(gone);
        }
        for (crossing, is_entry) in [(visit.entry, true), (visit.exit, false)] {
            if let Some(crossing) = crossing {
                let list = if visit.is_sure { &mut sure } else { &mut possible };
                list.entry((&visit.vehicle, &visit.zone, is_entry)).or_default().push(crossing);
            }
        }
    }
    let mut crossings = Crossings::default();
    let keys: std::collections::BTreeSet<Key<'_>> = told.keys().chain(sure.keys()).copied().collect();
    for key in keys {
        // Who never reports is never expected to be seen, and cannot be told of.
        let Some(span) = heard.span(key.0) else { continue };
        let list = |of: &BTreeMap<Key<'_>, Vec<Crossing>>| of.get(&key).cloned().unwrap_or_default();
        let told = told.get(&key).cloned().unwrap_or_default();
        let mut fault = |what, at_ms| {
            let about = format!("{} {} {}", key.0, if key.2 { "into" } else { "out of" }, key.1);
            note(faults, Fault { what, at_s: seconds(at_ms), place: None, about });
        };
        one(&list(&sure), list(&possible), told, span, &mut crossings, &mut fault);
    }
    crossings
}

/// One vehicle's crossings of one border in one direction.
fn one(
    sure: &[Crossing],
    mut possible: Vec<Crossing>,
    mut told: Vec<i64>,
    (first_ms, last_ms): (i64, i64),
    out: &mut Crossings,
    fault: &mut impl FnMut(Sort, i64),
) {
    let is_seen = |at_ms: i64| (first_ms + EDGE_MS..=last_ms - EDGE_MS).contains(&at_ms);
    for crossing in sure {
        let at_ms = crossing.at_ms;
        possible.retain(|other| other.at_ms != at_ms);
        out.expected += usize::from(is_seen(at_ms));
        match take_nearest(&mut told, crossing) {
            Some(told_ms) => out.errors_s.push(seconds((told_ms - at_ms).abs())),
            None if is_seen(at_ms) => {
                out.missed += 1;
                fault(Sort::MissedCrossing, at_ms);
            }
            None => {}
        }
    }
    // Those that fit best first: what is left over of several must be what fits none.
    while let Some((i, _)) = (possible.iter().enumerate())
        .filter_map(|(i, crossing)| Some((i, nearest(&told, crossing)?)))
        .min_by_key(|(i, told_i)| (told[*told_i] - possible[*i].at_ms).abs())
    {
        take_nearest(&mut told, &possible.swap_remove(i));
    }
    for told_ms in told.into_iter().filter(|&told_ms| is_seen(told_ms)) {
        out.surplus += 1;
        fault(Sort::FalseCrossing, told_ms);
    }
}

/// Takes what was told nearest to a crossing out of the list.
fn take_nearest(told: &mut Vec<i64>, crossing: &Crossing) -> Option<i64> {
    nearest(told, crossing).map(|i| told.remove(i))
}

/// What was told nearest to a crossing.
fn nearest(told: &[i64], crossing: &Crossing) -> Option<usize> {
    let (from_ms, to_ms) = crossing.span_ms;
    (0..told.len())
        .filter(|&i| (from_ms - SAME_MS..=to_ms + SAME_MS).contains(&told[i]))
        .min_by_key(|&i| (told[i] - crossing.at_ms).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(sure: &[i64], possible: &[i64], told: &[i64]) -> (usize, usize, usize) {
        let mut out = Crossings::default();
        let place = model::LatLon::new(0.0, 0.0);
        let crossings = |times: &[i64]| -> Vec<Crossing> {
            times.iter().map(|&at_ms| Crossing { at_ms, place, span_ms: (at_ms, at_ms) }).collect()
        };
        one(&crossings(sure), crossings(possible), told.to_vec(), (0, 1_000_000), &mut out, &mut |_, _| {});
        (out.expected, out.missed, out.surplus)
    }

    #[test]
    fn every_sure_crossing_is_to_be_told_once() {
        assert_eq!(judged(&[100_000], &[100_000], &[103_000]), (1, 0, 0));
        assert_eq!(judged(&[100_000], &[100_000], &[]), (1, 1, 0));
        assert_eq!(judged(&[100_000], &[100_000], &[103_000, 110_000]), (1, 0, 1));
        assert_eq!(judged(&[], &[], &[103_000]), (0, 0, 1));
    }

    #[test]
    fn a_crossing_in_doubt_may_be_told_or_not() {
        assert_eq!(judged(&[], &[100_000], &[]), (0, 0, 0));
        assert_eq!(judged(&[], &[100_000], &[103_000]), (0, 0, 0));
        assert_eq!(judged(&[], &[100_000], &[103_000, 104_000]), (0, 0, 1));
        // What was told on the vehicle's first report does not stand for a later crossing.
        assert_eq!(judged(&[], &[30_000], &[1_000, 30_500]), (0, 0, 0));
    }

    #[test]
    fn who_is_not_heard_before_or_after_need_not_be_seen() {
        assert_eq!(judged(&[5_000], &[5_000], &[]), (0, 0, 0));
        assert_eq!(judged(&[], &[], &[999_000]), (0, 0, 0));
    }
}

//! What was detected, held against what is true.

use super::known::{Known, Thing};
use model::simulation::TruthKind;
use model::{Event, EventId, EventKind, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use yardstick::overlap::{Course, share};
use yardstick::{Alarm, Stretch, accident, lines};

/// Something younger than this and not found is not missed yet, ms.
const PATIENCE_MS: i64 = 120_000;

/// How well the detector does on the simulation that runs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Score {
    /// From when on all was heard.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Crashes, held against events of type `accident`.
    pub accidents: Tally,
    /// Jams, held against events of type `jam`.
    pub jams: Tally,
    /// Each crash and jam, and what became of it.
    pub outcomes: Vec<Outcome>,
    /// The events for which nothing happened.
    #[schema(value_type = Vec<String>)]
    pub false_alarms: Vec<EventId>,
}

/// What became of all things of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
pub struct Tally {
    /// Those that happened.
    pub happened: usize,
    /// Those of them that were found.
    pub found: usize,
    /// Those that were not, although there was time for it. What is neither found nor missed may still be found.
    pub missed: usize,
    /// Events for which nothing happened.
    pub false_alarms: usize,
    /// Events for queues on the edge of being a jam: neither right nor wrong.
    pub marginal: usize,
    /// From the beginning to the event, the middle one of those found, s.
    #[schema(required = true)]
    pub median_delay_s: Option<f64>,
    /// The longest of them, s.
    #[schema(required = true)]
    pub longest_delay_s: Option<f64>,
}

/// What became of one thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outcome {
    /// Its name, as the simulator calls it.
    pub id: String,
    /// `crash` or `jam`.
    #[schema(value_type = String)]
    pub kind: TruthKind,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub began: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    pub ended: Option<Timestamp>,
    /// The first event for it.
    #[schema(value_type = Option<String>, required = true)]
    pub event: Option<EventId>,
    /// From its beginning to that, s, at least 0.
    #[schema(required = true)]
    pub delay_s: Option<f64>,
}

/// Puts the revisions of events, in any order, together to alarms.
pub(super) fn alarms(revisions: Vec<Event>, start: Timestamp) -> BTreeMap<EventId, Alarm> {
    let mut by_event: BTreeMap<EventId, Vec<Event>> = BTreeMap::new();
    for event in revisions {
        by_event.entry(event.id).or_default().push(event);
    }
    let alarm = |mut revisions: Vec<Event>| {
        revisions.sort_by_key(|event| event.revision);
        let (first, last) = (revisions.first()?, revisions.last()?);
        let occurred_ms = last.occurred_at.since_ms(start);
        let mut alarm = Alarm::at(first.kind, first.position, first.detected_at.since_ms(start), occurred_ms);
        alarm.ended_ms = last.ended_at.map(|ended| ended.since_ms(start));
        alarm.course = (revisions.iter().enumerate())
            .map(|(nth, event)| Stretch {
                since_ms: if nth == 0 { occurred_ms } else { event.detected_at.since_ms(start) },
                lines: lines(&event.geometry),
            })
            .collect();
        Some(alarm)
    };
    by_event.into_iter().filter_map(|(id, revisions)| Some((id, alarm(revisions)?))).collect()
}

/// Holds alarms against what is known. `start` is what all times are counted from, `since` from when on all was heard.
pub(super) fn score(
    known: &Known,
    alarms: &BTreeMap<EventId, Alarm>,
    start: Timestamp,
    since: Timestamp,
    now: Timestamp,
) -> Score {
    let (since_ms, now_ms) = (since.since_ms(start), now.since_ms(start));
    let happened = |thing: &&Thing| thing.ended.is_none_or(|ended| ended >= since);
    let crashes: Vec<&Thing> =
        known.things().filter(|thing| thing.kind == TruthKind::Crash).filter(happened).collect();
    let (marginal, jams): (Vec<&Thing>, Vec<&Thing>) = known
        .things()
        .filter(|thing| thing.kind == TruthKind::Jam)
        .filter(happened)
        .partition(|thing| thing.marginal);

    let mut judge = Judge { now_ms, start, outcomes: Vec::new(), false_alarms: Vec::new() };
    let of = |kind| {
        alarms
            .iter()
            .filter(move |(_, alarm)| alarm.kind == kind && alarm.raised_ms >= since_ms)
            .map(|(id, alarm)| (*id, alarm))
            .collect::<Vec<(EventId, &Alarm)>>()
    };
    let is_accident = |alarm: &Alarm, thing: &Thing| {
        accident::is_for(alarm, thing.place, thing.began_ms(), thing.ended_ms())
    };
    let is_jam = |alarm: &Alarm, thing: &Thing| share(alarm, thing, now_ms) > 0.0;
    let accidents = judge.tally(&crashes, &[], &of(EventKind::Accident), is_accident);
    let jams = judge.tally(&jams, &marginal, &of(EventKind::Jam), is_jam);
    let Judge { mut outcomes, false_alarms, .. } = judge;
    outcomes.sort_by_key(|outcome| outcome.began);
    Score { since, accidents, jams, outcomes, false_alarms }
}

struct Judge {
    now_ms: i64,
    start: Timestamp,
    outcomes: Vec<Outcome>,
    false_alarms: Vec<EventId>,
}

impl Judge {
    fn tally(
        &mut self,
        things: &[&Thing],
        marginal: &[&Thing],
        alarms: &[(EventId, &Alarm)],
        is_for: impl Fn(&Alarm, &Thing) -> bool,
    ) -> Tally {
        let mut tally = Tally { happened: things.len(), ..Tally::default() };
        let mut delays_s = Vec::new();
        for thing in things {
            let fitting = alarms.iter().filter(|(_, alarm)| is_for(alarm, thing));
            let first = fitting.min_by_key(|(_, alarm)| alarm.raised_ms);
            let delay_s =
                first.map(|(_, alarm)| (alarm.raised_ms - thing.began_ms()).max(0) as f64 / 1_000.0);
            delays_s.extend(delay_s);
            let last_ms = thing.ended.map_or(self.now_ms, |ended| ended.since_ms(self.start));
            let is_old = self.now_ms - thing.began_ms() > PATIENCE_MS || self.now_ms > last_ms + PATIENCE_MS;
            tally.missed += usize::from(first.is_none() && is_old);
            self.outcomes.push(Outcome {
                id: thing.id.clone(),
                kind: thing.kind,
                began: thing.began,
                ended: thing.ended,
                event: first.map(|(id, _)| *id),
                delay_s,
            });
        }
        for (id, alarm) in alarms {
            if things.iter().any(|thing| is_for(alarm, thing)) {
                continue;
            }
            if marginal.iter().any(|thing| is_for(alarm, thing)) {
                tally.marginal += 1;
            } else {
                tally.false_alarms += 1;
                self.false_alarms.push(*id);
            }
        }
        delays_s.sort_by(f64::total_cmp);
        tally.found = delays_s.len();
        tally.median_delay_s = delays_s.get(delays_s.len() / 2).copied();
        tally.longest_delay_s = delays_s.last().copied();
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::simulation::Truth;
    use model::{Geometry, LatLon, LocalPlane, Measures, Phase};

    const START: Timestamp = Timestamp::from_ms_clamped(1_760_000_000_000);
    const PLACE: LatLon = LatLon::new(60.17, 24.94);

    fn at(east_m: f64) -> LatLon {
        LocalPlane::at(PLACE).to_lat_lon(east_m, 0.0)
    }

    fn truth(id: &str, kind: TruthKind, phase: Phase, at_s: i64, geometry: Geometry) -> Truth {
        let (at, since) = (START + at_s * 1_000, START + 10_000);
        let (road, vehicles, marginal) = (None, Vec::new(), false);
        Truth { id: id.into(), kind, phase, at, since, position: PLACE, geometry, road, vehicles, marginal }
    }

    fn event(kind: EventKind, revision: u32, detected_s: i64, position: LatLon, geometry: Geometry) -> Event {
        let occurred_at = START + 12_000;
        Event {
            id: EventId::derive(kind, occurred_at, &format!("{}", position.lon), ""),
            revision,
            kind,
            phase: if revision == 1 { Phase::Started } else { Phase::Updated },
            occurred_at,
            detected_at: START + detected_s * 1_000,
            ended_at: None,
            position,
            geometry,
            road: None,
            zone: None,
            vehicles: Vec::new(),
            confidence: 0.9,
            cause: None,
            measures: Measures::default(),
        }
    }

    fn score_at(known: &Known, revisions: Vec<Event>, now_s: i64) -> Score {
        score(known, &alarms(revisions, START), START, START, START + now_s * 1_000)
    }

    #[test]
    fn a_crash_is_found_by_an_alarm_near_it_and_another_is_false() {
        let mut known = Known::since(START);
        known.take(&truth("crash-0-0", TruthKind::Crash, Phase::Started, 10, Geometry::point(PLACE)));
        let right = event(EventKind::Accident, 1, 22, at(40.0), Geometry::point(at(40.0)));
        let wrong = event(EventKind::Accident, 1, 30, at(400.0), Geometry::point(at(400.0)));
        let score = score_at(&known, vec![right.clone(), wrong.clone()], 60);
        assert_eq!(
            (score.accidents.happened, score.accidents.found, score.accidents.false_alarms),
            (1, 1, 1)
        );
        assert_eq!(score.accidents.median_delay_s, Some(12.0));
        assert_eq!((score.outcomes[0].event, score.false_alarms), (Some(right.id), vec![wrong.id]));
    }

    #[test]
    fn what_is_young_and_not_found_is_not_missed_yet() {
        let mut known = Known::since(START);
        known.take(&truth("crash-0-0", TruthKind::Crash, Phase::Started, 10, Geometry::point(PLACE)));
        assert_eq!(score_at(&known, Vec::new(), 60).accidents.missed, 0);
        assert_eq!(score_at(&known, Vec::new(), 200).accidents.missed, 1);
    }

    #[test]
    fn a_jam_is_found_by_a_line_on_it_that_runs_its_way() {
        let mut known = Known::since(START);
        let line = |from_m, to_m| Geometry::line(&[at(from_m), at(to_m)]);
        for at_s in [70, 75, 80] {
            known.take(&truth("jam-0", TruthKind::Jam, Phase::Updated, at_s, line(0.0, 200.0)));
        }
        let right = event(EventKind::Jam, 1, 50, at(20.0), line(20.0, 150.0));
        let back = event(EventKind::Jam, 1, 50, at(150.0), line(150.0, 20.0));
        let score = score_at(&known, vec![right, back], 90);
        assert_eq!((score.jams.happened, score.jams.found, score.jams.false_alarms), (1, 1, 1));
        assert_eq!(score.jams.median_delay_s, Some(40.0));
        // While it is only on the edge of being one, nobody is blamed.
        let mut edge = truth("jam-0", TruthKind::Jam, Phase::Updated, 85, line(0.0, 200.0));
        edge.marginal = true;
        known.take(&edge);
        let right = event(EventKind::Jam, 1, 50, at(20.0), line(20.0, 150.0));
        let score = score_at(&known, vec![right], 90);
        assert_eq!((score.jams.happened, score.jams.marginal, score.jams.false_alarms), (0, 1, 0));
    }
}

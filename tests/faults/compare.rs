//! Whether two runs told the same story.

use crate::state::State;
use model::{Event, EventKind, Phase};
use std::collections::BTreeMap;

/// How far apart the places of one episode may be: a jam's own place is its tail, which moves.
const APART_M: f64 = 150.0;

/// How far the times of an episode may differ, in seconds of the recording.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance(pub f64);

impl Tolerance {
    /// Nothing was lost on the way: a few seconds.
    pub const NOTHING_LOST: Self = Self(5.0);

    /// The broker itself was killed, and what it had not saved went with it (docs/operations.md): so much of the recording
    /// as is played in two seconds, and a few more.
    pub fn broker_killed(speed: f64) -> Self {
        Self(2.0 * speed + 5.0)
    }
}

/// What is different in `actual`, in words; empty when the stories are the same.
pub fn differences(expected: &State, actual: &State, tolerance: Tolerance) -> Vec<String> {
    let mut found = actual.flaws();
    let (expected, actual) = (by_subject(expected), by_subject(actual));
    for (subject, wanted) in &expected {
        let empty = Vec::new();
        let have = actual.get(subject).unwrap_or(&empty);
        pair_up(subject, wanted, have, tolerance, &mut found);
    }
    for (subject, events) in &actual {
        if !expected.contains_key(subject) {
            found.extend(events.iter().map(|event| format!("too much: {}", words(event))));
        }
    }
    found
}

/// Events that may be the same episode: of one kind, and of one vehicle and zone, or of one road.
fn by_subject(state: &State) -> BTreeMap<String, Vec<&Event>> {
    let mut subjects: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for event in &state.events {
        let kind = event.kind.as_str();
        let subject = match event.kind {
            EventKind::ZoneEntry | EventKind::ZoneExit => {
                let zone = event.zone.as_ref().map(|zone| zone.id.to_string()).unwrap_or_default();
                let vehicle = event.vehicles.first().map(ToString::to_string).unwrap_or_default();
                format!("{kind} {zone} {vehicle}")
            }
            EventKind::Accident | EventKind::Jam => {
                let road = event.road.as_ref().and_then(|road| road.name.clone()).unwrap_or_default();
                format!("{kind} {road}")
            }
        };
        subjects.entry(subject).or_default().push(event);
    }
    subjects
}

fn pair_up(subject: &str, wanted: &[&Event], have: &[&Event], tolerance: Tolerance, found: &mut Vec<String>) {
    let mut left: Vec<&Event> = have.to_vec();
    for event in wanted {
        let fits = |other: &&&Event| is_same(event, other, tolerance);
        match left.iter().enumerate().find(|(_, other)| fits(other)).map(|(index, _)| index) {
            Some(index) => {
                left.remove(index);
            }
            None => found.push(format!("missing of {subject}: {}", words(event))),
        }
    }
    found.extend(left.into_iter().map(|event| format!("too much: {}", words(event))));
}

fn is_same(one: &Event, other: &Event, Tolerance(most_s): Tolerance) -> bool {
    let close = |a: model::Timestamp, b: model::Timestamp| a.since_ms(b).abs() as f64 <= most_s * 1_000.0;
    let ends = match (one.ended_at, other.ended_at) {
        (None, None) => true,
        (Some(a), Some(b)) => close(a, b),
        _ => false,
    };
    let over = |event: &Event| event.phase == Phase::Ended;
    close(one.occurred_at, other.occurred_at)
        && ends
        && over(one) == over(other)
        && one.position.distance_m(other.position) <= APART_M
}

fn words(event: &Event) -> String {
    let ended = event.ended_at.map(|at| format!(" to {at}")).unwrap_or_default();
    format!(
        "{} {} {} from {}{ended}, revision {} at {:.5},{:.5} {:?}",
        event.kind.as_str(),
        event.phase.as_str(),
        event.id,
        event.occurred_at,
        event.revision,
        event.position.lat,
        event.position.lon,
        event.vehicles.iter().map(ToString::to_string).collect::<Vec<_>>(),
    )
}

//! What a detector or a rule raised, in one form.

use std::collections::HashMap;

use model::{Event, EventId, EventKind, Geometry, LatLon, Timestamp};

use crate::report::START;

/// One episode that was raised, from its first revision to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// What it says it is.
    pub kind: EventKind,
    /// When whoever listens had it, in ms since the start of the scene.
    pub raised_ms: i64,
    /// When it began, as its last revision says, in ms since the start of the scene.
    pub occurred_ms: i64,
    /// When it was over, in ms since the start of the scene.
    pub ended_ms: Option<i64>,
    /// Where it was first said to be.
    pub place: LatLon,
    /// Where it was said to be from when on.
    pub course: Vec<Stretch>,
    /// Who is involved.
    pub vehicles: Vec<String>,
    /// The zone that was entered or left.
    pub zone: Option<String>,
}

/// An alarm's extent, until the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// In ms since the start of the scene.
    pub since_ms: i64,
    /// Lines in the direction of traffic, or single points.
    pub lines: Vec<Vec<LatLon>>,
}

impl Alarm {
    /// An alarm at one place.
    #[must_use]
    pub fn at(kind: EventKind, place: LatLon, raised_ms: i64, occurred_ms: i64) -> Self {
        let course = vec![Stretch { since_ms: raised_ms, lines: vec![vec![place]] }];
        let (ended_ms, vehicles, zone) = (None, Vec::new(), None);
        Self { kind, raised_ms, occurred_ms, ended_ms, place, course, vehicles, zone }
    }
}

/// Puts the revisions of events together.
#[derive(Debug, Default)]
pub struct Alarms {
    alarms: Vec<Alarm>,
    by_id: HashMap<EventId, usize>,
}

impl Alarms {
    /// Takes a revision that came out at `now`.
    pub fn take(&mut self, event: &Event, now: Timestamp) {
        let (now_ms, occurred_ms) = (now.since_ms(START), event.occurred_at.since_ms(START));
        let i = *self.by_id.entry(event.id).or_insert_with(|| {
            let mut alarm = Alarm::at(event.kind, event.position, now_ms, occurred_ms);
            alarm.course.clear();
            self.alarms.push(alarm);
            self.alarms.len() - 1
        });
        let alarm = &mut self.alarms[i];
        alarm.occurred_ms = occurred_ms;
        alarm.ended_ms = event.ended_at.map(|ended| ended.since_ms(START));
        alarm.vehicles = event.vehicles.iter().map(|vehicle| vehicle.as_str().to_owned()).collect();
        alarm.zone = event.zone.as_ref().map(|zone| zone.id.as_str().to_owned());
        let since_ms = alarm.course.last().map_or(occurred_ms, |_| now_ms);
        alarm.course.push(Stretch { since_ms, lines: lines(&event.geometry) });
    }

    /// All alarms, in the order in which they were raised.
    #[must_use]
    pub fn into_vec(self) -> Vec<Alarm> {
        self.alarms
    }
}

fn lines(geometry: &Geometry) -> Vec<Vec<LatLon>> {
    let line = |points: &Vec<[f64; 2]>| points.iter().map(|&[lon, lat]| LatLon::new(lat, lon)).collect();
    match geometry {
        Geometry::Point([lon, lat]) => vec![vec![LatLon::new(*lat, *lon)]],
        Geometry::LineString(points) => vec![line(points)],
        Geometry::MultiLineString(lines) => lines.iter().map(line).collect(),
    }
}

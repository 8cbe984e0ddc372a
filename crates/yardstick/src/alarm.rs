//! What a detector or a rule raised, in one form.

use model::{EventKind, Geometry, LatLon};

/// One episode that was raised, from its first revision to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// What it says it is.
    pub kind: EventKind,
    /// When whoever listens had it, in ms since the start.
    pub raised_ms: i64,
    /// When it began, as its last revision says, in ms since the start.
    pub occurred_ms: i64,
    /// When it was over, in ms since the start.
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
    /// In ms since the start.
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

/// The lines of a geometry; a point is a line of one.
#[must_use]
pub fn lines(geometry: &Geometry) -> Vec<Vec<LatLon>> {
    let line = |points: &Vec<[f64; 2]>| points.iter().map(|&[lon, lat]| LatLon::new(lat, lon)).collect();
    match geometry {
        Geometry::Point([lon, lat]) => vec![vec![LatLon::new(*lat, *lon)]],
        Geometry::LineString(points) => vec![line(points)],
        Geometry::MultiLineString(lines) => lines.iter().map(line).collect(),
    }
}

//! Whether an event makes sense.

use model::{Event, Geometry, LatLon, Phase};

/// Most points an event's geometry may have.
const MAX_POINTS: usize = 10_000;

/// Says what is wrong with an event that could be read.
///
/// # Errors
/// The first problem, and what is allowed.
pub(super) fn check(event: &Event) -> Result<(), String> {
    if event.revision == 0 {
        return Err("revision counts from 1".into());
    }
    if LatLon::checked(event.position.lat, event.position.lon).is_none() {
        return Err(format!("position {}, {} is not on the globe", event.position.lat, event.position.lon));
    }
    if !(0.0..=1.0).contains(&event.confidence) {
        return Err(format!("confidence {} is not 0 to 1", event.confidence));
    }
    if event.ended_at.is_some() != (event.phase == Phase::Ended) {
        return Err("ended_at stands exactly in phase `ended`".into());
    }
    if !event.kind.is_episode() {
        if event.phase != Phase::Started {
            return Err(format!("a {} is `started` only", event.kind.as_str()));
        }
        if event.zone.is_none() {
            return Err(format!("a {} names its zone", event.kind.as_str()));
        }
    }
    check_points(&event.geometry)
}

fn check_points(geometry: &Geometry) -> Result<(), String> {
    let lines: Vec<&[[f64; 2]]> = match geometry {
        Geometry::Point(point) => vec![std::slice::from_ref(point)],
        Geometry::LineString(line) => vec![line.as_slice()],
        Geometry::MultiLineString(lines) => lines.iter().map(Vec::as_slice).collect(),
    };
    if lines.iter().map(|line| line.len()).sum::<usize>() > MAX_POINTS {
        return Err(format!("its geometry has more than {MAX_POINTS} points"));
    }
    match lines.into_iter().flatten().find(|[lon, lat]| LatLon::checked(*lat, *lon).is_none()) {
        Some([lon, lat]) => Err(format!("its geometry's point [{lon}, {lat}] is not on the globe")),
        None => Ok(()),
    }
}

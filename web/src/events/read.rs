//! How parameters are read that several requests have, and what is said to be allowed in each.

use super::Bbox;
use model::{EventKind, Timestamp};

pub(crate) const TIME: &str = "an RFC 3339 time, such as 2025-10-09T08:53:20Z";
pub(crate) const ID: &str = "1 to 64 of A-Z a-z 0-9 _ . : -";
pub(crate) const KINDS: &str = "accident, jam, zone_entry, zone_exit, or several with commas between";
pub(crate) const BBOX: &str =
    "west,south,east,north in degrees: longitudes -180 to 180, latitudes -90 to 90, south up to north";
pub(crate) const ROAD: &str = "1 to 255 characters";

const MAX_ROAD_CHARS: usize = 255;

/// Types of event, each once, in a fixed order.
pub(crate) fn kinds(text: &str) -> Option<Vec<EventKind>> {
    let mut kinds: Vec<EventKind> = text.split(',').map(EventKind::parse).collect::<Option<_>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Some(kinds)
}

/// A time in RFC 3339.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    // A plus that was not encoded arrives as a space.
    Timestamp::parse_rfc3339(&text.replace(' ', "+"))
}

/// Four borders in degrees.
pub(crate) fn bbox(text: &str) -> Option<Bbox> {
    let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let &[west, south, east, north] = numbers.as_slice() else { return None };
    let is_longitude = |degrees: f64| (-180.0..=180.0).contains(&degrees);
    let is_right =
        is_longitude(west) && is_longitude(east) && -90.0 <= south && south <= north && north <= 90.0;
    is_right.then_some(Bbox { west, south, east, north })
}

/// The id of a road.
pub(crate) fn road(text: &str) -> Option<String> {
    (1..=MAX_ROAD_CHARS).contains(&text.chars().count()).then(|| text.to_owned())
}

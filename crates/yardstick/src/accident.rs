//! Which alarms count for an accident.

use model::LatLon;

use crate::Alarm;

/// An alarm for an accident lies within this distance of it, in metres.
pub const NEAR_M: f64 = 150.0;
/// It is raised no earlier than this before, and no later than this after, in ms.
pub const EARLY_MS: i64 = 10_000;
/// See [`EARLY_MS`].
pub const LATE_MS: i64 = 60_000;

/// Whether an alarm is for an accident at this place that lasted so long.
#[must_use]
pub fn is_for(alarm: &Alarm, place: LatLon, from_ms: i64, to_ms: i64) -> bool {
    alarm.place.distance_m(place) <= NEAR_M
        && (from_ms - EARLY_MS..=to_ms.saturating_add(LATE_MS)).contains(&alarm.raised_ms)
}

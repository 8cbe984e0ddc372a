//! Parameters that several requests have, for the description alone.

use super::schema;
use utoipa::IntoParams;

/// Which events are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OfEvents {
    /// Types: `accident`, `jam`, `zone_entry`, `zone_exit`; several with commas between.
    #[param(rename = "type", nullable = false, example = "accident,jam")]
    kind: Option<String>,
    /// Phase of the latest revision.
    #[param(nullable = false, inline = false)]
    phase: Option<schema::Phase>,
    /// `true`: accidents and jams that go on. `false`: all others.
    #[param(nullable = false)]
    active: Option<bool>,
    /// Occurred then or later.
    #[param(nullable = false, format = DateTime, example = "2025-10-09T08:00:00Z")]
    from: Option<String>,
    /// Occurred before then; after `from`.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Position inside `west,south,east,north` in degrees; west greater than east goes across the 180th meridian.
    #[param(nullable = false, example = "24.93,60.16,24.96,60.18")]
    bbox: Option<String>,
    /// Id of the zone.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_.:-]{1,64}$")]
    zone: Option<String>,
    /// Id of the road, as the network has it.
    #[param(nullable = false, min_length = 1, max_length = 255)]
    road: Option<String>,
    /// Id of a vehicle involved.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_.:-]{1,64}$")]
    vehicle: Option<String>,
}

/// Which span of time is counted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OfSpan {
    /// Occurred then or later; a week before `to` unless given.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Occurred before then, at most 400 days after `from`; now unless given.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
}

/// Whose days and hours are meant.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OfTimeZone {
    /// Whose days and hours are meant, by its name in the IANA database; UTC unless given.
    #[param(nullable = false, example = "Europe/Helsinki")]
    time_zone: Option<String>,
}

/// Which road.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OfRoad {
    /// Id of the road.
    #[param(nullable = false, min_length = 1, max_length = 255)]
    road: Option<String>,
    /// Position inside `west,south,east,north` in degrees.
    #[param(nullable = false, example = "24.93,60.16,24.96,60.18")]
    bbox: Option<String>,
}

/// Which zone.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct OfZone {
    /// Id of the zone.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_.:-]{1,64}$")]
    zone: Option<String>,
}

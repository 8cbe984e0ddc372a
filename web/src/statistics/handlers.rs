//! The requests for statistics.

use super::events::{series, week};
use super::{Ask, Distribution, Query, Series, Week, select};
use crate::app::App;
use crate::http::Params;
use crate::openapi::parameters::{OfRoad, OfSpan, OfTimeZone, OfZone};
use crate::openapi::schema;
use crate::problem::Problem;
use crate::simulation::now;
use axum::Json;
use axum::extract::State;
use model::EventKind;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Jams and accidents road by road.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoadStatistics {
    /// What was counted.
    pub query: Query,
    /// The worst first.
    pub roads: Vec<RoadEntry>,
}

/// A road.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoadEntry {
    /// The road.
    #[schema(value_type = schema::Road)]
    pub road: model::RoadRef,
    /// Accidents.
    pub accidents: u64,
    /// Jams.
    pub jams: u64,
    /// How long it was jammed, summed over its jams, minutes.
    pub jam_minutes: f64,
    /// Time lost by who drove through when it was worst, mean over its jams, s.
    pub mean_delay_s: f64,
    /// The longest delay of all, s.
    pub max_delay_s: f64,
}

/// Entries and exits zone by zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ZoneStatistics {
    /// What was counted.
    pub query: Query,
    /// Those with most entries first.
    pub zones: Vec<ZoneEntry>,
}

/// A zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ZoneEntry {
    /// The zone.
    pub zone: NamedZone,
    /// Entries.
    pub entries: u64,
    /// Exits.
    pub exits: u64,
    /// Different vehicles.
    pub vehicles: u64,
    /// From a vehicle's entry to its next exit, to five seconds; null if there was no such pair.
    #[schema(required = true)]
    pub dwell: Option<Distribution>,
}

/// A zone by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedZone {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// How long detection took.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelayStatistics {
    /// What was counted.
    pub query: Query,
    /// By type, from when it occurred to when the first revision was sure; types without events are absent.
    #[schema(value_type = BTreeMap<String, Distribution>)]
    pub delays: BTreeMap<EventKind, Distribution>,
}

/// Events over time
///
/// How many events of each type occurred in each hour or day of a span.
#[utoipa::path(
    get, path = "/statistics/events", tag = "statistics",
    params(
        ("type" = Option<String>, Query, description = "Types, with commas between; all unless given.", example = "accident,jam"),
        OfSpan,
        OfRoad,
        OfZone,
        OfTimeZone,
        ("step" = Option<super::Step>, Query, description = "`hour` (for at most 31 days) or `day`; unless given, by the hour up to three days."),
    ),
    responses(
        (status = 200, description = "Every hour or day of the span.", body = Series),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn count_events(State(app): State<App>, params: Params) -> Result<Json<Series>, Problem> {
    let known = ["type", "from", "to", "road", "zone", "bbox", "time_zone", "step"];
    let ask = Ask::read(params, &known, &EventKind::ALL, now())?;
    let counted = app.database.ask(select::counted(app.database.pool(), &ask)).await?;
    Ok(Json(series(&ask, &counted)))
}

/// Events over the hours of the week
///
/// How many events occurred in each hour of each day of the week, for a heat map.
#[utoipa::path(
    get, path = "/statistics/week", tag = "statistics",
    params(
        ("type" = Option<String>, Query, description = "Types, with commas between; accidents and jams unless given.", example = "jam"),
        OfSpan,
        OfRoad,
        OfZone,
        OfTimeZone,
    ),
    responses(
        (status = 200, description = "Seven days of 24 hours.", body = Week),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn count_by_hour_of_week(State(app): State<App>, params: Params) -> Result<Json<Week>, Problem> {
    let known = ["type", "from", "to", "road", "zone", "bbox", "time_zone"];
    let ask = Ask::read(params, &known, &[EventKind::Accident, EventKind::Jam], now())?;
    let counted = app.database.ask(select::counted(app.database.pool(), &ask)).await?;
    Ok(Json(week(&ask, &counted)))
}

/// The worst roads
///
/// Accidents, jams, minutes of jam and delay for each road that had any.
#[utoipa::path(
    get, path = "/statistics/roads", tag = "statistics",
    params(
        OfSpan,
        OfRoad,
        ("order" = Option<String>, Query, description = "What the worst road has most of: `jam_minutes` (unless given), `delay` or `accidents`.", pattern = "^(jam_minutes|delay|accidents)$"),
        ("limit" = Option<u32>, Query, description = "Most roads; 20 unless given.", minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, description = "The roads, the worst first.", body = RoadStatistics),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn rank_roads(State(app): State<App>, params: Params) -> Result<Json<RoadStatistics>, Problem> {
    let now = now();
    let known = ["from", "to", "road", "bbox", "order", "limit"];
    let ask = Ask::read(params, &known, &[EventKind::Accident, EventKind::Jam], now)?;
    let mut statement = select::roads(&ask, now);
    let rows: Vec<select::RoadRow> =
        app.database.ask(statement.build_query_as().fetch_all(app.database.pool())).await?;
    let roads = rows.into_iter().map(|(id, name, accidents, jams, jam_s, delay_s, max_delay_s)| RoadEntry {
        road: model::RoadRef { id, name },
        accidents,
        jams,
        jam_minutes: jam_s / 60.0,
        #[allow(clippy::cast_precision_loss, reason = "a number of jams")]
        mean_delay_s: if jams == 0 { 0.0 } else { delay_s / jams as f64 },
        max_delay_s,
    });
    Ok(Json(RoadStatistics { query: ask.query(), roads: roads.collect() }))
}

/// Zones: who came and how long they stayed
#[utoipa::path(
    get, path = "/statistics/zones", tag = "statistics",
    params(
        OfSpan,
        OfZone,
        ("limit" = Option<u32>, Query, description = "Most zones; 20 unless given.", minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, description = "The zones, those with most entries first.", body = ZoneStatistics),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn count_zones(State(app): State<App>, params: Params) -> Result<Json<ZoneStatistics>, Problem> {
    let known = ["from", "to", "zone", "limit"];
    let ask = Ask::read(params, &known, &[EventKind::ZoneEntry, EventKind::ZoneExit], now())?;
    let pool = app.database.pool();
    let mut statement = select::zones(&ask);
    let (rows, dwelt) = app
        .database
        .ask(async {
            let rows: Vec<select::ZoneRow> = statement.build_query_as().fetch_all(pool).await?;
            Ok((rows, select::dwelt(pool, &ask).await?))
        })
        .await?;
    let mut dwells: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
    for (zone, seconds, count) in dwelt {
        dwells.entry(zone).or_default().push((seconds, count));
    }
    let zones = rows.into_iter().map(|(id, name, entries, exits, vehicles)| ZoneEntry {
        dwell: dwells.get_mut(&id).and_then(|dwells| Distribution::of(dwells)),
        zone: NamedZone { name: name.unwrap_or_else(|| id.clone()), id },
        entries,
        exits,
        vehicles: u64::try_from(vehicles).unwrap_or_default(),
    });
    Ok(Json(ZoneStatistics { query: ask.query(), zones: zones.collect() }))
}

/// How long detection took
///
/// From when something occurred, by the vehicles' time, to when the first revision of its event was sure.
#[utoipa::path(
    get, path = "/statistics/delays", tag = "statistics",
    params(
        ("type" = Option<String>, Query, description = "Types, with commas between; accidents and jams unless given.", example = "accident"),
        OfSpan,
        OfRoad,
    ),
    responses(
        (status = 200, description = "By type.", body = DelayStatistics),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn measure_delays(
    State(app): State<App>,
    params: Params,
) -> Result<Json<DelayStatistics>, Problem> {
    let known = ["type", "from", "to", "road", "bbox"];
    let ask = Ask::read(params, &known, &[EventKind::Accident, EventKind::Jam], now())?;
    let delayed = app.database.ask(select::delayed(app.database.pool(), &ask)).await?;
    let mut by_kind: BTreeMap<EventKind, Vec<(f64, u64)>> = BTreeMap::new();
    for (kind, seconds, count) in delayed {
        by_kind.entry(kind).or_default().push((seconds, count));
    }
    let delays =
        by_kind.into_iter().filter_map(|(kind, mut spread)| Some((kind, Distribution::of(&mut spread)?)));
    Ok(Json(DelayStatistics { query: ask.query(), delays: delays.collect() }))
}

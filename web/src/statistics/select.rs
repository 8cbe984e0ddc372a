//! The SQL of the statistics. Every value is bound, none is part of a statement's text; every statement names the types
//! it counts and a span of time, so that the index by type and time serves it.

use super::{Ask, Order};
use crate::events::utc;
use model::{EventKind, Timestamp};
use sqlx::{MySql, MySqlPool, QueryBuilder};

/// The unit that events are counted by: all time zones are off by multiples of it.
const QUARTER_MS: i64 = 900_000;
/// Dwell times are told apart to this, in seconds.
const DWELL_STEP_S: u32 = 5;
/// Most rows that a spread is made of.
const MAX_SPREAD_ROWS: u32 = 100_000;

/// Events of a type in a quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When the quarter began.
    pub at: Timestamp,
    /// Their type.
    pub kind: EventKind,
    /// How many.
    pub count: u64,
}

/// Statement: type, number of the quarter hour since 1970, count.
#[must_use]
pub fn quarters(ask: &Ask) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "SELECT e.type, TIMESTAMPDIFF(MINUTE, '1970-01-01', e.occurred_at) DIV 15 AS quarter, COUNT(*) FROM events e",
    );
    narrow(&mut query, ask);
    query.push(" GROUP BY e.type, quarter");
    query
}

/// Statement: road, name, accidents, jams, seconds of jam, sum and greatest of the jams' worst delays in seconds.
#[must_use]
pub fn roads(ask: &Ask, now: Timestamp) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "SELECT j.road_id, MAX(j.road_name), CAST(SUM(j.type = 'accident') AS UNSIGNED), \
         CAST(SUM(j.type = 'jam') AS UNSIGNED), CAST(SUM(IF(j.type = 'jam', j.lasted_s, 0)) AS DOUBLE) AS jam_s, \
         CAST(SUM(COALESCE(j.delay_s, 0)) AS DOUBLE) AS delay_s, CAST(COALESCE(MAX(j.delay_s), 0) AS DOUBLE) FROM (\
         SELECT e.road_id, e.road_name, e.type, \
         GREATEST(0, TIMESTAMPDIFF(SECOND, e.occurred_at, COALESCE(e.ended_at, ",
    );
    query.push_bind(utc(now));
    query.push(
        "))) AS lasted_s, (SELECT MAX(JSON_VALUE(r.body, '$.measures.delay_s') + 0) FROM event_revisions r \
         WHERE r.id = e.id AND e.type = 'jam') AS delay_s FROM events e",
    );
    narrow(&mut query, ask);
    query.push(" AND e.road_id IS NOT NULL) j GROUP BY j.road_id ORDER BY ");
    query.push(match ask.order {
        Order::JamMinutes => "jam_s DESC, 3 DESC",
        Order::Delay => "delay_s DESC, jam_s DESC",
        Order::Accidents => "3 DESC, jam_s DESC",
    });
    query.push(", j.road_id LIMIT ").push_bind(ask.limit);
    query
}

/// Statement: zone, name, entries, exits, vehicles.
#[must_use]
pub fn zones(ask: &Ask) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "SELECT e.zone_id, MAX(e.zone_name), CAST(SUM(e.type = 'zone_entry') AS UNSIGNED) AS entries, \
         CAST(SUM(e.type = 'zone_exit') AS UNSIGNED), COUNT(DISTINCT v.vehicle_id) \
         FROM events e JOIN event_vehicles v ON v.event_id = e.id",
    );
    narrow(&mut query, ask);
    query.push(" AND e.zone_id IS NOT NULL GROUP BY e.zone_id ORDER BY entries DESC, e.zone_id LIMIT ");
    query.push_bind(ask.limit);
    query
}

/// Statement: zone, dwell time in steps of five seconds, how often. A dwell is from a vehicle's entry to its next exit of
/// the same zone, both in the span.
#[must_use]
pub fn dwells(ask: &Ask) -> QueryBuilder<MySql> {
    let mut query =
        QueryBuilder::new("SELECT c.zone_id, TIMESTAMPDIFF(SECOND, c.before_at, c.occurred_at) DIV ");
    query.push_bind(i64::from(DWELL_STEP_S));
    query.push(
        " AS step, COUNT(*) FROM (SELECT e.zone_id, e.type, e.occurred_at, \
         LAG(e.type) OVER w AS before_type, LAG(e.occurred_at) OVER w AS before_at \
         FROM events e JOIN event_vehicles v ON v.event_id = e.id",
    );
    narrow(&mut query, ask);
    query.push(
        " AND e.zone_id IS NOT NULL WINDOW w AS (PARTITION BY e.zone_id, v.vehicle_id ORDER BY e.occurred_at, e.type)) c \
         WHERE c.type = 'zone_exit' AND c.before_type = 'zone_entry' GROUP BY c.zone_id, step LIMIT ",
    );
    query.push_bind(MAX_SPREAD_ROWS);
    query
}

/// Statement: type, whole seconds from when it occurred to when its first revision was sure, how often.
#[must_use]
pub fn delays(ask: &Ask) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "SELECT e.type, GREATEST(0, TIMESTAMPDIFF(SECOND, e.occurred_at, \
         CAST(SUBSTRING(JSON_VALUE(r.body, '$.detected_at'), 1, 23) AS DATETIME(3)))) AS delay_s, COUNT(*) \
         FROM events e JOIN event_revisions r ON r.id = e.id AND r.revision = 1",
    );
    narrow(&mut query, ask);
    query.push(" GROUP BY e.type, delay_s LIMIT ").push_bind(MAX_SPREAD_ROWS);
    query
}

fn narrow(query: &mut QueryBuilder<MySql>, ask: &Ask) {
    query.push(" WHERE e.type IN (");
    let mut kinds = query.separated(", ");
    for kind in &ask.kinds {
        kinds.push_bind(kind.as_str());
    }
    query.push(") AND e.occurred_at >= ").push_bind(utc(ask.from));
    query.push(" AND e.occurred_at < ").push_bind(utc(ask.to));
    if let Some(zone) = &ask.zone {
        query.push(" AND e.zone_id = ").push_bind(zone.as_str().to_owned());
    }
    if let Some(road) = &ask.road {
        query.push(" AND e.road_id = ").push_bind(road.clone());
    }
    if let Some(bbox) = ask.bbox {
        bbox.narrow(query);
    }
}

/// Events by type and quarter of an hour.
///
/// # Errors
/// When the database fails or needs too long.
pub(super) async fn counted(pool: &MySqlPool, ask: &Ask) -> Result<Vec<Counted>, sqlx::Error> {
    let rows: Vec<(String, i64, i64)> = quarters(ask).build_query_as().fetch_all(pool).await?;
    let counted = rows.into_iter().filter_map(|(kind, quarter, count)| {
        let at = Timestamp::from_ms(quarter.checked_mul(QUARTER_MS)?)?;
        Some(Counted { at, kind: EventKind::parse(&kind)?, count: u64::try_from(count).ok()? })
    });
    Ok(counted.collect())
}

/// A row of [`roads`].
pub(super) type RoadRow = (String, Option<String>, u64, u64, f64, f64, f64);
/// A row of [`zones`].
pub(super) type ZoneRow = (String, Option<String>, u64, u64, i64);

/// Dwell times in seconds by zone, and how often each came.
///
/// # Errors
/// When the database fails or needs too long.
pub(super) async fn dwelt(pool: &MySqlPool, ask: &Ask) -> Result<Vec<(String, f64, u64)>, sqlx::Error> {
    let rows: Vec<(String, i64, i64)> = dwells(ask).build_query_as().fetch_all(pool).await?;
    let dwelt = rows.into_iter().filter_map(|(zone, step, count)| {
        let seconds = u32::try_from(step).ok()?.saturating_mul(DWELL_STEP_S);
        Some((zone, f64::from(seconds), u64::try_from(count).ok()?))
    });
    Ok(dwelt.collect())
}

/// Delays of detection in seconds by type, and how often each came.
///
/// # Errors
/// When the database fails or needs too long.
pub(super) async fn delayed(pool: &MySqlPool, ask: &Ask) -> Result<Vec<(EventKind, f64, u64)>, sqlx::Error> {
    let rows: Vec<(String, i64, i64)> = delays(ask).build_query_as().fetch_all(pool).await?;
    let delayed = rows.into_iter().filter_map(|(kind, seconds, count)| {
        let seconds = u32::try_from(seconds).ok()?;
        Some((EventKind::parse(&kind)?, f64::from(seconds), u64::try_from(count).ok()?))
    });
    Ok(delayed.collect())
}

//! The SQL of the history. Every value is bound, none is part of the statement's text.

use super::Filter;
use model::{Event, EventId, EventKind, Timestamp};
use sqlx::types::Json;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySql, MySqlPool, QueryBuilder};

/// The events that the filter asks for, newest first, and whether there are more than its limit.
///
/// # Errors
/// When the database fails.
pub(super) async fn events(pool: &MySqlPool, filter: &Filter) -> Result<(Vec<Event>, bool), sqlx::Error> {
    let mut query = statement(filter);
    let bodies: Vec<Json<Event>> = query.build_query_scalar().fetch_all(pool).await?;
    let mut events: Vec<Event> = bodies.into_iter().map(|Json(event)| event).collect();
    let more = events.len() > filter.limit as usize;
    events.truncate(filter.limit as usize);
    Ok((events, more))
}

/// Which events are on the page is found out first, where it can be from an index alone; only those are read whole.
fn statement(filter: &Filter) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new("SELECT e.body FROM (SELECT ");
    // A vehicle's events are read in their order from the table that has them by vehicle.
    let [time, id] = if filter.vehicle.is_some() {
        query
            .push("v.event_id AS id, v.occurred_at FROM events e JOIN event_vehicles v ON v.event_id = e.id");
        ["v.occurred_at", "v.event_id"]
    } else {
        query.push("e.id, e.occurred_at FROM events e");
        ["e.occurred_at", "e.id"]
    };
    query.push(" WHERE TRUE");
    if let Some(vehicle) = &filter.vehicle {
        query.push(" AND v.vehicle_id = ").push_bind(vehicle.as_str().to_owned());
    }
    if !filter.kinds.is_empty() {
        query.push(" AND e.type IN (");
        let mut values = query.separated(", ");
        for kind in &filter.kinds {
            values.push_bind(kind.as_str());
        }
        query.push(")");
    }
    if let Some(phase) = filter.phase {
        query.push(" AND e.phase = ").push_bind(phase.as_str());
    }
    if let Some(active) = filter.active {
        query.push(" AND e.is_open = ").push_bind(active);
    }
    if let Some(zone) = &filter.zone {
        query.push(" AND e.zone_id = ").push_bind(zone.as_str().to_owned());
    }
    if let Some(road) = &filter.road {
        query.push(" AND e.road_id = ").push_bind(road.clone());
    }
    if let Some(from) = filter.from {
        query.push(format_args!(" AND {time} >= ")).push_bind(utc(from));
    }
    if let Some(to) = filter.to {
        query.push(format_args!(" AND {time} < ")).push_bind(utc(to));
    }
    if let Some(bbox) = filter.bbox {
        bbox.narrow(&mut query);
    }
    if let Some(cursor) = filter.cursor {
        // Said twice, so that the servers find the beginning in the index.
        query.push(format_args!(" AND {time} <= ")).push_bind(utc(cursor.occurred_at));
        query.push(format_args!(" AND ({time} < ")).push_bind(utc(cursor.occurred_at));
        query.push(format_args!(" OR {id} < ")).push_bind(cursor.id.as_uuid()).push(")");
    }
    query.push(format_args!(" ORDER BY {time} DESC, {id} DESC LIMIT ")).push_bind(filter.limit + 1);
    query.push(") page JOIN events e ON e.id = page.id ORDER BY page.occurred_at DESC, page.id DESC");
    query
}

/// A revision of an event and when it was stored.
pub(super) type StoredRevision = (u32, OffsetDateTime, Json<Event>);

/// The revisions of an event, first to last; none if there is no such event.
///
/// # Errors
/// When the database fails.
pub(super) async fn revisions(pool: &MySqlPool, id: EventId) -> Result<Vec<StoredRevision>, sqlx::Error> {
    sqlx::query_as("SELECT revision, stored_at, body FROM event_revisions WHERE id = ? ORDER BY revision")
        .bind(id.as_uuid())
        .fetch_all(pool)
        .await
}

/// All revisions of events of these types that occurred then or later, at most `most` of them.
///
/// # Errors
/// When the database fails.
pub async fn revisions_since(
    pool: &MySqlPool,
    kinds: &[EventKind],
    since: Timestamp,
    most: u32,
) -> Result<Vec<Event>, sqlx::Error> {
    let mut query = QueryBuilder::<MySql>::new(
        "SELECT r.body FROM events e JOIN event_revisions r ON r.id = e.id WHERE e.type IN (",
    );
    let mut values = query.separated(", ");
    for kind in kinds {
        values.push_bind(kind.as_str());
    }
    query.push(") AND e.occurred_at >= ").push_bind(utc(since));
    query.push(" ORDER BY e.occurred_at DESC, e.id DESC, r.revision LIMIT ").push_bind(most);
    let bodies: Vec<Json<Event>> = query.build_query_scalar().fetch_all(pool).await?;
    Ok(bodies.into_iter().map(|Json(event)| event).collect())
}

/// A time as the driver takes it; every [`Timestamp`] can be said so.
pub(crate) fn utc(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_ms()) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

//! The SQL of the history. Every value is bound, none is part of the statement's text.

use super::Filter;
use super::cells::Cells;
use model::{Event, EventId, EventKind, Timestamp};
use sqlx::types::Json;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySql, MySqlPool, QueryBuilder};

/// How many events, for each that a page holds, are looked at in the order of time before the cells of the place are asked.
const LOOK_AT_PER_EVENT: u32 = 100;

/// The events that the filter asks for, newest first, and whether there are more than its limit.
///
/// A rectangle is looked for in the order of time as long as every hundredth event is in it; what is rarer is found cell
/// by cell, so that a page does not take longer the less there is to find.
///
/// # Errors
/// When the database fails.
pub(super) async fn events(pool: &MySqlPool, filter: &Filter) -> Result<(Vec<Event>, bool), sqlx::Error> {
    let mut events = match Cells::of(filter) {
        None => page(pool, anywhere(filter)).await?,
        Some(cells) => match newest(pool, filter).await? {
            Some(events) => events,
            None => page(pool, cells.statement(filter)).await?,
        },
    };
    let more = events.len() > filter.limit as usize;
    events.truncate(filter.limit as usize);
    Ok((events, more))
}

async fn page(pool: &MySqlPool, mut query: QueryBuilder<MySql>) -> Result<Vec<Event>, sqlx::Error> {
    let bodies: Vec<Json<Event>> = query.build_query_scalar().fetch_all(pool).await?;
    Ok(bodies.into_iter().map(|Json(event)| event).collect())
}

/// The page, if the newest of all events of that time are enough to fill it or are all there are; never for certain types
/// only, whose order in time has no places.
async fn newest(pool: &MySqlPool, filter: &Filter) -> Result<Option<Vec<Event>>, sqlx::Error> {
    if !filter.kinds.is_empty() {
        return Ok(None);
    }
    let mut query = QueryBuilder::new("SELECT e.occurred_at FROM events e WHERE TRUE");
    narrow_to_time(&mut query, ["e.occurred_at", "e.id"], filter);
    query.push(" ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1 OFFSET ");
    query.push_bind(u64::from(filter.limit) * u64::from(LOOK_AT_PER_EVENT));
    let far_enough: Option<OffsetDateTime> = query.build_query_scalar().fetch_optional(pool).await?;
    let Some(far_enough) = far_enough else { return page(pool, anywhere(filter)).await.map(Some) };
    let mut query = QueryBuilder::new(WHOLE);
    query.push("SELECT e.id, e.occurred_at FROM events e WHERE e.occurred_at >= ").push_bind(far_enough);
    narrow_to_time(&mut query, ["e.occurred_at", "e.id"], filter);
    if let Some(bbox) = filter.bbox {
        bbox.narrow(&mut query);
    }
    end_page(&mut query, ["e.occurred_at", "e.id"], filter);
    let events = page(pool, query).await?;
    Ok(Some(events).filter(|events| events.len() > filter.limit as usize))
}

/// Which events are on a page is found out first, where it can be from an index alone; only those are read whole.
pub(super) const WHOLE: &str = "SELECT e.body FROM (";

/// Ends what [`WHOLE`] began, which has columns of these names for time and id: one event more than fits on the page.
pub(super) fn end_page(query: &mut QueryBuilder<MySql>, [time, id]: [&str; 2], filter: &Filter) {
    query.push(format_args!(" ORDER BY {time} DESC, {id} DESC LIMIT ")).push_bind(filter.limit + 1);
    query.push(") page JOIN events e ON e.id = page.id ORDER BY page.occurred_at DESC, page.id DESC");
}

/// Narrows a statement to the time that the filter asks for, and to what is behind its cursor.
pub(super) fn narrow_to_time(query: &mut QueryBuilder<MySql>, [time, id]: [&str; 2], filter: &Filter) {
    if let Some(from) = filter.from {
        query.push(format_args!(" AND {time} >= ")).push_bind(utc(from));
    }
    if let Some(to) = filter.to {
        query.push(format_args!(" AND {time} < ")).push_bind(utc(to));
    }
    if let Some(cursor) = filter.cursor {
        // Said twice, so that the servers find the beginning in the index.
        query.push(format_args!(" AND {time} <= ")).push_bind(utc(cursor.occurred_at));
        query.push(format_args!(" AND ({time} < ")).push_bind(utc(cursor.occurred_at));
        query.push(format_args!(" OR {id} < ")).push_bind(cursor.id.as_uuid()).push(")");
    }
}

/// Whatever the filter asks for, in the order of time.
fn anywhere(filter: &Filter) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(WHOLE);
    // A vehicle's events are read in their order from the table that has them by vehicle.
    let order = if filter.vehicle.is_some() {
        query.push(
            "SELECT v.event_id AS id, v.occurred_at FROM events e JOIN event_vehicles v ON v.event_id = e.id",
        );
        ["v.occurred_at", "v.event_id"]
    } else {
        query.push("SELECT e.id, e.occurred_at FROM events e");
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
    if let Some(bbox) = filter.bbox {
        bbox.narrow(&mut query);
    }
    narrow_to_time(&mut query, order, filter);
    end_page(&mut query, order, filter);
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

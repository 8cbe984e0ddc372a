//! The SQL. All of it runs on MySQL 9.7 and MariaDB 10.11: hence `VALUES(column)` for what would have been inserted.

use super::{
    StoreError,
    rows::{Row, utc},
};
use model::EventId;
use sqlx::{MySql, MySqlConnection, QueryBuilder, Row as _};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many rows a statement has: as many of the largest as fit, then of the next, and so on. Few sizes make few
/// statements, which are prepared once and kept: closing one would cost 40 ms, as the driver does not set TCP_NODELAY
/// and the server does not answer to it. All are far below the 65,535 placeholders that a statement may have.
const ROWS_A_STATEMENT: [usize; 5] = [256, 64, 16, 4, 1];

/// Statements to keep prepared on a connection; more than the five of each kind here.
pub(super) const STATEMENTS_KEPT: usize = 64;

/// Cuts rows into what one statement takes.
fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = ROWS_A_STATEMENT.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, after) = rest.split_at(size);
        rest = after;
        Some(chunk)
    })
}

/// The stored revision of each of `ids`, locked until the transaction ends, together with the gaps where those that are
/// not stored would be: nobody else stores them meanwhile.
pub(super) async fn locked_revisions(
    connection: &mut MySqlConnection,
    ids: &[EventId],
) -> Result<BTreeMap<EventId, u32>, StoreError> {
    let mut revisions = BTreeMap::new();
    for ids in chunks(ids) {
        let mut query = QueryBuilder::<MySql>::new("SELECT id, revision FROM events WHERE id IN ");
        push_ids(&mut query, ids);
        query.push(" FOR UPDATE");
        for row in query.build().fetch_all(&mut *connection).await? {
            let id: Uuid = row.try_get(0)?;
            revisions.insert(EventId::from(id), row.try_get(1)?);
        }
    }
    Ok(revisions)
}

/// Keeps every revision; one that is there already stays as it is.
pub(super) async fn insert_revisions(
    connection: &mut MySqlConnection,
    rows: &[&Row],
) -> Result<(), StoreError> {
    for rows in chunks(rows) {
        let mut query =
            QueryBuilder::<MySql>::new("INSERT INTO event_revisions (id, revision, body, stored_at) ");
        query.push_values(rows, |mut values, row| {
            values.push_bind(row.event.id.as_uuid()).push_bind(row.event.revision).push_bind(&row.body);
            values.push("UTC_TIMESTAMP(3)");
        });
        // Not INSERT IGNORE, which would also swallow what is wrong with the data.
        query.push(" ON DUPLICATE KEY UPDATE revision = event_revisions.revision");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Puts these in place of what stands for their events.
pub(super) async fn replace_events(
    connection: &mut MySqlConnection,
    rows: &[&Row],
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 16] = [
        "id",
        "revision",
        "type",
        "phase",
        "is_open",
        "occurred_at",
        "detected_at",
        "ended_at",
        "lat",
        "lon",
        "road_id",
        "road_name",
        "zone_id",
        "zone_name",
        "confidence",
        "body",
    ];
    for rows in chunks(rows) {
        let mut query = QueryBuilder::<MySql>::new("INSERT INTO events (");
        query.push(COLUMNS.join(", ")).push(", stored_at) VALUES ");
        for (n, row) in rows.iter().enumerate() {
            let event = &row.event;
            let ((road_id, road_name), (zone_id, zone_name)) = (row.road(), row.zone());
            query.push(if n == 0 { "(" } else { ", (" });
            let mut values = query.separated(", ");
            values.push_bind(event.id.as_uuid()).push_bind(event.revision);
            values.push_bind(event.kind.as_str()).push_bind(event.phase.as_str()).push_bind(row.is_open());
            values.push_bind(utc(event.occurred_at)?).push_bind(utc(event.detected_at)?);
            values.push_bind(event.ended_at.map(utc).transpose()?);
            values.push_bind(event.position.lat).push_bind(event.position.lon);
            values.push_bind(road_id).push_bind(road_name).push_bind(zone_id).push_bind(zone_name);
            values.push_bind(event.confidence).push_bind(&row.body);
            values.push("UTC_TIMESTAMP(3)");
            query.push(")");
        }
        query.push(" ON DUPLICATE KEY UPDATE stored_at = VALUES(stored_at)");
        for column in &COLUMNS[1..] {
            query.push(format_args!(", {column} = VALUES({column})"));
        }
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Forgets the vehicles of these events.
pub(super) async fn delete_vehicles(
    connection: &mut MySqlConnection,
    ids: &[EventId],
) -> Result<(), StoreError> {
    for ids in chunks(ids) {
        let mut query = QueryBuilder::<MySql>::new("DELETE FROM event_vehicles WHERE event_id IN ");
        push_ids(&mut query, ids);
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Forgets these events, with all that belongs to them.
pub(super) async fn delete_events(
    connection: &mut MySqlConnection,
    ids: &[EventId],
) -> Result<(), StoreError> {
    delete_vehicles(connection, ids).await?;
    for delete in ["DELETE FROM event_revisions WHERE id IN ", "DELETE FROM events WHERE id IN "] {
        for ids in chunks(ids) {
            let mut query = QueryBuilder::<MySql>::new(delete);
            push_ids(&mut query, ids);
            query.build().execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Notes the vehicles of these events, of which none is noted so far.
pub(super) async fn insert_vehicles(
    connection: &mut MySqlConnection,
    rows: &[&Row],
) -> Result<(), StoreError> {
    let mut notes = Vec::new();
    for row in rows {
        let occurred_at = utc(row.event.occurred_at)?;
        let mut vehicles: Vec<&str> = row.event.vehicles.iter().map(model::VehicleId::as_str).collect();
        vehicles.sort_unstable();
        vehicles.dedup();
        notes.extend(vehicles.into_iter().map(|vehicle| (row.event.id.as_uuid(), vehicle, occurred_at)));
    }
    for notes in chunks(&notes) {
        let mut query =
            QueryBuilder::<MySql>::new("INSERT INTO event_vehicles (event_id, vehicle_id, occurred_at) ");
        query.push_values(notes, |mut values, (id, vehicle, occurred_at)| {
            values.push_bind(*id).push_bind(*vehicle).push_bind(*occurred_at);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

fn push_ids(query: &mut QueryBuilder<MySql>, ids: &[EventId]) {
    query.push("(");
    let mut values = query.separated(", ");
    for id in ids {
        values.push_bind(id.as_uuid());
    }
    query.push(")");
}

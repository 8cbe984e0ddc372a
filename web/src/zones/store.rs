//! Zones in the database. A deleted zone leaves a row behind, so that it is not taken for a new one when the broker
//! still remembers it.

use model::{Zone, ZoneId};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Connection, MySqlConnection, MySqlPool};

/// What stands in the database under an id.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stored {
    /// A zone.
    Zone(Zone),
    /// One that was deleted.
    Deleted,
}

/// All zones, by id.
pub(super) async fn all(pool: &MySqlPool) -> Result<Vec<Zone>, sqlx::Error> {
    let features: Vec<Json<Value>> =
        sqlx::query_scalar("SELECT feature FROM zones WHERE deleted_at IS NULL ORDER BY id")
            .fetch_all(pool)
            .await?;
    Ok(features.iter().filter_map(|Json(feature)| read(feature)).collect())
}

/// What stands under an id; `None` if there was never anything.
pub(super) async fn get(pool: &MySqlPool, id: &ZoneId) -> Result<Option<Stored>, sqlx::Error> {
    let row: Option<(Json<Value>, bool)> =
        sqlx::query_as("SELECT feature, deleted_at IS NOT NULL FROM zones WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(pool)
            .await?;
    Ok(row.and_then(
        |(Json(feature), deleted)| {
            if deleted { Some(Stored::Deleted) } else { read(&feature).map(Stored::Zone) }
        },
    ))
}

/// How many zones there are.
pub(super) async fn count(pool: &MySqlPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM zones WHERE deleted_at IS NULL").fetch_one(pool).await
}

/// The zone under an id, held until the transaction ends.
pub(super) async fn hold(
    connection: &mut MySqlConnection,
    id: &ZoneId,
) -> Result<Option<Value>, sqlx::Error> {
    let feature: Option<Json<Value>> =
        sqlx::query_scalar("SELECT feature FROM zones WHERE id = ? AND deleted_at IS NULL FOR UPDATE")
            .bind(id.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(feature.map(|Json(feature)| feature))
}

/// Writes a zone, in place of what stands under its id.
pub(super) async fn put(connection: &mut MySqlConnection, zone: &Zone) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO zones (id, name, feature, updated_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) \
         ON DUPLICATE KEY UPDATE name = VALUES(name), feature = VALUES(feature), \
         updated_at = VALUES(updated_at), deleted_at = NULL",
    )
    .bind(zone.id.as_str())
    .bind(&zone.name)
    .bind(Json(zone.to_feature()))
    .execute(connection)
    .await
    .map(drop)
}

/// Writes a zone unless there is one of its id already; whether it did. To be run in a transaction.
pub(super) async fn create(connection: &mut MySqlConnection, zone: &Zone) -> Result<bool, sqlx::Error> {
    let standing: Option<bool> =
        sqlx::query_scalar("SELECT deleted_at IS NULL FROM zones WHERE id = ? FOR UPDATE")
            .bind(zone.id.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    if standing == Some(true) {
        return Ok(false);
    }
    let statement = if standing.is_some() {
        "UPDATE zones SET name = ?, feature = ?, updated_at = UTC_TIMESTAMP(3), deleted_at = NULL WHERE id = ?"
    } else {
        "INSERT INTO zones (name, feature, id, updated_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))"
    };
    let written = sqlx::query(statement)
        .bind(&zone.name)
        .bind(Json(zone.to_feature()))
        .bind(zone.id.as_str())
        .execute(connection)
        .await;
    match written {
        Ok(_) => Ok(true),
        // Somebody was faster.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes a zone, if there is one.
pub(super) async fn delete(connection: &mut MySqlConnection, id: &ZoneId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE zones SET deleted_at = UTC_TIMESTAMP(3), updated_at = UTC_TIMESTAMP(3) \
         WHERE id = ? AND deleted_at IS NULL",
    )
    .bind(id.as_str())
    .execute(connection)
    .await
    .map(drop)
}

/// Writes these if no zone was ever stored; whether it did.
pub(super) async fn seed(pool: &MySqlPool, zones: &[Zone]) -> Result<bool, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin().await?;
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM zones").fetch_one(&mut *transaction).await?;
    if rows > 0 {
        return Ok(false);
    }
    for zone in zones {
        // Another web program may be at it too.
        sqlx::query(
            "INSERT INTO zones (id, name, feature, updated_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) \
             ON DUPLICATE KEY UPDATE id = VALUES(id)",
        )
        .bind(zone.id.as_str())
        .bind(&zone.name)
        .bind(Json(zone.to_feature()))
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(true)
}

fn read(feature: &Value) -> Option<Zone> {
    Zone::from_feature(feature)
        .inspect_err(|error| tracing::error!(%error, "a stored zone cannot be read and is left out"))
        .ok()
}

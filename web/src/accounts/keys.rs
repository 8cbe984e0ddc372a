//! Keys of programs in the database.

use super::store::{role_of, timestamp};
use super::{Caller, Proof, Role};
use model::Timestamp;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySqlConnection, MySqlPool};

/// Most keys that may be good at once.
pub(super) const MAX_KEYS: i64 = 1_000;

/// A key, without itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub id: u64,
    pub name: String,
    pub role: Role,
    pub created_by: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Makes a key; its number.
pub(super) async fn create(
    connection: &mut MySqlConnection,
    name: &str,
    role: Role,
    by: &Caller,
    token: &[u8; 32],
) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "INSERT INTO api_keys (token, name, role, created_by, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))",
    )
    .bind(&token[..])
    .bind(name)
    .bind(role.as_str())
    .bind(by.to_string())
    .execute(connection)
    .await
    .map(|done| done.last_insert_id())
}

/// Whose key this is the token of, if it is good.
pub(super) async fn find(pool: &MySqlPool, token: &[u8; 32]) -> Result<Option<Caller>, sqlx::Error> {
    let row: Option<(u64, String, String)> =
        sqlx::query_as("SELECT id, name, role FROM api_keys WHERE token = ? AND revoked_at IS NULL")
            .bind(&token[..])
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|(id, name, role)| Caller { proof: Proof::Key { id, name }, role: role_of(&role) }))
}

/// The keys, the newest first; good ones before revoked ones.
pub(super) async fn all(pool: &MySqlPool) -> Result<Vec<Stored>, sqlx::Error> {
    let rows: Vec<(u64, String, String, String, OffsetDateTime, Option<OffsetDateTime>)> = sqlx::query_as(
        "SELECT id, name, role, created_by, created_at, revoked_at FROM api_keys \
         ORDER BY revoked_at IS NOT NULL, id DESC LIMIT 1000",
    )
    .fetch_all(pool)
    .await?;
    let stored =
        |(id, name, role, created_by, created_at, revoked_at): (_, _, String, _, _, Option<_>)| Stored {
            id,
            name,
            role: role_of(&role),
            created_by,
            created_at: timestamp(created_at),
            revoked_at: revoked_at.map(timestamp),
        };
    Ok(rows.into_iter().map(stored).collect())
}

/// How many are good.
pub(super) async fn count(connection: &mut MySqlConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM api_keys WHERE revoked_at IS NULL").fetch_one(connection).await
}

/// Revokes a key; its name, if there was a good one of this number.
pub(super) async fn revoke(connection: &mut MySqlConnection, id: u64) -> Result<Option<String>, sqlx::Error> {
    let name: Option<String> =
        sqlx::query_scalar("SELECT name FROM api_keys WHERE id = ? AND revoked_at IS NULL FOR UPDATE")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
    if name.is_some() {
        sqlx::query("UPDATE api_keys SET revoked_at = UTC_TIMESTAMP(3) WHERE id = ?")
            .bind(id)
            .execute(connection)
            .await?;
    }
    Ok(name)
}

//! Sessions in the database. By the database's clock, so that several web programs agree.

use super::store::{role_of, timestamp};
use super::{Caller, Proof};
use model::Timestamp;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySqlConnection, MySqlPool};

/// A session ends at the latest so long after it began.
pub const LASTS_S: u64 = 7 * 86_400;
/// A session that nobody uses ends.
pub const IDLE_S: u64 = 12 * 3_600;
/// Sessions of one account; the oldest gives way.
const MAX_OF_ACCOUNT: u32 = 20;
/// The time of the last use is written this often at most.
const NOTED_EVERY_S: i64 = 60;
/// Sessions that are over are cleared away when somebody signs in, so many at once.
const CLEARED_AT_ONCE: u32 = 100;

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub id: u64,
    pub account: String,
    pub created_at: Timestamp,
    pub used_at: Timestamp,
}

/// Begins a session; its number.
pub(super) async fn begin(
    connection: &mut MySqlConnection,
    account: &str,
    token: &[u8; 32],
) -> Result<u64, sqlx::Error> {
    let over = format!(
        "DELETE FROM sessions WHERE created_at <= UTC_TIMESTAMP(3) - INTERVAL {LASTS_S} SECOND \
         OR used_at <= UTC_TIMESTAMP(3) - INTERVAL {IDLE_S} SECOND LIMIT {CLEARED_AT_ONCE}"
    );
    sqlx::query(sqlx::AssertSqlSafe(over)).execute(&mut *connection).await?;
    let made = sqlx::query(
        "INSERT INTO sessions (token, account, created_at, used_at) \
         VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
    )
    .bind(&token[..])
    .bind(account)
    .execute(&mut *connection)
    .await?;
    let oldest_kept: Option<u64> =
        sqlx::query_scalar("SELECT id FROM sessions WHERE account = ? ORDER BY id DESC LIMIT 1 OFFSET ?")
            .bind(account)
            .bind(MAX_OF_ACCOUNT - 1)
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(oldest_kept) = oldest_kept {
        sqlx::query("DELETE FROM sessions WHERE account = ? AND id < ?")
            .bind(account)
            .bind(oldest_kept)
            .execute(connection)
            .await?;
    }
    Ok(made.last_insert_id())
}

fn going_on() -> String {
    format!(
        "a.disabled_at IS NULL AND s.created_at > UTC_TIMESTAMP(3) - INTERVAL {LASTS_S} SECOND \
         AND s.used_at > UTC_TIMESTAMP(3) - INTERVAL {IDLE_S} SECOND"
    )
}

/// Whose session this is the token of, if it goes on; notes that it is used.
pub(super) async fn find(pool: &MySqlPool, token: &[u8; 32]) -> Result<Option<Caller>, sqlx::Error> {
    let question = format!(
        "SELECT s.id, s.account, a.role, TIMESTAMPDIFF(SECOND, s.used_at, UTC_TIMESTAMP(3)) \
         FROM sessions s JOIN accounts a ON a.name = s.account WHERE s.token = ? AND {}",
        going_on()
    );
    let row: Option<(u64, String, String, i64)> =
        sqlx::query_as(sqlx::AssertSqlSafe(question)).bind(&token[..]).fetch_optional(pool).await?;
    let Some((id, account, role, unused_s)) = row else { return Ok(None) };
    if unused_s >= NOTED_EVERY_S {
        sqlx::query("UPDATE sessions SET used_at = UTC_TIMESTAMP(3) WHERE id = ?")
            .bind(id)
            .execute(pool)
            .await?;
    }
    Ok(Some(Caller { proof: Proof::Session { id, account }, role: role_of(&role) }))
}

/// The sessions that go on, of one account or of all, the newest first.
pub(super) async fn all(pool: &MySqlPool, account: Option<&str>) -> Result<Vec<Stored>, sqlx::Error> {
    let question = format!(
        "SELECT s.id, s.account, s.created_at, s.used_at FROM sessions s JOIN accounts a ON a.name = s.account \
         WHERE {} AND (? IS NULL OR s.account = ?) ORDER BY s.id DESC LIMIT 1000",
        going_on()
    );
    let rows: Vec<(u64, String, OffsetDateTime, OffsetDateTime)> =
        sqlx::query_as(sqlx::AssertSqlSafe(question)).bind(account).bind(account).fetch_all(pool).await?;
    let stored = |(id, account, created_at, used_at)| Stored {
        id,
        account,
        created_at: timestamp(created_at),
        used_at: timestamp(used_at),
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Whose session has this number.
pub(super) async fn account_of(
    connection: &mut MySqlConnection,
    id: u64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT account FROM sessions WHERE id = ?").bind(id).fetch_optional(connection).await
}

/// Ends a session.
pub(super) async fn end(connection: &mut MySqlConnection, id: u64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE id = ?").bind(id).execute(connection).await.map(drop)
}

/// Ends all sessions of an account but one.
pub(super) async fn end_all(
    connection: &mut MySqlConnection,
    account: &str,
    but: Option<u64>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE account = ? AND id <> ?")
        .bind(account)
        .bind(but.unwrap_or_default())
        .execute(connection)
        .await
        .map(drop)
}

//! Accounts in the database.

use super::Role;
use model::Timestamp;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySqlConnection, MySqlPool};

/// Most accounts that there may be.
pub(super) const MAX_ACCOUNTS: i64 = 1_000;

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub password_set_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

type Row = (String, String, OffsetDateTime, OffsetDateTime, Option<OffsetDateTime>);

const COLUMNS: &str = "SELECT name, role, created_at, password_set_at, disabled_at FROM accounts";

fn stored((name, role, created_at, password_set_at, disabled_at): Row) -> Stored {
    Stored {
        name,
        role: role_of(&role),
        created_at: timestamp(created_at),
        password_set_at: timestamp(password_set_at),
        disabled_at: disabled_at.map(timestamp),
    }
}

/// A role that a later version wrote may do the least.
pub(super) fn role_of(name: &str) -> Role {
    Role::parse(name).unwrap_or(Role::Viewer)
}

pub(crate) fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_ms_clamped(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default())
}

/// All accounts, by name.
pub(super) async fn all(pool: &MySqlPool) -> Result<Vec<Stored>, sqlx::Error> {
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY name LIMIT {MAX_ACCOUNTS}")))
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(stored).collect())
}

/// One account, held until the transaction ends.
pub(super) async fn hold(
    connection: &mut MySqlConnection,
    name: &str,
) -> Result<Option<Stored>, sqlx::Error> {
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE name = ? FOR UPDATE")))
            .bind(name)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(stored))
}

/// The hash of an account's password, and whether it may sign in.
pub(super) async fn password(pool: &MySqlPool, name: &str) -> Result<Option<(String, bool)>, sqlx::Error> {
    sqlx::query_as("SELECT password, disabled_at IS NULL FROM accounts WHERE name = ?")
        .bind(name)
        .fetch_optional(pool)
        .await
}

/// How many accounts there are, also disabled ones.
pub(super) async fn count(connection: &mut MySqlConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM accounts").fetch_one(connection).await
}

/// How many may sign in as an admin; held until the transaction ends, so that two who leave at once do not both leave.
pub(super) async fn count_admins(connection: &mut MySqlConnection) -> Result<usize, sqlx::Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM accounts WHERE role = 'admin' AND disabled_at IS NULL ORDER BY name FOR UPDATE",
    )
    .fetch_all(connection)
    .await?;
    Ok(names.len())
}

/// Makes an account; whether there was none of this name.
pub(super) async fn create(
    connection: &mut MySqlConnection,
    name: &str,
    role: Role,
    hash: &str,
) -> Result<bool, sqlx::Error> {
    let made = sqlx::query(
        "INSERT INTO accounts (name, role, password, created_at, password_set_at) \
         VALUES (?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
    )
    .bind(name)
    .bind(role.as_str())
    .bind(hash)
    .execute(connection)
    .await;
    match made {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) async fn set_role(
    connection: &mut MySqlConnection,
    name: &str,
    role: Role,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET role = ? WHERE name = ?")
        .bind(role.as_str())
        .bind(name)
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn set_disabled(
    connection: &mut MySqlConnection,
    name: &str,
    disabled: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET disabled_at = IF(?, COALESCE(disabled_at, UTC_TIMESTAMP(3)), NULL) WHERE name = ?")
        .bind(disabled)
        .bind(name)
        .execute(connection)
        .await
        .map(drop)
}

/// Sets the password; whether there is such an account.
pub(super) async fn set_password(
    connection: &mut MySqlConnection,
    name: &str,
    hash: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE accounts SET password = ?, password_set_at = UTC_TIMESTAMP(3) WHERE name = ?")
        .bind(hash)
        .bind(name)
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
}

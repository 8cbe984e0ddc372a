//! Adding to the record.

use crate::accounts::Caller;
use serde_json::Value;
use sqlx::MySqlConnection;
use sqlx::types::Json;

/// Longest name of what was changed.
const MAX_OBJECT_CHARACTERS: usize = 255;

/// What was changed. It holds no password and no key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change<'a> {
    /// What was done, such as `zone.put`.
    pub action: &'static str,
    /// To what, such as the zone's id.
    pub object: &'a str,
    /// What it was before.
    pub before: Option<Value>,
    /// What it is now.
    pub after: Option<Value>,
}

/// Adds to the record, best within the transaction of the change itself.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record(
    connection: &mut MySqlConnection,
    who: &Caller,
    change: Change<'_>,
) -> Result<(), sqlx::Error> {
    let object: String = change.object.chars().take(MAX_OBJECT_CHARACTERS).collect();
    sqlx::query(
        "INSERT INTO audit (at, who, action, object, value_before, value_after) \
         VALUES (UTC_TIMESTAMP(3), ?, ?, ?, ?, ?)",
    )
    .bind(who.to_string())
    .bind(change.action)
    .bind(object)
    .bind(change.before.map(Json))
    .bind(change.after.map(Json))
    .execute(connection)
    .await
    .map(drop)
}

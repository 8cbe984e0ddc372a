//! What is going on, as the store knows it.

use super::{Database, StoreError};
use model::{Event, EventKind};
use sqlx::Connection;
use sqlx::types::Json;
use std::time::Duration;
use tokio::time::timeout;

const READ_WITHIN: Duration = Duration::from_secs(15);

/// The accidents or jams that have not ended, at most `limit`: the newest, in the order of time.
///
/// # Errors
/// When the database does not answer, or a stored event cannot be read.
pub async fn open_events(database: &Database, kind: EventKind, limit: u32) -> Result<Vec<Event>, StoreError> {
    let read = async {
        let mut connection = database.connect().await?;
        let newest_first: Vec<Json<Event>> = sqlx::query_scalar(
            "SELECT body FROM events WHERE is_open = TRUE AND type = ? \
             ORDER BY occurred_at DESC, id DESC LIMIT ?",
        )
        .bind(kind.as_str())
        .bind(limit)
        .fetch_all(&mut connection)
        .await?;
        let _ = connection.close().await;
        Ok(newest_first.into_iter().rev().map(|Json(event)| event).collect())
    };
    timeout(READ_WITHIN, read).await.unwrap_or(Err(StoreError::TimedOut(READ_WITHIN)))
}

//! Forgetting what is old, a little at a time.

use super::{Database, StoreError, statements};
use model::EventId;
use sqlx::Connection;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// Longest time for one batch.
const FORGET_WITHIN: Duration = Duration::from_secs(30);

/// Deletes at most `limit` lines of the record of changes that are older than `days` days; how many there were. By the
/// database's clock.
///
/// # Errors
/// When the database does not do it.
pub async fn forget_older_changes(database: &Database, days: u32, limit: u32) -> Result<usize, StoreError> {
    let forget = async {
        let mut connection = database.connect().await?;
        let done = sqlx::query(
            "DELETE FROM audit WHERE at < UTC_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY at, id LIMIT ?",
        )
        .bind(days)
        .bind(limit)
        .execute(&mut connection)
        .await?;
        let _ = connection.close().await;
        Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
    };
    timeout(FORGET_WITHIN, forget).await.unwrap_or(Err(StoreError::TimedOut(FORGET_WITHIN)))
}

/// Deletes at most `limit` events that occurred more than `days` days ago, the oldest first, each with its revisions and
/// vehicles, in one transaction; how many there were. By the database's clock. What goes on is kept, however old it is.
///
/// # Errors
/// When the database does not do it; nothing is deleted then.
pub async fn forget_older(database: &Database, days: u32, limit: u32) -> Result<usize, StoreError> {
    let forget = async {
        let mut connection = database.connect().await?;
        let old: Vec<Uuid> = sqlx::query_scalar(
            "SELECT id FROM events WHERE is_open = FALSE AND occurred_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY \
             ORDER BY occurred_at, id LIMIT ?",
        )
        .bind(days)
        .bind(limit)
        .fetch_all(&mut connection)
        .await?;
        let ids: Vec<EventId> = old.into_iter().map(EventId::from).collect();
        if !ids.is_empty() {
            let mut transaction = connection.begin().await?;
            statements::delete_events(&mut transaction, &ids).await?;
            transaction.commit().await?;
        }
        let _ = connection.close().await;
        Ok(ids.len())
    };
    timeout(FORGET_WITHIN, forget).await.unwrap_or(Err(StoreError::TimedOut(FORGET_WITHIN)))
}

//! Writes batches of revisions, each in one transaction.

use super::{Batch, Database, StoreError, connect::IDLE, rows::Row, statements};
use model::EventId;
use sqlx::{Connection, MySqlConnection};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Longest time for one transaction. A server that takes longer hangs, or something holds its locks.
const STORE_WITHIN: Duration = Duration::from_secs(30);

/// Writes to the store over one connection, opened when it is needed.
#[derive(Debug)]
pub struct Writer {
    database: Database,
    /// Open, and when it was last used.
    connection: Option<(MySqlConnection, Instant)>,
}

impl Writer {
    /// A writer that has not connected yet.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, connection: None }
    }

    /// Stores a batch, all of it or nothing, and notes in it which revisions became their events' latest.
    ///
    /// Can be tried again with the same batch after any error, even where it is unknown whether the transaction was
    /// committed: what is stored already is left as it is, an older revision never replaces a later one.
    ///
    /// # Errors
    /// See [`StoreError::is_permanent`] for whether to try again. The connection is closed and the next try opens one.
    pub async fn store(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        // Given back only when all went well: an interrupted connection may be in the middle of an answer.
        let mut connection = match self.connection.take() {
            Some((connection, used)) if used.elapsed() < IDLE => connection,
            _ => self.database.connect().await?,
        };
        timeout(STORE_WITHIN, in_one_transaction(&mut connection, batch))
            .await
            .unwrap_or(Err(StoreError::TimedOut(STORE_WITHIN)))?;
        self.connection = Some((connection, Instant::now()));
        Ok(())
    }
}

async fn in_one_transaction(connection: &mut MySqlConnection, batch: &mut Batch) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    let latest = batch.latest();
    let ids: Vec<EventId> = latest.keys().copied().collect();
    let stored = statements::locked_revisions(&mut transaction, &ids).await?;

    let newer = |row: &&Row| stored.get(&row.event.id).is_none_or(|&revision| row.event.revision > revision);
    let fresh: Vec<&Row> = latest.into_values().filter(newer).collect();
    let replaced: Vec<EventId> =
        fresh.iter().map(|row| row.event.id).filter(|id| stored.contains_key(id)).collect();

    statements::insert_revisions(&mut transaction, &batch.rows.values().collect::<Vec<_>>()).await?;
    statements::replace_events(&mut transaction, &fresh).await?;
    statements::delete_vehicles(&mut transaction, &replaced).await?;
    statements::insert_vehicles(&mut transaction, &fresh).await?;
    let keys: Vec<(EventId, u32)> = fresh.iter().map(|row| (row.event.id, row.event.revision)).collect();
    // Before the commit, whose success may never be heard of: the next try would find nothing fresh.
    batch.fresh.extend(keys);
    transaction.commit().await?;
    Ok(())
}

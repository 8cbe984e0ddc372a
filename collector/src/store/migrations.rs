//! Brings the tables to this version's, under a lock, so that collectors started together do it once.

use super::{Database, StoreError};
use sqlx::migrate::MigrateError;
use sqlx::{Connection, MySqlConnection};
use std::time::Duration;

/// Longest wait for another collector that is at it, in seconds.
const LOCK_WAIT_S: u32 = 60;

/// Runs what has not run yet. Safe to be killed in at any point: the next start goes on from there.
///
/// # Errors
/// When the database is away, or its tables are of a later version than this program.
pub async fn migrate(database: &Database) -> Result<(), StoreError> {
    let mut connection = database.connect().await?;
    let locked: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(CONCAT('vigiroute:', DATABASE()), ?)")
        .bind(LOCK_WAIT_S)
        .fetch_one(&mut connection)
        .await?;
    if locked != Some(1) {
        return Err(StoreError::TimedOut(Duration::from_secs(LOCK_WAIT_S.into())));
    }
    let outcome = run(&mut connection).await;
    // Closing the connection gives up the lock.
    let _ = connection.close().await;
    outcome
}

async fn run(connection: &mut MySqlConnection) -> Result<(), StoreError> {
    let mut migrator = sqlx::migrate!("../sql");
    // Locked above already, so that clearing away an interrupted migration is under the lock too.
    migrator.set_locking(false);
    match migrator.run_direct(None, connection, false).await {
        // A collector was killed in the middle of it. Every migration can be run twice, so it is run again.
        Err(MigrateError::Dirty(version)) => {
            tracing::warn!(version, "a migration was interrupted: running it again");
            sqlx::query("DELETE FROM _sqlx_migrations WHERE success = FALSE")
                .execute(&mut *connection)
                .await?;
            migrator.run_direct(None, connection, false).await?;
        }
        outcome => outcome?,
    }
    Ok(())
}

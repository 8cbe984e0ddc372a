//! Why something could not be stored, and whether trying again helps.

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::mysql::MySqlDatabaseError;
use std::time::Duration;
use thiserror::Error;

/// Why the database did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The server took too long; the connection is given up.
    #[error("no answer from the database within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// What the server or the way to it says.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// An event cannot be written as JSON.
    #[error("cannot write an event as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The tables cannot be brought to this version's.
    #[error(transparent)]
    Migration(#[from] MigrateError),
}

impl StoreError {
    /// Whether the data itself is refused, so that the same again fails again. Everything else (a server that is away,
    /// full, read-only, in deadlock, without tables or with another password) passes, or an operator mends it.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::TimedOut(_) => false,
            Self::Migration(error) => {
                matches!(error, MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_))
            }
            Self::Json(_) => true,
            Self::Database(sqlx::Error::Encode(_)) => true,
            Self::Database(error) => error.as_database_error().is_some_and(is_of_the_data),
        }
    }
}

/// Errors of the data that the servers file under no class of their own: a text that the column's character set cannot
/// hold, and a broken check (MySQL).
const UNCLASSED_DATA_ERRORS: [u16; 2] = [1366, 3819];

fn is_of_the_data(error: &dyn DatabaseError) -> bool {
    // Data exceptions and broken constraints.
    let classed = error.code().is_some_and(|state| state.starts_with("22") || state.starts_with("23"));
    let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
    classed || number.is_some_and(|number| UNCLASSED_DATA_ERRORS.contains(&number))
}

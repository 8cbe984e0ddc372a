//! The tasks that forget what is old, a little at a time.

use crate::store::{Database, StoreError, forget_older, forget_older_changes};
use std::time::Duration;
use tokio::time::sleep;

/// Rows in one batch. Small, so that storing never waits for it noticeably.
const BATCH: u32 = 256;
/// Between two batches while there are more.
const PAUSE: Duration = Duration::from_millis(200);
/// Between two looks for what has become old.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// What is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Events,
    Changes,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Changes => "changes",
        }
    }

    async fn forget(self, database: &Database, days: u32) -> Result<usize, StoreError> {
        match self {
            Self::Events => {
                let count = forget_older(database, days, BATCH).await?;
                metrics::counter!("vigiroute_collector_events_forgotten_total").increment(count as u64);
                Ok(count)
            }
            Self::Changes => forget_older_changes(database, days, BATCH).await,
        }
    }
}

/// Forgets for ever events that occurred more than `days` days ago.
pub async fn forget_old_events(database: Database, days: u32) {
    forget(Kind::Events, database, days).await;
}

/// Forgets for ever who changed what more than `days` days ago.
pub async fn forget_old_changes(database: Database, days: u32) {
    forget(Kind::Changes, database, days).await;
}

/// Forgets batch after batch, for ever. Trouble is logged once and tried again at the next look.
async fn forget(kind: Kind, database: Database, days: u32) {
    let what = kind.name();
    let mut trouble = None;
    loop {
        let mut forgotten = 0;
        loop {
            match kind.forget(&database, days).await {
                Ok(count) => {
                    forgotten += count;
                    trouble = None;
                    if count < BATCH as usize {
                        break;
                    }
                }
                Err(error) => {
                    let error = error.to_string();
                    if trouble.as_ref() != Some(&error) {
                        tracing::warn!(%error, "cannot delete old {what}: trying again later");
                        trouble = Some(error);
                    }
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        if forgotten > 0 {
            tracing::info!(count = forgotten, days, "deleted {what} that were old");
        }
        sleep(LOOK_EVERY).await;
    }
}

//! The task that forgets events when they are old, if a setting says when that is.

use crate::store::{Database, forget_older};
use std::time::Duration;
use tokio::time::sleep;

/// Events in one batch. Small, so that storing never waits for it noticeably.
const BATCH: u32 = 256;
/// Between two batches while there are more.
const PAUSE: Duration = Duration::from_millis(200);
/// Between two looks for what has become old.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Forgets for ever what occurred more than `days` days ago. Trouble is logged once and tried again at the next look.
pub async fn forget_old_events(database: Database, days: u32) {
    let mut trouble = None;
    loop {
        let mut forgotten = 0;
        loop {
            match forget_older(&database, days, BATCH).await {
                Ok(count) => {
                    forgotten += count;
                    metrics::counter!("vigiroute_collector_events_forgotten_total").increment(count as u64);
                    trouble = None;
                    if count < BATCH as usize {
                        break;
                    }
                }
                Err(error) => {
                    let error = error.to_string();
                    if trouble.as_ref() != Some(&error) {
                        tracing::warn!(%error, "cannot delete old events: trying again later");
                        trouble = Some(error);
                    }
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        if forgotten > 0 {
            tracing::info!(events = forgotten, days, "deleted events that were old");
        }
        sleep(LOOK_EVERY).await;
    }
}

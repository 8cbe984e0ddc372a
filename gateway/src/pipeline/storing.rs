//! The thread that puts events into the outbox.

use super::{JournalState, counters};
use crate::clock;
use crate::store::{Batch, Store, StoreError};
use link::Condition;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Most batches stored in one transaction.
const MOST_TOGETHER: usize = 64;
/// How long to wait before the disk is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Puts what came of the reports into the store.
pub struct Storing {
    /// Where it goes.
    pub store: Arc<Store>,
    /// Rung when something was put into the outbox.
    pub filled: Arc<Notify>,
    /// Met while the store can be written.
    pub disk: Condition,
    /// Where it is said when this ends.
    pub state: Arc<JournalState>,
    /// Says when to end: then a disk that cannot be written is not waited for.
    pub ending: CancellationToken,
}

impl Storing {
    /// Stores until nothing more comes.
    ///
    /// # Errors
    /// When the store cannot be written; the journal has what all this came of.
    pub fn run(self, batches: &Receiver<Batch>) -> anyhow::Result<()> {
        self.disk.met();
        let ended = self.store_all(batches);
        self.state.outbox_ended.store(true, Ordering::Release);
        ended
    }

    fn store_all(&self, batches: &Receiver<Batch>) -> anyhow::Result<()> {
        while let Ok(mut batch) = batches.recv() {
            for later in batches.try_iter().take(MOST_TOGETHER) {
                batch.append(later);
            }
            self.store(&batch)?;
        }
        Ok(())
    }

    fn store(&self, batch: &Batch) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut is_told = false;
        while let Err(error) = self.try_to_store(batch) {
            if !error.may_pass() || self.ending.is_cancelled() {
                return Err(error.into());
            }
            if !is_told {
                tracing::error!(%error, "the outbox cannot be written; reports wait at the broker until it can");
                is_told = true;
            }
            self.disk.unmet(error.to_string());
            std::thread::sleep(TRY_AGAIN);
            if let Err(error) = self.store.reopen() {
                tracing::debug!(%error, "the outbox cannot be opened yet");
            }
        }
        if is_told {
            tracing::info!("the outbox is written again");
            self.disk.met();
        }
        metrics::histogram!("vigiroute_gateway_commit_seconds").record(begun.elapsed());
        batch.events.iter().for_each(counters::event);
        if !batch.events.is_empty() {
            self.filled.notify_one();
        }
        Ok(())
    }

    fn try_to_store(&self, batch: &Batch) -> Result<(), StoreError> {
        if self.store.done() >= batch.seq && batch.seq > 0 {
            // Written, though the disk failed before it said so.
            return Ok(());
        }
        self.store.commit(batch, clock::now().as_ms())
    }
}

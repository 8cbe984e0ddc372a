//! The task that stores: what waits goes into one transaction, then its senders are told, then it is published.

use crate::inbox::{Delivery, DropReason};
use crate::pubsub::{Backlog, Publisher, QUIET};
use crate::store::{Batch, StoreError, Writer};
use link::Condition;
use link::backoff::Backoff;
use link::xmpp::{Client, Message};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use xmpp_parsers::receipts::Received;

/// Messages that may wait to be stored. Each is at most 256 KiB of JSON.
pub const WAITING_DELIVERIES: usize = 64;
/// Most revisions in one transaction; what waits beyond is in the next.
const MAX_BATCH_EVENTS: usize = 512;
/// Most JSON in one transaction. The smallest of the servers' limits for one statement is 16 MiB.
const MAX_BATCH_BYTES: usize = 4 << 20;
/// Longest wait for room to send receipts. A receipt that is lost makes the gateway send the message again, no more.
const RECEIPTS_WITHIN: Duration = Duration::from_secs(5);

/// What the recorder needs.
#[derive(Debug)]
pub struct Recorder {
    /// Writes to the store.
    pub writer: Writer,
    /// To send receipts.
    pub client: Client,
    /// Publishes what became the latest.
    pub publisher: Publisher,
    /// Whether what comes is old.
    pub backlog: Backlog,
    /// Met while the store takes what comes.
    pub condition: Condition,
    /// Gives up what cannot be stored.
    pub shutdown: CancellationToken,
}

impl Recorder {
    /// Stores what comes until there is no more; after a shutdown what has come already, if the store takes it at once.
    pub async fn run(mut self, mut deliveries: mpsc::Receiver<Delivery>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(delivery) => delivery,
                None => match self.next(&mut deliveries).await {
                    Some(delivery) => delivery,
                    None => break,
                },
            };
            let (together, beyond) = gather(first, &mut deliveries);
            next = beyond;
            self.record(together).await;
        }
    }

    /// Waits for what comes next; when that is long after a backlog, the backlog has drained.
    async fn next(&mut self, deliveries: &mut mpsc::Receiver<Delivery>) -> Option<Delivery> {
        if self.backlog.is_there() {
            match tokio::time::timeout(QUIET, deliveries.recv()).await {
                Ok(next) => return next,
                Err(_) => {
                    self.backlog.ended();
                    self.publisher.reconcile();
                }
            }
        }
        deliveries.recv().await
    }

    async fn record(&mut self, deliveries: Vec<Delivery>) {
        match self.store(&deliveries).await {
            Ok(Some(batch)) => self.confirm(&deliveries, batch).await,
            Ok(None) => {}
            // One of them is to blame; the others must not suffer.
            Err(error) if deliveries.len() > 1 => {
                tracing::debug!(%error, "a batch is refused: storing its messages one by one");
                for delivery in deliveries {
                    Box::pin(self.record(vec![delivery])).await;
                }
            }
            Err(error) => {
                DropReason::Refused.count();
                let first = deliveries.first().and_then(|delivery| delivery.events.first());
                let event = first.map(|event| event.id.to_string()).unwrap_or_default();
                tracing::error!(%error, event, "the database refuses a message's data; it stays with the gateway");
            }
        }
    }

    /// Stores until it is stored: `None` if the end came first.
    ///
    /// # Errors
    /// Only when the data itself is refused.
    async fn store(&mut self, deliveries: &[Delivery]) -> Result<Option<Batch>, StoreError> {
        let mut batch = Batch::of(deliveries.iter().flat_map(|delivery| delivery.events.iter().cloned()))?;
        let mut delays = Backoff::RECONNECT.delays();
        let mut failing_since = None;
        loop {
            let begin = Instant::now();
            match self.writer.store(&mut batch).await {
                Ok(()) => {
                    metrics::histogram!("vigiroute_collector_store_seconds")
                        .record(begin.elapsed().as_secs_f64());
                    metrics::histogram!("vigiroute_collector_batch_events").record(batch.len() as f64);
                    self.condition.met();
                    if let Some(since) = failing_since {
                        let away_s = Instant::now().duration_since(since).as_secs();
                        tracing::info!(away_s, "the database takes events again");
                    }
                    return Ok(Some(batch));
                }
                Err(error) if error.is_permanent() => return Err(error),
                Err(error) => {
                    metrics::counter!("vigiroute_collector_store_failures_total").increment(1);
                    self.condition.unmet(error.to_string());
                    if failing_since.is_none() {
                        failing_since = Some(begin);
                        tracing::warn!(%error, "cannot store events: trying again, nothing is confirmed meanwhile");
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(delays.next_delay()) => {}
                () = self.shutdown.cancelled() => return Ok(None),
            }
        }
    }

    async fn confirm(&mut self, deliveries: &[Delivery], batch: Batch) {
        metrics::counter!("vigiroute_collector_revisions_stored_total").increment(batch.len() as u64);
        if *self.client.online().borrow() {
            let _ = tokio::time::timeout(RECEIPTS_WITHIN, self.send_receipts(deliveries)).await;
        }
        let advice = self.backlog.stored(deliveries, Instant::now());
        for event in batch.into_fresh() {
            metrics::counter!("vigiroute_collector_events_total", "type" => event.kind.as_str(), "phase" => event.phase.as_str())
                .increment(1);
            if advice.publish {
                self.publisher.publish(event);
            } else {
                metrics::counter!("vigiroute_collector_publish_skipped_total").increment(1);
            }
        }
        if advice.reconcile {
            self.publisher.reconcile();
        }
    }

    async fn send_receipts(&self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            let Some(id) = &delivery.id else { continue };
            let receipt = Message::normal(delivery.sender.clone()).with_payload(Received { id: id.clone() });
            if self.client.send(receipt).await.is_err() {
                return;
            }
            metrics::counter!("vigiroute_collector_receipts_total").increment(1);
        }
    }
}

/// What waits, as far as it fits into one batch, and the first that does not.
fn gather(first: Delivery, waiting: &mut mpsc::Receiver<Delivery>) -> (Vec<Delivery>, Option<Delivery>) {
    let (mut events, mut bytes) = (first.events.len(), first.json_bytes);
    let mut together = vec![first];
    while let Ok(delivery) = waiting.try_recv() {
        events += delivery.events.len();
        bytes += delivery.json_bytes;
        if events > MAX_BATCH_EVENTS || bytes > MAX_BATCH_BYTES {
            return (together, Some(delivery));
        }
        together.push(delivery);
    }
    (together, None)
}

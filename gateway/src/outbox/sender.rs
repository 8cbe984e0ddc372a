//! The task that sends what is in the outbox and forgets what the collector has confirmed.

use super::message::message;
use super::window::Window;
use crate::clock;
use crate::store::Store;
use anyhow::Context;
use link::backoff::Backoff;
use link::xmpp::{Client, Event, FullJid, Incoming, Jid, Message};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use xmpp_parsers::message::MessageType;
use xmpp_parsers::receipts::Received;

/// How long to wait for a receipt before a message is sent again: the collector may be waiting for its database.
const RECEIPT_WAIT: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
/// How long to wait after a message came back because the collector is away.
const PROBE_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long the outbox is still sent when the program ends.
const LAST_TRY: Duration = Duration::from_secs(4);

/// Sends the outbox.
pub struct Sender {
    store: Arc<Store>,
    client: Client,
    incoming: Incoming,
    collector: FullJid,
    /// Rung when something was put into the outbox.
    filled: Arc<Notify>,
    window: Window,
    online: bool,
    /// Revisions that have arrived and could not be forgotten, because the disk failed.
    unforgotten: Vec<u64>,
    /// Which opening of the store the window is of.
    opening: u64,
}

impl Sender {
    /// Sends what is in `store` to `collector`.
    pub fn new(
        store: Arc<Store>,
        client: Client,
        incoming: Incoming,
        collector: FullJid,
        filled: Arc<Notify>,
    ) -> anyhow::Result<Self> {
        let (window, opening) = (window(&store)?, store.reopened());
        let unforgotten = Vec::new();
        Ok(Self { store, client, incoming, collector, filled, window, online: false, unforgotten, opening })
    }

    /// Runs until `ending`, and then for a while longer if the outbox can still be emptied.
    pub async fn run(mut self, ending: CancellationToken) -> anyhow::Result<()> {
        let mut gauges = interval(Duration::from_secs(1));
        gauges.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = None;
        loop {
            if self.online {
                self.send_due().await?;
            }
            let now = Instant::now();
            if last.is_some_and(|last| last <= now) || (last.is_some() && self.is_done()) {
                return Ok(());
            }
            let wake = self.window.wake_at().filter(|_| self.online);
            tokio::select! {
                event = self.incoming.recv() => match event {
                    Some(event) => self.handle_all(event).await?,
                    None => return Ok(()),
                },
                () = self.filled.notified() => {}
                () = sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
                _ = gauges.tick() => {
                    self.forget_again().await?;
                    self.measure();
                }
                () = ending.cancelled(), if last.is_none() => last = Some(now + LAST_TRY),
                () = sleep_until(last.unwrap_or(now)), if last.is_some() => {}
            }
        }
    }

    /// Whether nothing more can be done before the end.
    fn is_done(&self) -> bool {
        !self.online || self.store.waiting() == 0
    }

    async fn send_due(&mut self) -> anyhow::Result<()> {
        loop {
            self.fill_window()?;
            let Some(parcel) = self.window.next_due(Instant::now()) else { return Ok(()) };
            let to = Jid::from(self.collector.clone());
            match message(&parcel, &to) {
                Ok(message) => {
                    if parcel.again {
                        metrics::counter!("vigiroute_gateway_resends_total").increment(1);
                    }
                    metrics::counter!("vigiroute_gateway_messages_sent_total").increment(1);
                    tracing::trace!(id = %parcel.id, revisions = parcel.revisions.len(), "sending");
                    if self.client.send(message).await.is_err() {
                        return Ok(());
                    }
                }
                Err(error) => {
                    // It would stand in the way of all others for ever.
                    tracing::error!(error = format!("{error:#}"), "an event cannot be sent and is given up");
                    metrics::counter!("vigiroute_gateway_unsendable_total").increment(1);
                    let seqs = self.window.receipt(&parcel.id, Instant::now()).unwrap_or_default();
                    self.forget(seqs).await?;
                }
            }
        }
    }

    /// Takes from the outbox what can be on its way.
    fn fill_window(&mut self) -> anyhow::Result<()> {
        if self.opening != self.store.reopened() {
            // What was forgotten shortly before the disk failed may be there again.
            self.opening = self.store.reopened();
            self.window = window(&self.store)?;
        }
        while let Some((from, limit)) = self.window.wants() {
            let waiting = match self.store.outbox_from(from, limit) {
                Ok(waiting) => waiting,
                // Whoever writes to it says what is wrong.
                Err(error) if error.may_pass() => break,
                Err(error) => return Err(error.into()),
            };
            if waiting.is_empty() {
                break;
            }
            self.window.take(waiting, Instant::now());
            if self.window.wants().is_none_or(|(next, _)| next == from) {
                break;
            }
        }
        Ok(())
    }

    /// Handles an event and those behind it, so that many receipts are one transaction.
    async fn handle_all(&mut self, event: Event) -> anyhow::Result<()> {
        let mut arrived = Vec::new();
        let mut next = Some(event);
        while let Some(event) = next {
            match event {
                Event::Online { resumed } => {
                    self.online = true;
                    if !resumed {
                        self.window.resend_all(Instant::now());
                    }
                }
                Event::Offline => self.online = false,
                Event::Message(message) => arrived.extend(self.hear(*message)),
            }
            next = self.incoming.try_recv();
        }
        self.forget(arrived).await
    }

    /// The sequence numbers that a message says have arrived.
    fn hear(&mut self, mut message: Message) -> Vec<u64> {
        if message.from.as_ref().map(Jid::to_bare) != Some(self.collector.to_bare()) {
            tracing::debug!(from = ?message.from, "a message from a stranger is ignored");
            return Vec::new();
        }
        if message.type_ == MessageType::Error {
            let id = message.id.map(|id| id.0).unwrap_or_default();
            if self.window.bounced(&id, Instant::now()) {
                metrics::counter!("vigiroute_gateway_bounces_total").increment(1);
                tracing::debug!(%id, "the collector is away");
            }
            return Vec::new();
        }
        let Ok(Some(Received { id })) = message.extract_payload() else { return Vec::new() };
        let arrived = self.window.receipt(&id, Instant::now()).unwrap_or_default();
        if !arrived.is_empty() {
            metrics::counter!("vigiroute_gateway_receipts_total").increment(1);
        }
        arrived
    }

    async fn forget(&mut self, seqs: Vec<u64>) -> anyhow::Result<()> {
        self.unforgotten.extend(seqs);
        if self.unforgotten.is_empty() {
            return Ok(());
        }
        let (store, seqs) = (Arc::clone(&self.store), std::mem::take(&mut self.unforgotten));
        // Waits while the pipeline writes to the disk.
        let forget = move || store.forget(&seqs).map_err(|error| (error, seqs));
        match tokio::task::spawn_blocking(forget).await.context("the outbox")? {
            Ok(()) => Ok(()),
            Err((error, seqs)) if error.may_pass() => {
                tracing::debug!(%error, "what has arrived cannot be forgotten yet");
                self.unforgotten = seqs;
                Ok(())
            }
            Err((error, _)) => Err(error.into()),
        }
    }

    /// Tries again to forget what could not be forgotten.
    async fn forget_again(&mut self) -> anyhow::Result<()> {
        if self.unforgotten.is_empty() {
            return Ok(());
        }
        let store = Arc::clone(&self.store);
        // The database does not go on by itself after the disk failed; while it cannot be opened, all stays as it is.
        let _ = tokio::task::spawn_blocking(move || store.reopen()).await.context("the outbox")?;
        self.forget(Vec::new()).await
    }

    fn measure(&self) {
        let oldest = match self.window.oldest_stored_at_ms() {
            Some(oldest) => Some(oldest),
            None => self.store.outbox_from(0, 1).ok().and_then(|all| all.first().map(|one| one.stored_at_ms)),
        };
        let age_ms = oldest.map_or(0, |stored| clock::now().as_ms().saturating_sub(stored).max(0));
        #[allow(clippy::cast_precision_loss, reason = "a gauge")]
        {
            metrics::gauge!("vigiroute_gateway_outbox_depth").set(self.store.waiting() as f64);
            metrics::gauge!("vigiroute_gateway_outbox_oldest_seconds").set(age_ms as f64 / 1_000.0);
        }
    }
}

fn window(store: &Store) -> anyhow::Result<Window> {
    let receipt = Backoff::try_new(RECEIPT_WAIT.0, RECEIPT_WAIT.1, 0.1)?;
    let probe = Backoff::try_new(PROBE_WAIT.0, PROBE_WAIT.1, 0.1)?;
    Ok(Window::new(store.instance(), receipt, probe))
}

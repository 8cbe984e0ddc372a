//! The way of a report: decode, detect, store, acknowledge. Runs on a thread of its own, because it computes and waits
//! for the disk.

mod counters;
mod intake;
mod traffic_meter;

pub use counters::describe;
pub use intake::Intake;

use crate::clock;
use crate::store::{Batch, Store};
use detect::{Detector, Output};
use link::Condition;
use link::mqtt::{Ack, Client, Incoming, Message};
use model::{Timestamp, Traffic};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use traffic_meter::TrafficMeter;

/// Most messages in one batch.
const MAX_BATCH: usize = 1_000;
/// Longest time that a batch is gathered before what came of it is stored.
const MAX_GATHERING: Duration = Duration::from_millis(20);
/// How often the traffic is looked at.
const TRAFFIC_EVERY: Duration = Duration::from_secs(1);
/// Most vehicles in a sample of the traffic.
const MAX_SAMPLE: usize = 1_000;
/// Revisions in the outbox from which on no more reports are taken; they wait at the broker.
const OUTBOX_FULL: u64 = 1_000_000;

/// What the pipeline works with.
pub struct Pipeline {
    /// Decodes and detects.
    pub intake: Intake,
    /// Keeps what must survive.
    pub store: Arc<Store>,
    /// Acknowledges.
    pub mqtt: Client,
    /// Where reports come from.
    pub incoming: Incoming,
    /// Rung when something was put into the outbox.
    pub filled: Arc<Notify>,
    /// Where the latest sample of the traffic goes.
    pub traffic: watch::Sender<Option<Arc<Traffic>>>,
    /// Met while there is room in the outbox.
    pub room: Condition,
    /// Says when to end.
    pub ending: CancellationToken,
}

impl Pipeline {
    /// Runs until it is told to end; what was taken by then is stored and acknowledged.
    ///
    /// # Errors
    /// When the store cannot be written: what was not acknowledged comes again after a restart.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let mut meter = TrafficMeter::new(Instant::now());
        let mut traffic_at = Instant::now() + TRAFFIC_EVERY;
        let mut messages = Vec::with_capacity(MAX_BATCH);
        loop {
            let wake = self.wake_at(traffic_at);
            let has_room = self.has_room();
            tokio::select! {
                biased;
                () = self.ending.cancelled() => break,
                taken = self.incoming.recv_many(&mut messages, MAX_BATCH), if has_room => {
                    if taken == 0 {
                        break;
                    }
                }
                () = tokio::time::sleep_until(wake) => {}
            }
            let mut batch = Batch::default();
            let acks = self.gather(&mut messages, &mut batch, &mut meter);
            self.settle(batch, acks)?;
            if traffic_at <= Instant::now() {
                traffic_at = Instant::now() + TRAFFIC_EVERY;
                self.look_at_traffic(&mut meter);
            }
        }
        Ok(())
    }

    fn wake_at(&self, traffic_at: Instant) -> Instant {
        let Some(due) = self.intake.detector().poll_timeout() else { return traffic_at };
        let wait_ms = u64::try_from(due.since_ms(clock::now())).unwrap_or(0);
        // A whole number of milliseconds may be a little early: one more.
        traffic_at.min(Instant::now() + Duration::from_millis(wait_ms + 1))
    }

    /// Takes messages, and those that come meanwhile, as long as it is one batch.
    fn gather(
        &mut self,
        messages: &mut Vec<Message>,
        batch: &mut Batch,
        meter: &mut TrafficMeter,
    ) -> Vec<Ack> {
        let begun = Instant::now();
        let mut acks = Vec::new();
        let mut taken = messages.len();
        let now = clock::now();
        for message in messages.drain(..) {
            self.intake.take(&message, now, batch, meter);
            acks.extend(message.ack);
        }
        while taken < MAX_BATCH && begun.elapsed() < MAX_GATHERING {
            let Some(message) = self.incoming.try_recv() else { break };
            self.intake.take(&message, clock::now(), batch, meter);
            acks.extend(message.ack);
            taken += 1;
        }
        self.intake.detect(meter);
        self.intake.let_time_pass(clock::now());
        acks
    }

    /// Stores what came of the batch, then acknowledges it.
    fn settle(&mut self, mut batch: Batch, acks: Vec<Ack>) -> anyhow::Result<()> {
        while let Some(output) = self.intake.poll_output() {
            match output {
                Output::Event(event) => batch.events.push(*event),
                Output::State(change) => batch.states.push(change),
            }
        }
        if !batch.is_empty() {
            let begun = Instant::now();
            self.store.commit(&batch, clock::now().as_ms())?;
            metrics::histogram!("vigiroute_gateway_commit_seconds").record(begun.elapsed());
            for event in &batch.events {
                counters::event(event);
            }
            if !batch.events.is_empty() {
                self.filled.notify_one();
            }
        }
        for ack in acks {
            self.mqtt.acknowledge(ack);
        }
        Ok(())
    }

    /// Whether the outbox has room; while it has not, reports wait at the broker.
    fn has_room(&self) -> bool {
        let waiting = self.store.waiting();
        if waiting < OUTBOX_FULL {
            self.room.met();
            return true;
        }
        self.room.unmet(format!("{waiting} event revisions wait for the collector: is it running?"));
        false
    }

    fn look_at_traffic(&self, meter: &mut TrafficMeter) {
        let measured = meter.read(Instant::now());
        let before = self.traffic.borrow().as_ref().map_or(0.0, |traffic| traffic.reports_per_s);
        if measured.reports_per_s == 0.0 && before == 0.0 {
            return;
        }
        let Some(view) = self.intake.detector().view(MAX_SAMPLE) else { return };
        self.traffic.send_replace(Some(Arc::new(Traffic {
            at: view.at,
            vehicles: view.vehicles,
            reports_per_s: measured.reports_per_s,
            delay_s: measured.delay_s,
            sample: view.sample,
            roads: view.roads,
        })));
    }
}

/// A detector with what a former run kept, and the zones it knew.
///
/// # Errors
/// When the store cannot be read.
pub fn restore(detector: Detector, store: &Store) -> anyhow::Result<Intake> {
    let (kept, mut unreadable) = store.kept()?;
    let (zones, states) = (kept.zones.len(), kept.states.len());
    let mut intake = Intake::new(detector);
    unreadable.extend(intake.restore(kept));
    for key in unreadable {
        tracing::warn!(%key, "a piece of the kept state cannot be used and is ignored (were the roads changed?)");
    }
    tracing::info!(zones, states, waiting = store.waiting(), "took up what the last run left");
    Ok(intake)
}

/// How long ago something was measured, in seconds.
fn delay_s(measured: Timestamp, now: Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a delay")]
    let delay_ms = now.since_ms(measured).max(0) as f64;
    delay_ms / 1_000.0
}

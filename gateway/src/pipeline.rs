//! The way of a report: decode, detect, journal, acknowledge, store. Four threads, one behind the other: the first decodes,
//! this one detects, the next writes the journal and acknowledges, the last fills the outbox.

mod counters;
mod decoding;
mod intake;
mod journaling;
mod storing;
mod traffic_meter;
mod work;

pub use counters::describe;
pub use decoding::{Decoded, Decoding};
pub use intake::Intake;
pub use journaling::{JournalState, Journaling, Keeping};
pub use storing::Storing;
pub use work::{Job, Work};

use crate::clock;
use crate::clock::Watch;
use crate::journal::Snapshot;
use crate::store::Store;
use link::Condition;
use model::{Timestamp, Traffic};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
pub use traffic_meter::TrafficMeter;

/// How often the traffic is looked at.
const TRAFFIC_EVERY: Duration = Duration::from_secs(1);
/// Most vehicles in a sample of the traffic.
const MAX_SAMPLE: usize = 1_000;
/// Revisions in the outbox from which on no more reports are taken; they wait at the broker.
const OUTBOX_FULL: u64 = 1_000_000;
/// How often the detector's memory is taken down …
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// … or when the journal has grown by so many bytes: about two million reports, some seconds to be given once more.
const SNAPSHOT_AFTER_BYTES: u64 = 128 << 20;

/// What the pipeline works with.
pub struct Pipeline {
    /// Detects.
    pub intake: Intake,
    /// Says how much waits in the outbox.
    pub store: Arc<Store>,
    /// Where reports come from.
    pub decoded: mpsc::Receiver<Decoded>,
    /// Writes the journal.
    pub journal: SyncSender<Job>,
    /// How the journal stands.
    pub state: Arc<JournalState>,
    /// Where the latest sample of the traffic goes.
    pub traffic: watch::Sender<Option<Arc<Traffic>>>,
    /// Met while there is room in the outbox.
    pub room: Condition,
    /// Met while the reports' times and this machine's clock agree.
    pub clock: Condition,
    /// Says when to end.
    pub ending: CancellationToken,
    /// About how many bytes a snapshot takes.
    pub snapshot_bytes: usize,
}

impl Pipeline {
    /// Runs until it is told to end; what was taken by then is journaled and acknowledged, and a last snapshot is taken.
    ///
    /// # Errors
    /// When the journal has ended: what was not acknowledged comes again after a restart.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let mut meter = TrafficMeter::new(Instant::now());
        let mut traffic_at = Instant::now() + TRAFFIC_EVERY;
        let mut snapshot_at = Instant::now() + SNAPSHOT_EVERY;
        let mut watch = Watch::new();
        loop {
            let wake = self.wake_at(traffic_at);
            let has_room = self.has_room();
            let decoded = tokio::select! {
                biased;
                () = self.ending.cancelled() => break,
                decoded = self.decoded.recv(), if has_room => match decoded {
                    Some(decoded) => decoded,
                    None => break,
                },
                () = tokio::time::sleep_until(wake) => Decoded::default(),
            };
            if watch.was_set() {
                self.intake.rebase(clock::now());
            }
            let mut work = Work { acks: decoded.acks, ..Work::default() };
            self.intake.take(decoded.pieces, &mut work.batch, &mut meter);
            self.intake.let_time_pass(clock::now(), &mut meter);
            self.hand_on(work)?;
            if traffic_at <= Instant::now() {
                traffic_at = Instant::now() + TRAFFIC_EVERY;
                self.look_at_traffic(&mut meter);
            }
            let written = self.state.since_snapshot.load(Ordering::Relaxed);
            if (snapshot_at <= Instant::now() && written > 0) || written >= SNAPSHOT_AFTER_BYTES {
                snapshot_at = Instant::now() + SNAPSHOT_EVERY;
                self.take_snapshot()?;
            }
        }
        // One that is being written is waited for by the journal's thread.
        self.state.is_writing.store(false, Ordering::Release);
        self.take_snapshot()
    }

    /// Takes down what the detector knows, unless the last time is not through yet.
    fn take_snapshot(&mut self) -> anyhow::Result<()> {
        if self.state.is_writing.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let begun = Instant::now();
        let snapshot = Snapshot::take(self.intake.detector(), self.snapshot_bytes)?;
        self.snapshot_bytes = snapshot.len();
        metrics::histogram!("vigiroute_gateway_snapshot_pause_seconds").record(begun.elapsed());
        self.journal.send(Job::Snapshot(snapshot)).map_err(|_| anyhow::anyhow!("the journal has ended"))
    }

    fn wake_at(&self, traffic_at: Instant) -> Instant {
        let Some(due) = self.intake.detector().poll_timeout() else { return traffic_at };
        let wait_ms = u64::try_from(due.since_ms(clock::now())).unwrap_or(0);
        // A whole number of milliseconds may be a little early: one more.
        traffic_at.min(Instant::now() + Duration::from_millis(wait_ms + 1))
    }

    /// Hands a batch to the journal's thread; waits while that is behind.
    fn hand_on(&mut self, mut work: Work) -> anyhow::Result<()> {
        self.intake.finish(&mut work);
        if work.is_empty() {
            return Ok(());
        }
        self.journal.send(Job::Work(work)).map_err(|_| anyhow::anyhow!("the journal has ended"))
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
        if measured.is_out_of_time {
            self.clock
                .unmet("most reports are dropped because of their time: is this machine's clock right?");
        } else {
            self.clock.met();
        }
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

/// How long ago something was measured, in seconds.
fn delay_s(measured: Timestamp, now: Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a delay")]
    let delay_ms = now.since_ms(measured).max(0) as f64;
    delay_ms / 1_000.0
}

//! The thread that writes the journal. What the detector was given is on the disk before it is acknowledged; what came of it
//! goes on to the outbox, which may take its time: the journal has what it came of.

use super::work::{Job, Work};
use crate::clock;
use crate::journal::{Segments, Snapshot, SnapshotFile, write_record};
use crate::store::{Batch, Store};
use link::Condition;
use link::mqtt::{Ack, Client};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Longest time that a message waits for others to be written with it.
const MAX_WAIT: Duration = Duration::from_millis(10);
/// So many messages are worth a write of their own. Far fewer than the broker lets be on their way without an
/// acknowledgement (5,000), so that it never waits for the clock.
const WORTH_A_WRITE: usize = 250;
/// Most bytes that are written at once.
const MAX_BYTES: usize = 8 << 20;
/// How often to look whether the outbox has caught up.
const OUTBOX_WAIT: Duration = Duration::from_millis(10);
/// How long to wait before the disk is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What the thread that detects asks of this one.
#[derive(Debug, Default)]
pub struct JournalState {
    /// Bytes written since the last snapshot.
    pub since_snapshot: AtomicU64,
    /// Whether a snapshot is being written.
    pub is_writing: AtomicBool,
    /// Whether nothing is put into the outbox any more.
    pub outbox_ended: AtomicBool,
}

/// Writes the journal.
pub struct Journaling {
    folder: PathBuf,
    segments: Segments,
    snapshots: SnapshotFile,
    /// Number of the last record.
    seq: u64,
    mqtt: Option<Client>,
    outbox: SyncSender<Batch>,
    /// Number of the last record whose batch was handed to the outbox.
    handed: u64,
    store: Arc<Store>,
    state: Arc<JournalState>,
    disk: Condition,
    ending: CancellationToken,
    /// The snapshot that is being written.
    writing: Option<JoinHandle<()>>,
}

/// Batches that are written together.
#[derive(Default)]
struct Group {
    records: Vec<u8>,
    batches: Vec<Batch>,
    acks: Vec<Ack>,
    since: Option<Instant>,
    /// Whether something waits for it: an acknowledgement or an event.
    is_awaited: bool,
}

/// Where things are kept, and who is told.
pub struct Keeping {
    /// The folder of the journal.
    pub folder: PathBuf,
    /// Number of the last record there.
    pub seq: u64,
    /// Where snapshots go.
    pub snapshots: SnapshotFile,
    /// Acknowledges; `None` = nobody.
    pub mqtt: Option<Client>,
    /// Takes what came of the batches.
    pub outbox: SyncSender<Batch>,
    /// Where the outbox is.
    pub store: Arc<Store>,
    /// Met while the disk can be written.
    pub disk: Condition,
    /// Says when to end: then a disk that cannot be written is not waited for.
    pub ending: CancellationToken,
}

impl Journaling {
    /// Begins a new file behind record `seq`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(keeping: Keeping, state: Arc<JournalState>) -> std::io::Result<Self> {
        let Keeping { folder, seq, snapshots, mqtt, outbox, store, disk, ending } = keeping;
        let segments = Segments::begin(&folder, seq + 1)?;
        disk.met();
        Ok(Self {
            folder,
            segments,
            snapshots,
            seq,
            mqtt,
            outbox,
            handed: store.done(),
            store,
            state,
            disk,
            ending,
            writing: None,
        })
    }

    /// Writes until nothing more comes.
    ///
    /// # Errors
    /// When the disk cannot be written and the end is near, or the outbox has ended. What was not acknowledged comes again.
    pub fn run(mut self, jobs: &Receiver<Job>) -> anyhow::Result<()> {
        let mut group = Group::default();
        loop {
            let job = match group.wait() {
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => jobs.recv_timeout(wait),
            };
            match job {
                Ok(Job::Work(work)) => {
                    self.seq += group.take(work, self.seq);
                    if group.is_worth_a_write() {
                        self.write(&mut group)?;
                    }
                }
                Ok(Job::Snapshot(snapshot)) => {
                    self.write(&mut group)?;
                    self.begin_snapshot(snapshot);
                }
                Err(RecvTimeoutError::Timeout) => self.write(&mut group)?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.write(&mut group)?;
        self.finish_snapshot();
        Ok(())
    }

    /// Writes a group, acknowledges what it came of, and hands on what came of it.
    fn write(&mut self, group: &mut Group) -> anyhow::Result<()> {
        let group = std::mem::take(group);
        if !group.records.is_empty() {
            self.append(&group.records)?;
        }
        if let Some(mqtt) = &self.mqtt {
            group.acks.into_iter().for_each(|ack| mqtt.acknowledge(ack));
        }
        for batch in group.batches {
            self.handed = batch.seq;
            // Waits while the outbox is behind; then the detector waits, and the broker.
            self.outbox.send(batch).map_err(|_| anyhow::anyhow!("the outbox has ended"))?;
        }
        Ok(())
    }

    /// Writes records, however long the disk refuses to take them.
    fn append(&mut self, records: &[u8]) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut is_told = false;
        while let Err(error) = self.segments.append(records) {
            let reason = format!("the journal in {} cannot be written: {error}", self.folder.display());
            if self.ending.is_cancelled() {
                anyhow::bail!("{reason}; what was not acknowledged waits at the broker");
            }
            if !is_told {
                tracing::error!("{reason}; reports wait at the broker until it can");
                is_told = true;
            }
            self.disk.unmet(reason);
            std::thread::sleep(TRY_AGAIN);
        }
        if is_told {
            tracing::info!("the journal is written again");
            self.disk.met();
        }
        metrics::histogram!("vigiroute_gateway_journal_write_seconds").record(begun.elapsed());
        metrics::counter!("vigiroute_gateway_journal_written_bytes_total").increment(records.len() as u64);
        self.state.since_snapshot.fetch_add(records.len() as u64, Ordering::Relaxed);
        self.show_size();
        Ok(())
    }

    fn show_size(&self) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("vigiroute_gateway_journal_bytes").set(self.segments.bytes() as f64);
    }

    /// Lets a snapshot be written beside the journal, whose next file begins here.
    fn begin_snapshot(&mut self, snapshot: Snapshot) {
        self.finish_snapshot();
        if let Err(error) = self.segments.begin_next(self.seq + 1) {
            // It is longer than it needs to be, that is all.
            tracing::warn!(%error, "the journal goes on in its old file");
        }
        self.state.since_snapshot.store(0, Ordering::Relaxed);
        let (state, store, handed) = (Arc::clone(&self.state), Arc::clone(&self.store), self.handed);
        let (snapshots, folder, seq) = (self.snapshots.clone(), self.folder.clone(), self.seq);
        let write = move || {
            if is_stored(&store, handed, &state) {
                write_snapshot(&snapshots, &snapshot, seq, &folder);
            }
            state.is_writing.store(false, Ordering::Release);
        };
        match std::thread::Builder::new().name("snapshot".to_owned()).spawn(write) {
            Ok(handle) => self.writing = Some(handle),
            Err(error) => {
                tracing::warn!(%error, "no thread to write a snapshot");
                self.state.is_writing.store(false, Ordering::Release);
            }
        }
    }

    /// Waits for the snapshot that is being written.
    fn finish_snapshot(&mut self) {
        if let Some(handle) = self.writing.take() {
            let _ = handle.join();
            self.segments.recount();
            self.show_size();
        }
    }
}

/// Waits until the outbox has all that came of the records up to number `seq`: a snapshot that is ahead of it would hide
/// what is missing there. Whether it will.
fn is_stored(store: &Store, seq: u64, state: &JournalState) -> bool {
    while store.done() < seq {
        if state.outbox_ended.load(Ordering::Acquire) {
            return store.done() >= seq;
        }
        std::thread::sleep(OUTBOX_WAIT);
    }
    true
}

fn write_snapshot(snapshots: &SnapshotFile, snapshot: &Snapshot, seq: u64, folder: &std::path::Path) {
    let begun = Instant::now();
    let written = snapshots.write(snapshot, seq).and_then(|()| Segments::delete_until(folder, seq));
    match written {
        Ok(()) => {
            #[allow(clippy::cast_precision_loss, reason = "a gauge")]
            metrics::gauge!("vigiroute_gateway_snapshot_bytes").set(snapshot.len() as f64);
            #[allow(clippy::cast_precision_loss, reason = "a gauge")]
            metrics::gauge!("vigiroute_gateway_snapshot_at_seconds")
                .set((clock::now().as_ms() / 1_000) as f64);
            metrics::histogram!("vigiroute_gateway_snapshot_write_seconds").record(begun.elapsed());
        }
        Err(error) => {
            tracing::warn!(%error, "a snapshot of the detector cannot be written: the journal goes on without a new one");
        }
    }
}

// === impl Group ===

impl Group {
    /// Takes a batch; gives how many records it makes. `last` is the number of the record before.
    fn take(&mut self, work: Work, last: u64) -> u64 {
        let Work { inputs, mut batch, acks } = work;
        self.since.get_or_insert_with(Instant::now);
        self.is_awaited |= !acks.is_empty() || !batch.events.is_empty();
        self.acks.extend(acks);
        let made = u64::from(!inputs.is_empty());
        if made > 0 {
            write_record(&mut self.records, last + made, &inputs);
        }
        if !batch.is_empty() {
            batch.seq = last + made;
            self.batches.push(batch);
        }
        made
    }

    /// How long it may still wait for more; `None` = as long as nothing comes.
    fn wait(&self) -> Option<Duration> {
        let since = self.since?;
        let most = if self.is_awaited { MAX_WAIT } else { TRY_AGAIN };
        Some(most.saturating_sub(since.elapsed()))
    }

    fn is_worth_a_write(&self) -> bool {
        self.acks.len() >= WORTH_A_WRITE
            || self.records.len() >= MAX_BYTES
            || self.wait().is_some_and(|wait| wait.is_zero())
    }
}

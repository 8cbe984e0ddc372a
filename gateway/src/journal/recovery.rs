//! Taking up what the last run left.

use super::segments::{Faults, Segments};
use super::snapshot::{Snapshot, SnapshotFile};
use super::{Input, Inputs};
use crate::store::{Batch, Store};
use anyhow::Context;
use detect::{Detector, Output};
use model::Timestamp;
use std::path::Path;

/// What became of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// The last journal record that the detector knows.
    pub seq: u64,
    /// Reports that it was given once more.
    pub reports: u64,
    /// Event revisions that came of them and were not in the outbox yet.
    pub events: u64,
}

/// Lets the detector know again all that it knew, and fills the outbox with what came of it and is not there. `now` is the
/// receiver's time.
///
/// # Errors
/// When the disk or the store cannot be read or written. A snapshot that cannot be used is no error: what the store keeps
/// of open events and visits is taken in its place.
pub fn recover(
    folder: &Path,
    file: &SnapshotFile,
    detector: &mut Detector,
    store: &Store,
    now: Timestamp,
) -> anyhow::Result<Recovered> {
    let mut recovered = match file.restore(detector) {
        Ok(Some(seq)) => replay(folder, seq, detector, store, now)?,
        Ok(None) => {
            tracing::info!("no snapshot: the detector begins with what the store keeps");
            without_snapshot(folder, detector, store)?
        }
        Err(problem) => {
            tracing::warn!(
                problem,
                "the snapshot of the detector is of no use: open events and visits go on, all else it knew of the traffic \
                 is forgotten"
            );
            without_snapshot(folder, detector, store)?
        }
    };
    recovered.seq = recovered.seq.max(store.done());
    detector.rebase(now);
    Ok(recovered)
}

/// Writes a snapshot, so that the journal that begins behind record `seq` has something to begin with, and deletes what came
/// before. Gives its size in bytes.
///
/// # Errors
/// When it cannot be written.
pub fn secure(folder: &Path, file: &SnapshotFile, detector: &Detector, seq: u64) -> std::io::Result<usize> {
    let snapshot = Snapshot::take(detector, 0).map_err(std::io::Error::other)?;
    file.write(&snapshot, seq)?;
    Segments::delete_until(folder, seq)?;
    Ok(snapshot.len())
}

fn replay(
    folder: &Path,
    seq: u64,
    detector: &mut Detector,
    store: &Store,
    now: Timestamp,
) -> anyhow::Result<Recovered> {
    let done = store.done();
    let (mut reports, mut events, mut unreadable) = (0, 0, 0_u64);
    let (last, faults) = Segments::read_after(folder, seq, |record| {
        let mut batch = Batch::default();
        for input in Inputs::read(&record.content) {
            let Ok(input) = input else {
                unreadable += 1;
                break;
            };
            match &input {
                Input::SetZone(zone) => batch.zones.push((zone.id.clone(), Some(zone.clone().into_owned()))),
                Input::RemoveZone(id) => batch.zones.push((id.clone().into_owned(), None)),
                _ => {}
            }
            reports += u64::from(input.give(detector));
        }
        while let Some(output) = detector.poll_output() {
            match output {
                Output::Event(event) => batch.events.push(*event),
                Output::State(change) => batch.states.push(change),
            }
        }
        // Counted by the run that it came to.
        while detector.poll_fate().is_some() {}
        if record.seq > done && !batch.is_empty() {
            events += batch.events.len() as u64;
            batch.seq = record.seq;
            store.commit(&batch, now.as_ms())?;
        }
        Ok(())
    })
    .with_context(|| format!("the journal in {}", folder.display()))?;
    report(faults, unreadable, done.saturating_sub(last.max(seq)));
    Ok(Recovered { seq: last, reports, events })
}

fn report(faults: Faults, unreadable: u64, behind: u64) {
    let Faults { damaged, cut, missing } = faults;
    if cut > 0 {
        tracing::info!(
            "the journal ends within a record, as one does whose writer was killed: nothing of it was acknowledged"
        );
    }
    if damaged + missing + unreadable + behind > 0 {
        tracing::warn!(
            damaged,
            missing,
            unreadable,
            behind,
            "records of the journal are lost: what they held is not known any more, and events may differ by it"
        );
    }
}

/// Takes what the store keeps of open events and visits.
fn without_snapshot(folder: &Path, detector: &mut Detector, store: &Store) -> anyhow::Result<Recovered> {
    let (kept, mut unreadable) = store.kept()?;
    // Zones first, because the rest speaks of them.
    for zone in kept.zones {
        detector.set_zone(zone);
    }
    unreadable.extend(detector.restore(kept.states));
    for key in unreadable {
        tracing::warn!(%key, "a piece of the kept state cannot be used and is ignored (were the roads changed?)");
    }
    // What the journal still holds is of no use without a snapshot, and must not be taken for what comes.
    let (seq, _) = Segments::read_after(folder, 0, |_| Ok(()))?;
    Ok(Recovered { seq, ..Recovered::default() })
}

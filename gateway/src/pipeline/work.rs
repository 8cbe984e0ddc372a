//! What goes from the detector to the disk.

use crate::journal::Snapshot;
use crate::store::Batch;
use link::mqtt::Ack;

/// What one batch of messages brought.
#[derive(Debug, Default)]
pub struct Work {
    /// What the detector was given, as the journal keeps it; empty = nothing.
    pub inputs: Vec<u8>,
    /// What came of it.
    pub batch: Batch,
    /// Messages to be acknowledged when the inputs are on the disk.
    pub acks: Vec<Ack>,
}

/// Something to write.
pub enum Job {
    /// A batch.
    Work(Work),
    /// The detector's memory after all batches before.
    Snapshot(Snapshot),
}

impl Work {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.batch.is_empty() && self.acks.is_empty()
    }
}

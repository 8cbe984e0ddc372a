//! What the detector is given, kept on disk before it is acknowledged, so that a gateway that was killed knows again all
//! that it knew: a snapshot of the detector's memory now and then, and behind it every input since, in order. A restart
//! takes up the snapshot and gives the detector those inputs once more; the detector being deterministic, the same comes of
//! them, and what of it was not in the outbox yet goes there.

mod fingerprint;
mod input;
mod record;
mod recovery;
mod segments;
mod snapshot;
#[cfg(test)]
mod tests;

pub use fingerprint::Fingerprint;
pub use input::{Input, Inputs};
pub use record::write as write_record;
pub use recovery::{recover, secure};
pub use segments::Segments;
pub use snapshot::{Snapshot, SnapshotFile};

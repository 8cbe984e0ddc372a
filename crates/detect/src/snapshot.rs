//! All that the detector knows, kept and taken up again: with it, a restarted detector gives what it would have given
//! without the restart, byte for byte.

use crate::detector::Detector;
use crate::{stages, track, watch};
use serde::{Deserialize, Deserializer, Serialize};

/// The memory of a detector, borrowed to be written with serde. Fields are known by their order alone, in a format that
/// may be as compact as one likes; it means something to the same program with the same network and settings only, which
/// whoever keeps it has to see to.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a>(&'a Detector);

impl Serialize for Snapshot<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (sequencer, tracks, watch) = self.0.parts();
        (sequencer.memory(), tracks.memory(), watch.watch().memory()).serialize(serializer)
    }
}

/// What [`Snapshot`] wrote.
#[derive(Deserialize)]
struct Memory(stages::Memory, track::Memory, watch::Memory);

impl Detector {
    /// All that it knows, to be written. Outputs that were not taken yet are not part of it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        Snapshot(self)
    }

    /// Takes up what a [`Snapshot`] of a detector with the same settings and network wrote, in place of all that it knows.
    ///
    /// # Errors
    /// When it cannot be read, or is of another network; what is known stays.
    pub fn resume<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        let Memory(sequencer, tracks, watch) = Memory::deserialize(deserializer)?;
        let (own_sequencer, own_tracks, own_watch) = self.parts_mut();
        if !own_watch.watch_mut().recall(watch) {
            return Err(serde::de::Error::custom("a snapshot of another road network or preset"));
        }
        own_tracks.recall(tracks);
        own_sequencer.recall_all(sequencer);
        Ok(())
    }
}

//! The detector's memory in one file: a head that says what it belongs to, then the memory. Written beside the old one and
//! put in its place when it is on the disk, so that there is a whole one at any time.
//!
//! The head, little-endian: 8 bytes that say what it is and in which version, the [`Fingerprint`] (three u32), the number of
//! the last journal record that is part of it (u64), the memory's length (u64), and the CRC-32 of all the rest (u32).

use super::Fingerprint;
use super::input::Append;
use detect::Detector;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the file is, and in which version.
const MARK: &[u8; 8] = b"VRSNAP01";
const HEAD: usize = 8 + 12 + 8 + 8 + 4;
const NAME: &str = "detector.snapshot";
const NEW_NAME: &str = "detector.snapshot.new";

/// The detector's memory, ready to be written.
pub struct Snapshot {
    memory: Vec<u8>,
}

/// Where snapshots are kept, and of what.
#[derive(Debug, Clone)]
pub struct SnapshotFile {
    folder: PathBuf,
    fingerprint: Fingerprint,
}

impl Snapshot {
    /// Takes down what the detector knows. `room` is about how many bytes that will be.
    ///
    /// # Errors
    /// None that can come about: what the detector knows is plain data.
    pub fn take(detector: &Detector, room: usize) -> Result<Self, postcard::Error> {
        let mut memory = Vec::with_capacity(room + room / 8);
        postcard::serialize_with_flavor(&detector.snapshot(), Append(&mut memory))?;
        Ok(Self { memory })
    }

    /// Its size in bytes.
    pub fn len(&self) -> usize {
        self.memory.len()
    }
}

impl SnapshotFile {
    /// Snapshots in `folder`.
    pub fn new(folder: &Path, fingerprint: Fingerprint) -> Self {
        Self { folder: folder.to_owned(), fingerprint }
    }

    /// Puts a snapshot in place of the one before; journal record `seq` is the last that is part of it. When this returns,
    /// it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written; the one before stays.
    pub fn write(&self, snapshot: &Snapshot, seq: u64) -> std::io::Result<()> {
        let new = self.folder.join(NEW_NAME);
        let written = self.write_to(&new, snapshot, seq);
        if written.is_err() {
            // It would only take up room.
            let _ = std::fs::remove_file(&new);
        }
        written
    }

    fn write_to(&self, new: &Path, snapshot: &Snapshot, seq: u64) -> std::io::Result<()> {
        let mut file = File::create(new)?;
        file.write_all(&self.head(seq, &snapshot.memory))?;
        file.write_all(&snapshot.memory)?;
        file.sync_all()?;
        std::fs::rename(new, self.folder.join(NAME))?;
        File::open(&self.folder)?.sync_all()
    }

    fn head(&self, seq: u64, memory: &[u8]) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let Fingerprint { program, roads, settings } = self.fingerprint;
        head[..8].copy_from_slice(MARK);
        head[8..12].copy_from_slice(&program.to_le_bytes());
        head[12..16].copy_from_slice(&roads.to_le_bytes());
        head[16..20].copy_from_slice(&settings.to_le_bytes());
        head[20..28].copy_from_slice(&seq.to_le_bytes());
        head[28..36].copy_from_slice(&(memory.len() as u64).to_le_bytes());
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&head[..36]);
        hasher.update(memory);
        head[36..].copy_from_slice(&hasher.finalize().to_le_bytes());
        head
    }

    /// Lets the detector take up the snapshot, and gives the last journal record that is part of it; `None` if there is no
    /// snapshot.
    ///
    /// # Errors
    /// Why the snapshot is of no use, in words; the detector knows nothing of it, then.
    pub fn restore(&self, detector: &mut Detector) -> Result<Option<u64>, String> {
        let path = self.folder.join(NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        };
        let damaged = || format!("{} is damaged", path.display());
        let (head, memory) = bytes.split_at_checked(HEAD).ok_or_else(damaged)?;
        if head[..8] != MARK[..] {
            return Err("it is of another version of the program".to_owned());
        }
        let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| head[at + byte]));
        let its = Fingerprint { program: word(8), roads: word(12), settings: word(16) };
        if let Some(difference) = self.fingerprint.difference(&its) {
            return Err(format!("it is of {difference}"));
        }
        let seq = u64::from_le_bytes(std::array::from_fn(|byte| head[20 + byte]));
        if head != self.head(seq, memory) {
            return Err(damaged());
        }
        let read = detector.resume(&mut postcard::Deserializer::from_bytes(memory));
        read.map(|()| Some(seq)).map_err(|error| format!("{}: {error}", path.display()))
    }
}

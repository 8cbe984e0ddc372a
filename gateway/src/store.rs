//! What must survive a crash beside the journal, in one redb file: the outbox, and for the case that the detector's memory
//! cannot be taken up, its open events and visits, and the zones. What some batches of reports bring is written in one
//! transaction, together with the number of the journal's record it came of, so that a restart neither repeats nor forgets
//! an event.

#[cfg(test)]
pub(crate) mod tests;

use detect::StateChange;
use model::{Event, Zone, ZoneId};
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageError, TableDefinition, WriteTransaction,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use thiserror::Error;

/// Sequence number → (epoch ms of the commit, event id, the revision's JSON).
const OUTBOX: TableDefinition<'_, u64, (i64, u128, &[u8])> = TableDefinition::new("outbox");
/// Key of a piece of the detector's state → its JSON.
const DETECTOR: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("detector");
/// Zone id → its GeoJSON Feature.
const ZONES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("zones");
/// `next_seq`: the sequence number after the last one ever given. `instance`: a number of this file's own. `journal`: number
/// of the last record of the journal whose events are here.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

const FILE_NAME: &str = "gateway.redb";
/// Memory that pages read from the file may take, in bytes.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Why the store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("cannot make the folder {}: {source}; set VIGIROUTE_STATE_DIR to one this program may write to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("{} is in use by another gateway: stop it, or give this one a VIGIROUTE_STATE_DIR of its own", .0.display())]
    InUse(PathBuf),
    /// It cannot be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: Box<DatabaseError>,
    },
    /// It cannot be read or written.
    #[error("cannot read or write the gateway's state: {0}")]
    Access(#[from] Box<redb::Error>),
    /// What is to be stored has no JSON form.
    #[error("cannot write as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Everything that one batch of reports brings.
#[derive(Debug, Default)]
pub struct Batch {
    /// Revisions to send, in order.
    pub events: Vec<Event>,
    /// State to keep or forget, in order.
    pub states: Vec<StateChange>,
    /// Zones to keep, or to forget (`None`), in order.
    pub zones: Vec<(ZoneId, Option<Zone>)>,
    /// Number of the last record of the journal that all this came of; 0 = of none.
    pub seq: u64,
}

/// A revision that waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the order of sending.
    pub seq: u64,
    /// When it was stored, epoch ms.
    pub stored_at_ms: i64,
    /// The event's id; revisions of one event go in order.
    pub event: u128,
    /// The revision's JSON.
    pub json: String,
}

/// What a former run left.
#[derive(Debug, Default)]
pub struct Kept {
    /// The detector's state.
    pub states: Vec<StateChange>,
    /// The zones.
    pub zones: Vec<Zone>,
}

/// The open file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// `None` while it could not be opened again after the disk failed.
    database: RwLock<Option<Database>>,
    instance: u64,
    waiting: AtomicU64,
    done: AtomicU64,
    reopened: AtomicU64,
}

impl StoreError {
    /// Whether it may pass by itself: the disk is full, or could not be written.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Access(error) => {
                matches!(**error, redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed)
            }
            Self::Open { source, .. } => matches!(**source, DatabaseError::Storage(StorageError::Io(_))),
            _ => false,
        }
    }
}

impl Batch {
    /// Takes in what came after this.
    pub fn append(&mut self, mut later: Self) {
        self.events.append(&mut later.events);
        self.states.append(&mut later.states);
        self.zones.append(&mut later.zones);
        self.seq = self.seq.max(later.seq);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.states.is_empty() && self.zones.is_empty()
    }
}

// === impl Store ===

impl Store {
    /// Opens the store in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or another gateway has it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(FILE_NAME);
        let database = open(&path)?;
        let Prepared { instance, waiting, done } = prepare(&database).map_err(Box::new)?;
        Ok(Self {
            path,
            database: RwLock::new(Some(database)),
            instance,
            waiting: AtomicU64::new(waiting),
            done: AtomicU64::new(done),
            reopened: AtomicU64::new(0),
        })
    }

    /// Opens the file anew after a failure: the database does not go on by itself after the disk failed.
    ///
    /// # Errors
    /// When it cannot be opened yet.
    pub fn reopen(&self) -> Result<(), StoreError> {
        let mut slot = self.database.write().unwrap_or_else(PoisonError::into_inner);
        // The old one holds the lock on the file.
        *slot = None;
        let database = open(&self.path)?;
        let Prepared { waiting, done, .. } = prepare(&database).map_err(Box::new)?;
        self.waiting.store(waiting, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
        self.reopened.fetch_add(1, Ordering::Relaxed);
        *slot = Some(database);
        Ok(())
    }

    /// How often the file was opened anew: what was forgotten shortly before may be in the outbox again.
    pub fn reopened(&self) -> u64 {
        self.reopened.load(Ordering::Relaxed)
    }

    /// Does something with the database.
    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(|| Box::new(redb::Error::DatabaseClosed))?;
        Ok(work(database).map_err(Box::new)?)
    }

    /// Number of the last record of the journal whose events are here.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// A number of this file's own, so that what was said of another one's messages is not taken for this one's.
    pub fn instance(&self) -> u64 {
        self.instance
    }

    /// How many revisions wait in the outbox.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// What a former run left, and the names of what cannot be read any more.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn kept(&self) -> Result<(Kept, Vec<String>), StoreError> {
        self.with(read_kept)
    }

    /// Writes a batch; when this returns it is on the disk. `now_ms` is the time, in epoch ms.
    ///
    /// # Errors
    /// When it cannot be written. Nothing of it is, then.
    pub fn commit(&self, batch: &Batch, now_ms: i64) -> Result<(), StoreError> {
        let events: Vec<(u128, Vec<u8>)> = batch
            .events
            .iter()
            .map(|event| Ok((event.id.as_uuid().as_u128(), serde_json::to_vec(event)?)))
            .collect::<Result<_, serde_json::Error>>()?;
        self.with(|database| write(database, batch, &events, now_ms))?;
        self.waiting.fetch_add(events.len() as u64, Ordering::Relaxed);
        self.done.fetch_max(batch.seq, Ordering::Relaxed);
        Ok(())
    }

    /// The first `limit` revisions in the outbox from `seq` on, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn outbox_from(&self, seq: u64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.with(|database| read_outbox(database, seq, limit))
    }

    /// Forgets revisions that have arrived. Not written through to the disk at once: after a crash they may be sent once
    /// more, which changes nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&self, seqs: &[u64]) -> Result<(), StoreError> {
        let removed = self.with(|database| remove(database, seqs))?;
        self.waiting.fetch_sub(removed, Ordering::Relaxed);
        Ok(())
    }
}

fn open(path: &Path) -> Result<Database, StoreError> {
    let opened = Database::builder().set_cache_size(CACHE_BYTES).create(path);
    opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.to_owned()),
        source => StoreError::Open { path: path.to_owned(), source: Box::new(source) },
    })
}

/// What is known of a file that was opened.
struct Prepared {
    instance: u64,
    waiting: u64,
    done: u64,
}

/// Makes the tables.
fn prepare(database: &Database) -> Result<Prepared, redb::Error> {
    let transaction = database.begin_write()?;
    let waiting = transaction.open_table(OUTBOX)?.len()?;
    transaction.open_table(DETECTOR)?;
    transaction.open_table(ZONES)?;
    let (instance, done) = {
        let mut meta = transaction.open_table(META)?;
        let done = meta.get("journal")?.map_or(0, |number| number.value());
        let known = meta.get("instance")?.map(|number| number.value());
        let instance = match known {
            Some(number) => number,
            None => {
                let (number, _) = uuid::Uuid::new_v4().as_u64_pair();
                meta.insert("instance", number)?;
                number
            }
        };
        (instance, done)
    };
    transaction.commit()?;
    Ok(Prepared { instance, waiting, done })
}

fn read_kept(database: &Database) -> Result<(Kept, Vec<String>), redb::Error> {
    let transaction = database.begin_read()?;
    let (mut kept, mut unreadable) = (Kept::default(), Vec::new());
    for entry in transaction.open_table(DETECTOR)?.iter()? {
        let (key, json) = entry?;
        match serde_json::from_slice::<serde_json::Value>(json.value()) {
            Ok(value) => {
                kept.states.push(StateChange { key: key.value().to_owned(), value: Some(value.into()) });
            }
            Err(_) => unreadable.push(key.value().to_owned()),
        }
    }
    for entry in transaction.open_table(ZONES)?.iter()? {
        let (id, feature) = entry?;
        match Zone::from_geojson(feature.value()) {
            Ok(zone) => kept.zones.push(zone),
            Err(_) => unreadable.push(format!("zone {}", id.value())),
        }
    }
    Ok((kept, unreadable))
}

fn write(
    database: &Database,
    batch: &Batch,
    events: &[(u128, Vec<u8>)],
    now_ms: i64,
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    if !events.is_empty() {
        append(&transaction, events, now_ms)?;
    }
    if batch.seq > 0 {
        transaction.open_table(META)?.insert("journal", batch.seq)?;
    }
    if !batch.states.is_empty() {
        let mut detector = transaction.open_table(DETECTOR)?;
        for StateChange { key, value } in &batch.states {
            match value {
                Some(value) => {
                    detector.insert(key.as_str(), value.to_json().to_string().as_bytes())?;
                }
                None => {
                    detector.remove(key.as_str())?;
                }
            }
        }
    }
    if !batch.zones.is_empty() {
        let mut zones = transaction.open_table(ZONES)?;
        for (id, zone) in &batch.zones {
            match zone {
                Some(zone) => zones.insert(id.as_str(), zone.to_feature().to_string().as_bytes())?,
                None => zones.remove(id.as_str())?,
            };
        }
    }
    Ok(transaction.commit()?)
}

/// Appends revisions to the outbox.
fn append(
    transaction: &WriteTransaction,
    events: &[(u128, Vec<u8>)],
    now_ms: i64,
) -> Result<(), redb::Error> {
    let mut meta = transaction.open_table(META)?;
    let first = meta.get("next_seq")?.map_or(0, |number| number.value());
    let mut outbox = transaction.open_table(OUTBOX)?;
    for (seq, (event, json)) in (first..).zip(events) {
        outbox.insert(seq, (now_ms, *event, json.as_slice()))?;
    }
    meta.insert("next_seq", first + events.len() as u64)?;
    Ok(())
}

fn read_outbox(database: &Database, seq: u64, limit: usize) -> Result<Vec<Waiting>, redb::Error> {
    let outbox = database.begin_read()?.open_table(OUTBOX)?;
    let mut waiting = Vec::new();
    for entry in outbox.range(seq..)?.take(limit) {
        let (seq, value) = entry?;
        let (stored_at_ms, event, json) = value.value();
        let json = String::from_utf8_lossy(json).into_owned();
        waiting.push(Waiting { seq: seq.value(), stored_at_ms, event, json });
    }
    Ok(waiting)
}

fn remove(database: &Database, seqs: &[u64]) -> Result<u64, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::None)?;
    let mut removed = 0;
    {
        let mut outbox = transaction.open_table(OUTBOX)?;
        for seq in seqs {
            removed += u64::from(outbox.remove(seq)?.is_some());
        }
    }
    transaction.commit()?;
    Ok(removed)
}

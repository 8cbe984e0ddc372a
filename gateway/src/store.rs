//! What must survive a crash, in one redb file: the outbox, the detector's state, the zones. What one batch of reports
//! brings is written in one transaction, so that a restart neither repeats nor forgets an event.

#[cfg(test)]
pub(crate) mod tests;

use detect::StateChange;
use model::{Event, Timestamp, VehicleId, Zone, ZoneId};
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    TableDefinition, WriteTransaction,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// Sequence number → (epoch ms of the commit, event id, the revision's JSON).
const OUTBOX: TableDefinition<'_, u64, (i64, u128, &[u8])> = TableDefinition::new("outbox");
/// Key of a piece of the detector's state → its JSON.
const DETECTOR: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("detector");
/// Zone id → its GeoJSON Feature.
const ZONES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("zones");
/// Sequence number of a vehicle's zone event → (the vehicle, the time of the report it came of, epoch ms of the commit). What
/// came before such a report may come again after a crash, and must not be taken for the vehicle's way back.
const MARKS: TableDefinition<'_, u64, (&str, i64, i64)> = TableDefinition::new("marks");
/// `next_seq`: the sequence number after the last one ever given. `instance`: a number of this file's own.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

const FILE_NAME: &str = "gateway.redb";
/// How long after an event the broker may still send what came before it once more, in ms.
const MARKED_FOR_MS: i64 = 600_000;
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
    /// Vehicles with a zone event lately, and the time of the report it came of.
    pub marks: HashMap<VehicleId, Timestamp>,
}

/// The open file.
#[derive(Debug)]
pub struct Store {
    database: Database,
    instance: u64,
    waiting: AtomicU64,
}

impl Batch {
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
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(&path);
        let database = opened.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.clone()),
            source => StoreError::Open { path: path.clone(), source: Box::new(source) },
        })?;
        let mut store = Self { database, instance: 0, waiting: AtomicU64::new(0) };
        let (instance, waiting) = store.prepare().map_err(Box::new)?;
        (store.instance, store.waiting) = (instance, AtomicU64::new(waiting));
        Ok(store)
    }

    /// Makes the tables; gives the file's number and how much waits in the outbox.
    fn prepare(&self) -> Result<(u64, u64), redb::Error> {
        let transaction = self.database.begin_write()?;
        let waiting = transaction.open_table(OUTBOX)?.len()?;
        transaction.open_table(DETECTOR)?;
        transaction.open_table(ZONES)?;
        transaction.open_table(MARKS)?;
        let instance = {
            let mut meta = transaction.open_table(META)?;
            let known = meta.get("instance")?.map(|number| number.value());
            match known {
                Some(number) => number,
                None => {
                    let (number, _) = uuid::Uuid::new_v4().as_u64_pair();
                    meta.insert("instance", number)?;
                    number
                }
            }
        };
        transaction.commit()?;
        Ok((instance, waiting))
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
        self.read_kept().map_err(|error| StoreError::Access(Box::new(error)))
    }

    fn read_kept(&self) -> Result<(Kept, Vec<String>), redb::Error> {
        let transaction = self.database.begin_read()?;
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
        for entry in transaction.open_table(MARKS)?.iter()? {
            let (_, mark) = entry?;
            let (vehicle, ts_ms, _) = mark.value();
            if let (Ok(vehicle), Some(ts)) = (VehicleId::new(vehicle), Timestamp::from_ms(ts_ms)) {
                // In the order of the events: the last one counts.
                kept.marks.insert(vehicle, ts);
            }
        }
        Ok((kept, unreadable))
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
        self.write(batch, &events, now_ms).map_err(Box::new)?;
        self.waiting.fetch_add(events.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn write(&self, batch: &Batch, events: &[(u128, Vec<u8>)], now_ms: i64) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        if !events.is_empty() {
            append(&transaction, batch, events, now_ms)?;
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

    /// The first `limit` revisions in the outbox from `seq` on, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn outbox_from(&self, seq: u64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.read_outbox(seq, limit).map_err(|error| StoreError::Access(Box::new(error)))
    }

    fn read_outbox(&self, seq: u64, limit: usize) -> Result<Vec<Waiting>, redb::Error> {
        let outbox = self.database.begin_read()?.open_table(OUTBOX)?;
        let mut waiting = Vec::new();
        for entry in outbox.range(seq..)?.take(limit) {
            let (seq, value) = entry?;
            let (stored_at_ms, event, json) = value.value();
            let json = String::from_utf8_lossy(json).into_owned();
            waiting.push(Waiting { seq: seq.value(), stored_at_ms, event, json });
        }
        Ok(waiting)
    }

    /// Forgets revisions that have arrived. Not written through to the disk at once: after a crash they may be sent once
    /// more, which changes nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&self, seqs: &[u64]) -> Result<(), StoreError> {
        let removed = self.remove(seqs).map_err(Box::new)?;
        self.waiting.fetch_sub(removed, Ordering::Relaxed);
        Ok(())
    }

    fn remove(&self, seqs: &[u64]) -> Result<u64, redb::Error> {
        let mut transaction = self.database.begin_write()?;
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
}

/// Appends revisions to the outbox, and marks the vehicles of zone events.
fn append(
    transaction: &WriteTransaction,
    batch: &Batch,
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
    let mut marks = transaction.open_table(MARKS)?;
    forget_old(&mut marks, now_ms - MARKED_FOR_MS)?;
    for (seq, event) in (first..).zip(&batch.events).filter(|(_, event)| !event.kind.is_episode()) {
        for vehicle in &event.vehicles {
            marks.insert(seq, (vehicle.as_str(), event.detected_at.as_ms(), now_ms))?;
        }
    }
    Ok(())
}

fn forget_old(
    marks: &mut redb::Table<'_, u64, (&'static str, i64, i64)>,
    before_ms: i64,
) -> Result<(), redb::Error> {
    let mut old = Vec::new();
    for entry in marks.iter()? {
        let (seq, mark) = entry?;
        if mark.value().2 >= before_ms {
            break;
        }
        old.push(seq.value());
    }
    for seq in old {
        marks.remove(seq)?;
    }
    Ok(())
}

//! Revisions that are stored in one transaction.

use super::{StoreError, rows::Row};
use model::{Event, EventId};
use std::collections::{BTreeMap, BTreeSet};

/// Revisions to be stored together, each once: of a repeated one the first counts.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) rows: BTreeMap<(EventId, u32), Row>,
    pub(super) fresh: BTreeSet<(EventId, u32)>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A batch of these.
    ///
    /// # Errors
    /// When an event cannot be written as JSON.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Result<Self, StoreError> {
        let mut batch = Self::new();
        for event in events {
            batch.add(event)?;
        }
        Ok(batch)
    }

    /// Adds a revision.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn add(&mut self, event: Event) -> Result<(), StoreError> {
        let row = Row::new(event)?;
        self.rows.entry((row.event.id, row.event.revision)).or_insert(row);
        Ok(())
    }

    /// How many different revisions are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// After it was stored: the revisions that became their events' latest by it, in the order of time. Repeats and
    /// overtaken revisions are not among them.
    pub fn into_fresh(self) -> impl Iterator<Item = Event> {
        let Self { mut rows, fresh, .. } = self;
        fresh.into_iter().filter_map(move |key| rows.remove(&key)).map(|row| row.event)
    }

    /// The latest revision of each event.
    pub(super) fn latest(&self) -> BTreeMap<EventId, &Row> {
        // In the order of (id, revision), so that the latest of an id comes last and stays.
        self.rows.iter().map(|((id, _), row)| (*id, row)).collect()
    }
}

//! What the detector gives back: events to send, and state to keep.

use model::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing that came of a report or of time passing, in the order it came about.
///
/// An event and the state changes that go with it are handed out next to each other: whoever stores them does
/// so in one transaction, so that a restart neither repeats nor forgets an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// A new revision of an event.
    Event(Box<Event>),
    /// Something that a restarted detector must know.
    State(StateChange),
}

/// A piece of the detector's state under a key; the latest value of every key is what
/// [`crate::Detector::restore`] takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// `jam/{event id}`, `accident/{event id}` or `visit/{vehicle}`.
    pub key: String,
    /// What to keep; `None` = forget the key.
    pub value: Option<Value>,
}

impl StateChange {
    /// Keeps `value` under `key`.
    pub(crate) fn keep(key: String, value: &impl Serialize) -> Self {
        // The values are plain structs of this crate, which always have a JSON form.
        Self { key, value: serde_json::to_value(value).ok() }
    }

    /// Forgets what is under `key`.
    pub(crate) fn forget(key: String) -> Self {
        Self { key, value: None }
    }
}

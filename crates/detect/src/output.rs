//! What the detector gives back: events to send, and state to keep.

use crate::track::visit::Visit;
use model::Event;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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
    pub value: Option<StateValue>,
}

/// What to keep. It becomes JSON when somebody keeps it, which most of it never is: a newer one follows before, or it is a
/// recording that is looked at.
#[derive(Debug, Clone)]
pub struct StateValue(Form);

#[derive(Debug, Clone)]
enum Form {
    Json(Value),
    Visits(Box<[Visit]>),
}

impl StateValue {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.0 {
            Form::Json(value) => value.clone(),
            // The values are plain structs of this crate, which always have a JSON form.
            Form::Visits(visits) => serde_json::to_value(visits).unwrap_or_default(),
        }
    }
}

impl From<Value> for StateValue {
    fn from(value: Value) -> Self {
        Self(Form::Json(value))
    }
}

impl Serialize for StateValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StateValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl PartialEq for StateValue {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Visits(visits), Form::Visits(others)) => visits == others,
            _ => self.to_json() == other.to_json(),
        }
    }
}

impl StateChange {
    /// Keeps `value` under `key`.
    pub(crate) fn keep(key: String, value: &impl Serialize) -> Self {
        // The values are plain structs of this crate, which always have a JSON form.
        Self { key, value: serde_json::to_value(value).ok().map(StateValue::from) }
    }

    /// Keeps a vehicle's visits under `key`.
    pub(crate) fn keep_visits(key: String, visits: &[Visit]) -> Self {
        Self { key, value: Some(StateValue(Form::Visits(visits.into()))) }
    }

    /// Forgets what is under `key`.
    pub(crate) fn forget(key: String) -> Self {
        Self { key, value: None }
    }
}

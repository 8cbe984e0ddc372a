//! Events: what the detector says happened. One JSON form everywhere (REST, XMPP, files).

use crate::{Cause, EventId, Geometry, LatLon, Measures, Timestamp, VehicleId, ZoneId};
use serde::{Deserialize, Serialize};

/// One revision of an event. A later revision replaces an earlier one of the same id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Names the episode; sorts by its first `occurred_at`.
    pub id: EventId,
    /// Counts from 1.
    pub revision: u32,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// Where in its life the event is.
    pub phase: Phase,
    /// When it began, by the reports' time.
    pub occurred_at: Timestamp,
    /// When the detector was sure of this revision, by the reports' time.
    pub detected_at: Timestamp,
    /// When it was over; present exactly in phase `ended`.
    pub ended_at: Option<Timestamp>,
    /// Where it is: the crash, the tail of the jam, the crossing of the border.
    pub position: LatLon,
    /// Its extent.
    pub geometry: Geometry,
    /// The road it is on, if it is on one.
    pub road: Option<RoadRef>,
    /// The zone that was entered or left.
    pub zone: Option<ZoneRef>,
    /// The vehicles involved, sorted.
    pub vehicles: Vec<VehicleId>,
    /// How sure the detector is, 0…1.
    pub confidence: f64,
    /// ETSI cause, where one stands for it.
    pub cause: Option<Cause>,
    /// What was measured.
    pub measures: Measures,
}

/// The types of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A crash.
    Accident,
    /// A queue on the road.
    Jam,
    /// A vehicle came into a zone.
    ZoneEntry,
    /// A vehicle left a zone.
    ZoneExit,
}

impl EventKind {
    /// All types.
    pub const ALL: [Self; 4] = [Self::Accident, Self::Jam, Self::ZoneEntry, Self::ZoneExit];

    /// The word for it in JSON, SQL and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accident => "accident",
            Self::Jam => "jam",
            Self::ZoneEntry => "zone_entry",
            Self::ZoneExit => "zone_exit",
        }
    }

    /// The type a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether events of this type go on for a while (started → updated → ended) or happen at once.
    #[must_use]
    pub const fn is_episode(self) -> bool {
        matches!(self, Self::Accident | Self::Jam)
    }
}

/// Where in its life an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// First revision.
    Started,
    /// It goes on, and something about it changed.
    Updated,
    /// It is over.
    Ended,
}

impl Phase {
    /// The word for it in JSON and SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Updated => "updated",
            Self::Ended => "ended",
        }
    }

    /// The phase a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Started, Self::Updated, Self::Ended].into_iter().find(|phase| phase.as_str() == word)
    }
}

/// A road as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoadRef {
    /// The id the road has in the network's file.
    pub id: String,
    /// Its name, or its number where it has no name.
    pub name: Option<String>,
}

/// A zone as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRef {
    /// Its id.
    pub id: ZoneId,
    /// Its name.
    pub name: String,
}

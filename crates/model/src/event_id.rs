//! Ids of events: derived from the episode, so that a repeated run gives the same id again.

use crate::{EventKind, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::{Builder, Uuid};

/// A version 8 UUID (RFC 9562): 48 bits of the episode's first `occurred_at` in epoch ms, then a hash of what
/// makes the episode one. Sorts by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(Uuid);

impl EventId {
    /// The id of the episode of type `kind` that began at `occurred_at` at `place` (road or zone), for
    /// `vehicle` where the episode is one vehicle's.
    #[must_use]
    pub fn derive(kind: EventKind, occurred_at: Timestamp, place: &str, vehicle: &str) -> Self {
        let mut hash = Fnv128::new();
        for part in [kind.as_str(), place, vehicle] {
            hash.write(part.as_bytes());
            hash.write(&[0]);
        }
        let mut bytes = hash.0.to_be_bytes();
        let time = occurred_at.as_ms().to_be_bytes();
        bytes[..6].copy_from_slice(&time[2..]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }

    /// The first `occurred_at` of the episode.
    #[must_use]
    pub fn occurred_at(&self) -> Timestamp {
        let mut ms = [0; 8];
        ms[2..].copy_from_slice(&self.0.as_bytes()[..6]);
        Timestamp::from_ms_clamped(i64::from_be_bytes(ms))
    }
}

impl From<Uuid> for EventId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for EventId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// FNV-1a, 128 bits: the same on every machine and in every version, which the standard hasher is not.
struct Fnv128(u128);

impl Fnv128 {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms_clamped(ms)
    }

    #[test]
    fn the_same_episode_has_the_same_id_and_another_has_another() {
        let id = EventId::derive(EventKind::ZoneEntry, at(1_760_000_000_123), "centre", "v1");
        assert_eq!(id, EventId::derive(EventKind::ZoneEntry, at(1_760_000_000_123), "centre", "v1"));
        assert_ne!(id, EventId::derive(EventKind::ZoneExit, at(1_760_000_000_123), "centre", "v1"));
        assert_ne!(id, EventId::derive(EventKind::ZoneEntry, at(1_760_000_000_123), "centrev", "1"));
        assert_ne!(id, EventId::derive(EventKind::ZoneEntry, at(1_760_000_000_124), "centre", "v1"));
    }

    #[test]
    fn ids_are_version_8_uuids_that_sort_by_time() {
        let early = EventId::derive(EventKind::Jam, at(1_760_000_000_123), "r", "");
        let late = EventId::derive(EventKind::Jam, at(1_760_000_000_124), "a", "");
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.as_uuid().get_version_num(), 8);
        assert_eq!(early.occurred_at(), at(1_760_000_000_123));
        assert_eq!(early.to_string().parse::<EventId>().ok(), Some(early));
    }

    #[test]
    fn the_hash_never_changes() {
        let id = EventId::derive(EventKind::Accident, at(1_760_000_000_123), "road-1", "");
        assert_eq!(id.to_string(), "0199c82c-c07b-8b69-8d22-62a8b423422c");
    }
}

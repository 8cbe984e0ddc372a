//! A time as payloads write it, kept apart from its range so that the drop reason is right.

use crate::{DropReason, Timestamp};
use serde::de::{self, Deserialize, Deserializer};
use std::fmt;

/// Epoch milliseconds or the result of reading RFC 3339.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawTime(Option<Timestamp>);

impl RawTime {
    /// The time, if it was there and is representable.
    pub(super) fn required(time: Option<Self>) -> Result<Timestamp, DropReason> {
        time.ok_or(DropReason::MissingField)?.0.ok_or(DropReason::OutOfRange)
    }
}

impl<'de> Deserialize<'de> for RawTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = RawTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("epoch milliseconds or an RFC 3339 time")
            }
            fn visit_i64<E: de::Error>(self, ms: i64) -> Result<RawTime, E> {
                Ok(RawTime(Timestamp::from_ms(ms)))
            }
            fn visit_u64<E: de::Error>(self, ms: u64) -> Result<RawTime, E> {
                Ok(RawTime(i64::try_from(ms).ok().and_then(Timestamp::from_ms)))
            }
            // Some encoders write every number with a fraction.
            #[allow(clippy::cast_possible_truncation)]
            fn visit_f64<E: de::Error>(self, ms: f64) -> Result<RawTime, E> {
                let representable = (0.0..1e15).contains(&ms);
                Ok(RawTime(representable.then_some(ms as i64).and_then(Timestamp::from_ms)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawTime, E> {
                match Timestamp::parse_rfc3339(text) {
                    Some(time) => Ok(RawTime(Some(time))),
                    None => Err(E::custom("not an RFC 3339 time")),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

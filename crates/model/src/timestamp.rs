//! Points in time: epoch milliseconds inside, RFC 3339 UTC outside.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::num::NonZeroI64;
use std::ops::{Add, Sub};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 UTC with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// One more than the milliseconds, never 0: an `Option<Timestamp>` takes no more room than a time.
    after_ms: NonZeroI64,
}

/// The last millisecond of the year 9999, the end of what RFC 3339 can write.
const MAX_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// A time from epoch milliseconds, 0 (1970) to the end of the year 9999; `None` outside.
    #[must_use]
    pub const fn from_ms(epoch_ms: i64) -> Option<Self> {
        if epoch_ms >= 0 && epoch_ms <= MAX_MS { Some(Self::from_ms_clamped(epoch_ms)) } else { None }
    }

    /// A time from epoch milliseconds, moved into the representable span.
    #[must_use]
    pub const fn from_ms_clamped(epoch_ms: i64) -> Self {
        let ms = if epoch_ms < 0 {
            0
        } else if epoch_ms > MAX_MS {
            MAX_MS
        } else {
            epoch_ms
        };
        match NonZeroI64::new(ms + 1) {
            Some(after_ms) => Self { after_ms },
            // From 1 up: there is no such number.
            None => Self { after_ms: NonZeroI64::MIN },
        }
    }

    /// Epoch milliseconds.
    #[must_use]
    pub const fn as_ms(self) -> i64 {
        self.after_ms.get() - 1
    }

    /// Reads RFC 3339 with any offset; finer parts of a millisecond are cut off. `None` if it is not that.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok().and_then(Self::from_ms)
    }

    /// Milliseconds from `earlier` to here; negative if `earlier` is later.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.after_ms.get() - earlier.after_ms.get()
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;

    /// This many milliseconds later, held inside the representable span.
    fn add(self, ms: i64) -> Self {
        Self::from_ms_clamped(self.as_ms().saturating_add(ms))
    }
}

impl Sub<i64> for Timestamp {
    type Output = Self;

    fn sub(self, ms: i64) -> Self {
        Self::from_ms_clamped(self.as_ms().saturating_sub(ms))
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Self::from_ms_clamped(0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.as_ms())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.as_ms()) * 1_000_000)
            .map_err(|_| fmt::Error)?;
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.as_ms())
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    /// Takes what position reports may carry: epoch milliseconds or RFC 3339.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("epoch milliseconds or an RFC 3339 time")
            }
            fn visit_i64<E: de::Error>(self, ms: i64) -> Result<Timestamp, E> {
                Timestamp::from_ms(ms).ok_or_else(|| E::custom("time out of range"))
            }
            fn visit_u64<E: de::Error>(self, ms: u64) -> Result<Timestamp, E> {
                i64::try_from(ms).map_err(E::custom).and_then(|ms| self.visit_i64(ms))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse_rfc3339(text).ok_or_else(|| E::custom("not an RFC 3339 time"))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Visitor)
        } else {
            deserializer.deserialize_i64(Visitor)
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
    fn writes_utc_with_milliseconds() {
        assert_eq!(at(1_760_000_000_123).to_string(), "2025-10-09T08:53:20.123Z");
        assert_eq!(at(MAX_MS).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn reads_epoch_milliseconds_and_rfc3339_alike() {
        let read = |json: &str| serde_json::from_str::<Timestamp>(json).ok();
        assert_eq!(read("1760000000123"), Some(at(1_760_000_000_123)));
        assert_eq!(read("\"2025-10-09T10:53:20.123456+02:00\""), Some(at(1_760_000_000_123)));
        assert_eq!(read("\"yesterday\""), None);
        assert_eq!(read("-1"), None);
        assert_eq!(read("1e30"), None);
    }

    #[test]
    fn arithmetic_stays_in_the_representable_span() {
        assert_eq!(at(5) - 10, at(0));
        assert_eq!(at(MAX_MS) + i64::MAX, at(MAX_MS));
        assert_eq!(at(2_000).since_ms(at(500)), 1_500);
        assert_eq!((at(0).as_ms(), at(-1), Timestamp::from_ms(MAX_MS + 1)), (0, at(0), None));
        assert_eq!(size_of::<Option<Timestamp>>(), 8);
    }
}

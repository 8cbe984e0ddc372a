//! Where a page ended, so that the next one begins there, whatever has come since.

use model::{Event, EventId, Timestamp};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The place of an event in the order of all: by `occurred_at`, then by id. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last event of the page occurred.
    pub occurred_at: Timestamp,
    /// Its id.
    pub id: EventId,
}

/// Changes when the meaning of cursors does.
const VERSION: &str = "1";
const TIME_DIGITS: usize = 12;

impl Cursor {
    /// The place of this event.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self { occurred_at: event.occurred_at, id: event.id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}{:0TIME_DIGITS$x}{}", self.occurred_at.as_ms(), self.id.as_uuid().simple())
    }
}

/// A text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let rest = text.strip_prefix(VERSION).ok_or(NoCursor)?;
        let (time, id) = rest.split_at_checked(TIME_DIGITS).ok_or(NoCursor)?;
        let time = i64::from_str_radix(time, 16).map_err(|_| NoCursor)?;
        let occurred_at = Timestamp::from_ms(time).ok_or(NoCursor)?;
        let id = Uuid::try_parse(id).ok().filter(|uuid| uuid.simple().to_string() == id).ok_or(NoCursor)?;
        Ok(Self { occurred_at, id: id.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EventKind;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for ms in [0, 1_760_000_000_123, 253_402_300_799_999] {
            let occurred_at = Timestamp::from_ms(ms).unwrap();
            let id = EventId::derive(EventKind::Jam, occurred_at, "r", "");
            let cursor = Cursor { occurred_at, id };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let long = "1".repeat(45);
        for text in
            ["", "1", "x", "1zzzzzzzzzzzz0199c82cc07b8b698d2262a8b423422c", "é1234567890123", &long[..44]]
        {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
    }
}

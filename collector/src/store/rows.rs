//! An event as the columns of the tables.

use super::StoreError;
use model::{Event, Phase, Timestamp};
use sqlx::types::time::OffsetDateTime;

/// Longest `road_id`, `road_name` and `zone_name` in characters: what the columns hold. The body has the whole.
const MAX_TEXT_CHARS: usize = 255;

/// A revision and its JSON.
#[derive(Debug)]
pub(super) struct Row {
    pub event: Event,
    pub body: String,
}

impl Row {
    pub fn new(event: Event) -> Result<Self, StoreError> {
        let body = serde_json::to_string(&event)?;
        Ok(Self { event, body })
    }

    pub fn is_open(&self) -> bool {
        self.event.kind.is_episode() && self.event.phase != Phase::Ended
    }

    pub fn road(&self) -> (Option<&str>, Option<&str>) {
        let road = self.event.road.as_ref();
        (road.map(|road| cut(&road.id)), road.and_then(|road| road.name.as_deref()).map(cut))
    }

    pub fn zone(&self) -> (Option<&str>, Option<&str>) {
        let zone = self.event.zone.as_ref();
        (zone.map(|zone| zone.id.as_str()), zone.map(|zone| cut(&zone.name)))
    }
}

/// A time as the driver takes it.
///
/// # Errors
/// Never for a [`Timestamp`], which is from 1970 to 9999.
pub(super) fn utc(time: Timestamp) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_ms()) * 1_000_000)
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_TEXT_CHARS).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("Länsiväylä"), "Länsiväylä");
        let long = "ä".repeat(300);
        assert_eq!(cut(&long).chars().count(), 255);
    }
}

//! Events over time, and over the hours of the week.

use super::select::Counted;
use super::{Ask, Step};
use model::{EventKind, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Events over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series {
    /// What was counted.
    pub query: super::Query,
    /// How finely.
    pub step: Step,
    /// Every hour or day, also those without events, first to last.
    pub series: Vec<SeriesEntry>,
}

/// An hour or a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesEntry {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Events by type; types without any are absent.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub counts: BTreeMap<EventKind, u64>,
}

/// Events over the hours of the week.
#[derive(Debug, Serialize, ToSchema)]
pub struct Week {
    /// What was counted.
    pub query: super::Query,
    /// For each day of the week, Monday first, the number of events in each of its 24 hours.
    pub hours: Vec<Vec<u64>>,
}

/// The counts of quarter hours, put together by the hours or days of the time zone.
pub(super) fn series(ask: &Ask, counted: &[Counted]) -> Series {
    let begin = |at| match ask.step {
        Step::Hour => ask.time_zone.hour_of(at),
        Step::Day => ask.time_zone.day_of(at),
    };
    let mut entries: BTreeMap<Timestamp, BTreeMap<EventKind, u64>> = BTreeMap::new();
    let mut at = begin(ask.from);
    while at < ask.to {
        entries.insert(at, BTreeMap::new());
        at = match ask.step {
            Step::Hour => begin(at + 3_600_000),
            Step::Day => ask.time_zone.day_after(at),
        };
    }
    for entry in counted {
        let counts = entries.entry(begin(entry.at.max(ask.from))).or_default();
        *counts.entry(entry.kind).or_default() += entry.count;
    }
    let series = entries.into_iter().map(|(from, counts)| SeriesEntry { from, counts }).collect();
    Series { query: ask.query(), step: ask.step, series }
}

/// The counts of quarter hours, put together by the hours of the week in the time zone.
pub(super) fn week(ask: &Ask, counted: &[Counted]) -> Week {
    let mut hours = vec![vec![0; 24]; 7];
    for entry in counted {
        let (day, hour) = ask.time_zone.weekday_and_hour(entry.at);
        if let Some(count) = hours.get_mut(day).and_then(|day: &mut Vec<u64>| day.get_mut(hour)) {
            *count += entry.count;
        }
    }
    Week { query: ask.query(), hours }
}

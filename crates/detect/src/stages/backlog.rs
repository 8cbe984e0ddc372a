//! A backlog, put into the order in which it was driven.
//!
//! After an outage many connections deliver at once what they could not send, each in its own order. While what comes is old,
//! and nothing newer has come before, reports are held for a moment and released by their own time: a report goes on when
//! all that was measured before it and came within the moment has gone. When hardly anything that comes is old any more, all
//! that is held goes on, and reports are taken as they come again.

use crate::settings::{ReportSettings, ms};
use model::codec::Report;
use model::{PositionReport, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Most reports held: what is more goes on at once, the oldest first. Some 20 MB.
const MOST_HELD: usize = 100_000;
/// While one in so many that come is old, the backlog is not over.
const FEW: u32 = 10;
/// Arrivals this near one another are reckoned as one, in ms.
const TOGETHER_MS: i64 = 50;

/// A report that is held, or was: it goes on with the time at which it was received.
pub(crate) type Held = (Report, Timestamp);

/// What is held of a backlog.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Backlog {
    /// By their own time, and in the order of their coming.
    held: BTreeMap<(Timestamp, u64), Held>,
    /// How many were held so far.
    count: u64,
    /// When reports came, and the newest time of all that had come by then; both rise.
    arrivals: VecDeque<(Timestamp, Timestamp)>,
    /// What came at least the wait ago is as new as this.
    released_to: Option<Timestamp>,
    /// Since when it is counted how much of what comes is old; `None` = there is no backlog.
    counted_since: Option<Timestamp>,
    came: u32,
    came_old: u32,
}

/// When a report was measured.
pub(crate) fn measured_at(report: &Report) -> Timestamp {
    match report {
        Report::Position(PositionReport { ts, .. }) => *ts,
        Report::Hazard(hazard) => hazard.ts,
    }
}

impl Backlog {
    /// Holds a report that came at `now`, if it is one of a backlog, or gives it back. `newest` is the newest time taken.
    pub(crate) fn hold(
        &mut self,
        report: Report,
        now: Timestamp,
        newest: Option<Timestamp>,
        settings: &ReportSettings,
    ) -> Option<Report> {
        let ts = measured_at(&report);
        let is_old = |at: Timestamp| now.since_ms(at) > ms(settings.backlog_after_s);
        if self.counted_since.is_none() {
            if settings.backlog_wait_s <= 0.0 || !is_old(ts) || !newest.is_some_and(is_old) {
                return Some(report);
            }
            self.counted_since = Some(now);
        }
        self.came = self.came.saturating_add(1);
        self.came_old = self.came_old.saturating_add(u32::from(is_old(ts)));
        match self.arrivals.back_mut() {
            Some((at, newest)) if now.since_ms(*at) < TOGETHER_MS => *newest = ts.max(*newest),
            last => {
                let newest = last.map_or(ts, |(_, newest)| ts.max(*newest));
                self.arrivals.push_back((now, newest));
            }
        }
        self.held.insert((ts, self.count), (report, now));
        self.count += 1;
        None
    }

    /// When the next report was received that goes on by `now`, if there is one.
    pub(crate) fn due(&mut self, now: Timestamp, settings: &ReportSettings) -> Option<Timestamp> {
        if self.counted_since.is_none() && self.held.is_empty() {
            return None;
        }
        self.count_on(now, settings);
        let wait_ms = ms(settings.backlog_wait_s);
        while let Some((_, newest)) = self.arrivals.pop_front_if(|(at, _)| now.since_ms(*at) >= wait_ms) {
            self.released_to = Some(newest);
        }
        let ((ts, _), (_, received)) = self.held.first_key_value()?;
        let is_due = self.counted_since.is_none()
            || self.held.len() > MOST_HELD
            || self.released_to.is_some_and(|to| *ts <= to);
        is_due.then_some(*received)
    }

    /// Lets the next one go.
    pub(crate) fn release(&mut self) -> Option<Held> {
        self.held.pop_first().map(|(_, held)| held)
    }

    /// When something will go on if nothing comes before.
    pub(crate) fn when(&self, settings: &ReportSettings) -> Option<Timestamp> {
        self.held.first_key_value()?;
        let next = self.arrivals.front().map(|(at, _)| *at);
        next.or(self.counted_since).map(|at| at + ms(settings.backlog_wait_s))
    }

    /// The receiver was away, or its clock was set: what is held waits from `now` on for what comes with it.
    pub(crate) fn rebase(&mut self, now: Timestamp) {
        if self.counted_since.is_none() {
            return;
        }
        self.counted_since = Some(now);
        (self.came, self.came_old) = (0, 0);
        if let Some((_, newest)) = self.arrivals.pop_back() {
            self.arrivals.clear();
            self.arrivals.push_back((now, newest));
        }
    }

    /// There is no backlog any more: what is held goes on with the next look.
    pub(crate) fn end(&mut self) {
        self.counted_since = None;
        self.arrivals.clear();
        self.released_to = None;
    }

    /// Ends the backlog when little of what came within a wait was old.
    fn count_on(&mut self, now: Timestamp, settings: &ReportSettings) {
        let wait_ms = ms(settings.backlog_wait_s);
        while let Some(since) = self.counted_since.filter(|since| now.since_ms(*since) >= wait_ms) {
            // Reckoned from wait to wait, so that it does not matter how often somebody looks.
            if self.came_old < self.came.div_ceil(FEW) || self.came == 0 {
                self.end();
            } else {
                self.counted_since = Some(since + wait_ms);
            }
            (self.came, self.came_old) = (0, 0);
        }
    }
}

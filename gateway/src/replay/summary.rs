//! What became of a recording, in a few lines for people.

use model::{DropReason, Event, EventKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Counts what was read, used, dropped and found.
#[derive(Debug, Default)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Lines that are none of a recording.
    pub unreadable: u64,
    /// Reports used.
    pub used: u64,
    /// Reports dropped, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Zones that could not be read.
    pub refused_zones: u64,
    revisions: u64,
    events: BTreeMap<&'static str, BTreeSet<model::EventId>>,
}

impl Summary {
    /// Counts a report that was used or dropped.
    pub fn report(&mut self, fate: Result<(), DropReason>) {
        match fate {
            Ok(()) => self.used += 1,
            Err(reason) => *self.dropped.entry(reason).or_default() += 1,
        }
    }

    /// Counts an event revision.
    pub fn event(&mut self, event: &Event) {
        self.revisions += 1;
        self.events.entry(event.kind.as_str()).or_default().insert(event.id);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dropped: u64 = self.dropped.values().sum();
        writeln!(f, "lines     {} read, {} unreadable", self.lines, self.unreadable)?;
        writeln!(f, "reports   {} used, {dropped} dropped", self.used)?;
        for (reason, count) in &self.dropped {
            writeln!(f, "  {:<16}{count}", reason.as_str())?;
        }
        if self.refused_zones > 0 {
            writeln!(f, "zones     {} refused", self.refused_zones)?;
        }
        let events: usize = self.events.values().map(BTreeSet::len).sum();
        write!(f, "events    {events} in {} revisions", self.revisions)?;
        for kind in EventKind::ALL {
            if let Some(ids) = self.events.get(kind.as_str()) {
                write!(f, "\n  {:<16}{}", kind.as_str(), ids.len())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::event;

    #[test]
    fn it_counts_reports_by_reason_and_events_by_type() {
        let mut summary = Summary { lines: 7, unreadable: 1, used: 3, ..Summary::default() };
        summary.report(Err(DropReason::Stale));
        summary.report(Err(DropReason::Stale));
        summary.report(Err(DropReason::Malformed));
        for (number, revision) in [(1, 1), (1, 2), (2, 1)] {
            summary.event(&event(number, revision));
        }
        let lines = [
            "lines     7 read, 1 unreadable",
            "reports   3 used, 3 dropped",
            "  malformed       1",
            "  stale           2",
            "events    2 in 3 revisions",
            "  accident        2",
        ];
        assert_eq!(summary.to_string(), lines.join("\n"));
    }
}

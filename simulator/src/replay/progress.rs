//! How far a replay has come, for people.

use std::fmt;

use super::counted::BytesRead;
use crate::progress::Bar;

/// What a replay has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Messages handed to the broker.
    pub messages: u64,
    /// Lines or elements that are no message.
    pub unreadable: u64,
    /// The time of the recording reached, in ms from its start.
    pub reached_ms: i64,
}

/// Tells of progress now and then.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Bar,
    read: BytesRead,
}

impl Progress {
    pub fn new(read: BytesRead) -> Self {
        Self { bar: Bar::new(), read }
    }

    /// Tells, if it is time to.
    pub fn tell(&mut self, tally: &Tally) {
        let words = Words { tally, elapsed_s: self.bar.elapsed_s() };
        self.bar.tell(|| self.read.share(), &words);
    }

    /// Tells for the last time.
    pub fn finish(&self, tally: &Tally) {
        self.bar.finish(self.read.share(), &Words { tally, elapsed_s: self.bar.elapsed_s() });
    }
}

struct Words<'a> {
    tally: &'a Tally,
    elapsed_s: f64,
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { messages, unreadable, reached_ms } = self.tally;
        let rate = *messages as f64 / self.elapsed_s;
        let at_s = *reached_ms as f64 / 1_000.0;
        write!(
            f,
            "{messages} messages, {rate:.0}/s, {at_s:.1} s of the recording in {:.1} s, {unreadable} lines unreadable",
            self.elapsed_s
        )
    }
}

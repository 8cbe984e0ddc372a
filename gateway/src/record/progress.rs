//! How much is recorded, for people who watch: one line that changes, on a terminal only.

use super::Tally;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;
use tokio::time::Instant;

/// Time between two words.
const PAUSE: Duration = Duration::from_millis(250);
/// To the line's beginning, and away with what stands there.
const AFRESH: &str = "\r\x1b[K";

#[derive(Debug)]
pub(super) struct Progress {
    told: Option<Instant>,
    on_terminal: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { told: None, on_terminal: io::stderr().is_terminal() }
    }

    /// Tells, if it is time to.
    pub(super) fn tell(&mut self, tally: &Tally, elapsed: Duration) {
        if self.on_terminal && self.told.is_none_or(|told| told.elapsed() >= PAUSE) {
            self.told = Some(Instant::now());
            let _ = write!(io::stderr(), "{AFRESH}{} s: {tally}", elapsed.as_secs());
        }
    }

    /// Makes room for the last word.
    pub(super) fn finish(&self) {
        if self.told.is_some() {
            let _ = write!(io::stderr(), "{AFRESH}");
        }
    }
}

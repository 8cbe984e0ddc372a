//! How far a replay has come, for people.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::time::Instant;

/// Time between two words on a terminal, and in a log.
const ON_TERMINAL: Duration = Duration::from_millis(250);
const IN_LOG: Duration = Duration::from_secs(10);

/// What a replay has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Messages handed to the broker.
    pub messages: u64,
    /// Lines that are no message.
    pub unreadable: u64,
    /// The time of the recording reached, in ms from its start.
    pub reached_ms: i64,
}

/// Tells of progress now and then on standard error: one line that changes on a terminal, else lines.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    told: Instant,
    on_terminal: bool,
}

impl Progress {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { started: now, told: now, on_terminal: std::io::stderr().is_terminal() }
    }

    /// Tells, if it is time to.
    pub fn tell(&mut self, tally: &Tally) {
        let pause = if self.on_terminal { ON_TERMINAL } else { IN_LOG };
        if self.told.elapsed() >= pause {
            self.told = Instant::now();
            self.write(
                tally,
                if self.on_terminal { "\r\x1b[K" } else { "" },
                if self.on_terminal { "" } else { "\n" },
            );
        }
    }

    /// Tells for the last time.
    pub fn finish(&self, tally: &Tally) {
        self.write(tally, if self.on_terminal { "\r\x1b[K" } else { "" }, "\n");
    }

    fn write(&self, tally: &Tally, before: &str, after: &str) {
        let elapsed_s = self.started.elapsed().as_secs_f64().max(0.001);
        let Tally { messages, unreadable, reached_ms } = tally;
        let rate = *messages as f64 / elapsed_s;
        let at_s = *reached_ms as f64 / 1_000.0;
        let _ = write!(
            std::io::stderr(),
            "{before}{messages} messages, {rate:.0}/s, {at_s:.1} s of the recording in {elapsed_s:.1} s, {unreadable} lines unreadable{after}"
        );
    }
}

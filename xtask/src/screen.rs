//! What is said while a chore goes on: colours on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";
/// Shorter steps do not tell how long they took.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Where progress is shown. Failing to write there (a closed pipe) stops nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    colours: bool,
}

impl Screen {
    pub fn new() -> Self {
        let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colours }
    }

    /// Announces what comes next.
    pub fn heading(self, text: &str) {
        self.line(BOLD, "", text);
    }

    /// Does one thing, and tells before and after. `work` gives a word about the outcome, or nothing.
    pub fn step<T>(
        self,
        name: &str,
        work: impl FnOnce() -> anyhow::Result<(T, String)>,
    ) -> anyhow::Result<T> {
        self.line(DIM, "  … ", name);
        let started = Instant::now();
        let (value, outcome) = work()?;
        self.done(name, &outcome, started.elapsed());
        Ok(value)
    }

    /// Tells that something is done.
    pub fn done(self, name: &str, outcome: &str, took: Duration) {
        let mut text = name.to_owned();
        if !outcome.is_empty() {
            text = format!("{text}: {outcome}");
        }
        if took >= WORTH_TELLING {
            text = format!("{text} ({:.0} s)", took.as_secs_f64());
        }
        self.line(GREEN, "  ✓ ", &text);
    }

    /// One thing worth knowing.
    pub fn note(self, text: &str) {
        self.line(DIM, "    ", text);
    }

    /// One thing that is not as it should be, though the chore goes on.
    pub fn warning(self, text: &str) {
        self.line(YELLOW, "  ! ", text);
    }

    /// Several lines, painted already.
    pub fn block(self, text: &str) {
        self.line("", "", text);
    }

    /// Whether there are colours.
    pub fn has_colours(self) -> bool {
        self.colours
    }

    /// Why the chore has failed.
    pub fn failure(self, text: &str) {
        self.line(RED, "✗ ", text);
    }

    fn line(self, colour: &str, sign: &str, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = if self.colours {
            writeln!(out, "{colour}{sign}{text}{RESET}")
        } else {
            writeln!(out, "{sign}{text}")
        };
        let _ = out.flush();
    }
}

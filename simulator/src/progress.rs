//! A bar for people who wait.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Time between two words on a terminal, and in a log.
const ON_TERMINAL: Duration = Duration::from_millis(250);
const IN_LOG: Duration = Duration::from_secs(10);
/// Letters of a whole bar.
const BAR: usize = 24;

/// Tells of progress now and then on standard error: one line that changes on a terminal, else lines.
#[derive(Debug)]
pub struct Bar {
    started: Instant,
    told: Instant,
    on_terminal: bool,
}

impl Bar {
    /// Begins now.
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        Self { started: now, told: now, on_terminal: std::io::stderr().is_terminal() }
    }

    /// Seconds since the beginning, never 0.
    #[must_use]
    pub fn elapsed_s(&self) -> f64 {
        self.started.elapsed().as_secs_f64().max(0.001)
    }

    /// Tells, if it is time to. `share` of the whole is 0 to 1, where it is known.
    pub fn tell(&mut self, share: impl FnOnce() -> Option<f64>, words: &impl Display) {
        let pause = if self.on_terminal { ON_TERMINAL } else { IN_LOG };
        if self.told.elapsed() >= pause {
            self.told = Instant::now();
            self.write(share(), words, if self.on_terminal { "" } else { "\n" });
        }
    }

    /// Tells for the last time.
    pub fn finish(&self, share: Option<f64>, words: &impl Display) {
        self.write(share, words, "\n");
    }

    fn write(&self, share: Option<f64>, words: &impl Display, after: &str) {
        let before = if self.on_terminal { "\r\x1b[K" } else { "" };
        let bar = share.map_or_else(String::new, |share| bar(share) + " ");
        let _ = write!(std::io::stderr(), "{before}{bar}{words}{after}");
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

/// `[#####-----]  50 %`
fn bar(share: f64) -> String {
    let share = share.clamp(0.0, 1.0);
    let full = (share * BAR as f64).round() as usize;
    format!("[{}{}] {:3.0} %", "#".repeat(full), "-".repeat(BAR - full), share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_it_has_come() {
        assert_eq!(bar(0.0), format!("[{}]   0 %", "-".repeat(24)));
        assert_eq!(bar(0.5), format!("[{}{}]  50 %", "#".repeat(12), "-".repeat(12)));
        assert_eq!(bar(7.0), format!("[{}] 100 %", "#".repeat(24)));
    }
}

//! Tells how far the measuring is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::screen::Screen;

/// Counts the scenes that are done.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    done: AtomicUsize,
    started: Instant,
    screen: Screen,
}

impl Progress {
    pub fn new(total: usize, screen: Screen) -> Self {
        Self { total, done: AtomicUsize::new(0), started: Instant::now(), screen }
    }

    pub fn begin(&self, scene: &str, seed: u64) {
        self.screen.note(&format!("{scene}, seed {seed}"));
    }

    pub fn end(&self, scene: &str, seed: u64, reports: usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let outcome = format!("{reports} reports read, {done} of {} scenes", self.total);
        self.screen.done(&format!("{scene}, seed {seed}"), &outcome, self.started.elapsed());
    }
}

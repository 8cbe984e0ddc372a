//! The time that this thread has run.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Measures the processor time of the calling thread.
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(ran())
    }

    /// What the thread has run since the start.
    pub fn read(&self) -> Duration {
        ran().saturating_sub(self.0)
    }
}

fn ran() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

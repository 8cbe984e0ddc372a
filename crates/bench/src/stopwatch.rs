//! The time that this thread has run.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Measures the processor time of the calling thread: other programs on the machine do not count.
#[derive(Debug)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(ran())
    }

    /// What the thread has run since the start.
    #[must_use]
    pub fn read(&self) -> Duration {
        ran().saturating_sub(self.0)
    }
}

fn ran() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

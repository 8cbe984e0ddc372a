//! The time of day.

use model::Timestamp;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Now.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms_clamped(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Notices when the clock of the machine is set, or the machine slept.
#[derive(Debug)]
pub struct Watch {
    wall: Timestamp,
    steady: Instant,
}

/// A clock that is this much off what has passed was set, in ms: more than it is ever slewed by between two looks.
const SET_MS: i64 = 2_000;

impl Watch {
    /// Watches from now on.
    pub fn new() -> Self {
        Self { wall: now(), steady: Instant::now() }
    }

    /// Whether it was set since the last look.
    pub fn was_set(&mut self) -> bool {
        let before = std::mem::replace(self, Self::new());
        let passed_ms = i64::try_from((self.steady - before.steady).as_millis()).unwrap_or(i64::MAX);
        let off_ms = self.wall.since_ms(before.wall).saturating_sub(passed_ms);
        if off_ms.abs() < SET_MS {
            return false;
        }
        tracing::warn!(by_s = off_ms / 1_000, "the machine's clock was set, or the machine slept");
        true
    }
}

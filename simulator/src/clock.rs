//! The time of this machine.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// Now.
#[must_use]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms_clamped(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

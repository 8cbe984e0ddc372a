//! The time of day.

use model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms_clamped(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

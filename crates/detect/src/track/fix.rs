//! A place and a time.

use model::{LatLon, Timestamp};
use serde::{Deserialize, Serialize};

/// A place, the time a vehicle was there, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fix {
    pub(crate) ts: Timestamp,
    pub(crate) position: LatLon,
    /// Standard deviation of the position in metres.
    pub(crate) sigma_m: f32,
}

impl Fix {
    /// The fix at a fraction of the way to `other`, as sure as that is.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    pub(crate) fn towards(self, other: Self, fraction: f64) -> Self {
        let after_ms = (other.ts.since_ms(self.ts) as f64 * fraction).round() as i64;
        Self {
            ts: self.ts + after_ms,
            position: self.position.lerp(other.position, fraction),
            sigma_m: other.sigma_m,
        }
    }
}

//! A vehicle's entry in the list of its link: what others ask of it most, side by side in memory, so that a look along the
//! road need not go to each vehicle.

use super::occupant::Occupant;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// A vehicle on a link, as others see it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Spot {
    /// Its number in the track stage.
    pub(crate) track: u32,
    offset_m: f32,
    speed_mps: f32,
    /// When it was last observed: the low bits of the milliseconds.
    ts_ms: u32,
    /// Whether it stands.
    pub(crate) stands: bool,
    /// Whether it has been slow for this road.
    pub(crate) is_slow: bool,
}

impl Spot {
    // Both are numbers of that precision already: nothing is lost.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn of(occupant: &Occupant) -> Self {
        Self {
            track: occupant.track,
            offset_m: occupant.offset_m as f32,
            speed_mps: occupant.speed_mps as f32,
            ts_ms: low_bits(occupant.ts),
            stands: occupant.stood_since.is_some(),
            is_slow: occupant.slow_since.is_some(),
        }
    }

    /// Metres from the beginning of the link.
    pub(crate) fn offset_m(&self) -> f64 {
        f64::from(self.offset_m)
    }

    /// Speed as last reported, m/s.
    pub(crate) fn speed_mps(&self) -> f64 {
        f64::from(self.speed_mps)
    }

    /// Whether it has been observed since `since`. Who was not for three weeks may seem to have been; such are cleared
    /// away long before.
    #[allow(clippy::cast_possible_wrap)]
    pub(crate) fn is_since(&self, since: Timestamp) -> bool {
        self.ts_ms.wrapping_sub(low_bits(since)) as i32 >= 0
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // that is what is wanted
fn low_bits(ts: Timestamp) -> u32 {
    ts.as_ms() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_small_and_knows_who_has_reported_lately_also_when_its_counter_begins_anew() {
        assert_eq!(size_of::<Spot>(), 20);
        let at = Timestamp::from_ms_clamped;
        // 2³² ms and a little.
        let now = 4_294_967_300;
        let spot = |ms| Spot {
            track: 0,
            offset_m: 0.0,
            speed_mps: 0.0,
            ts_ms: low_bits(at(ms)),
            stands: false,
            is_slow: false,
        };
        for (ms, is_since) in [(now, true), (now + 5_000, true), (now - 1, false), (now - 60_000, false)] {
            assert_eq!(spot(ms).is_since(at(now)), is_since, "{ms}");
        }
    }
}

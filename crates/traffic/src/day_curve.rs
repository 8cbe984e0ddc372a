//! How much traffic there is at which time of day.

/// Hours of a day.
const HOURS: usize = 24;
const HOUR_S: f64 = 3_600.0;

/// Shares of the vehicles that drive, for each full hour of the day; in between it goes evenly from one to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayCurve([f64; HOURS]);

impl DayCurve {
    /// The same all day.
    pub const EVEN: Self = Self([1.0; HOURS]);

    /// A curve of the shares at 0, 1, … 23 o'clock, each 0…1. `None` if one is not.
    #[must_use]
    pub fn new(shares: [f64; HOURS]) -> Option<Self> {
        shares.iter().all(|share| (0.0..=1.0).contains(share)).then_some(Self(shares))
    }

    /// The share at a time of day, in seconds after midnight (of any day).
    #[must_use]
    pub fn share_at(&self, time_of_day_s: f64) -> f64 {
        let hours = (time_of_day_s / HOUR_S).rem_euclid(HOURS as f64);
        let before = (hours as usize).min(HOURS - 1);
        let (a, b) = (self.0[before], self.0[(before + 1) % HOURS]);
        a + (b - a) * (hours - before as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_hours_the_share_goes_evenly_also_over_midnight() {
        let mut shares = [0.0; 24];
        (shares[23], shares[0], shares[8]) = (0.5, 0.1, 1.0);
        let curve = DayCurve::new(shares).unwrap();
        let at = |hours: f64| (curve.share_at(hours * 3_600.0) * 1_000.0).round() / 1_000.0;
        assert_eq!([8.0, 7.5, 8.25, 23.5, 24.0, 47.5].map(at), [1.0, 0.5, 0.75, 0.3, 0.1, 0.3]);
        assert_eq!(DayCurve::EVEN.share_at(12_345.6), 1.0);
        shares[3] = 1.1;
        assert_eq!(DayCurve::new(shares), None);
    }
}

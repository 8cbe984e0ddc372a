//! A vehicle that stands: where it is does not change, however its receiver drifts.

use super::course::Motion;
use super::fix::Fix;
use model::geo::Scale;
use model::{LatLon, Timestamp};
use serde::{Deserialize, Serialize};

/// Slower than this a vehicle begins to stand, in m/s.
const STANDS_MPS: f32 = 0.5;
/// From this speed on it drives again, in m/s: five times the usual error of a reported speed.
const DRIVES_MPS: f32 = 1.5;
/// The same for a speed that was estimated from noisy positions.
const SURELY_DRIVES_MPS: f32 = 4.0;
/// Where it has been lately may be this far from where it has been on the whole, in standard deviations of its position:
/// more is a vehicle that creeps.
const CREEPS_SIGMAS: f64 = 3.0;
/// Reports that say where it has been lately: most of the weight is on the last so many.
const LATELY: f64 = 20.0;
/// Reports that say where it has been on the whole; later ones weigh as little as this one.
const ON_THE_WHOLE: f64 = 2_000.0;

/// The place where a vehicle stands: the mean of all that it has reported from there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) since: Timestamp,
    pub(crate) place: LatLon,
    lately: LatLon,
    reports: f64,
}

impl Stop {
    /// What becomes of a vehicle's stop, or of its not standing, with its next report.
    pub(crate) fn next(stop: Option<Self>, here: Fix, motion: &Motion) -> Option<Self> {
        let drives_mps = if motion.is_reported { DRIVES_MPS } else { SURELY_DRIVES_MPS };
        match stop {
            Some(stop) if motion.speed_mps < drives_mps => stop.stay(here, motion.scale),
            None if motion.speed_mps < STANDS_MPS => {
                Some(Self { since: here.ts, place: here.position, lately: here.position, reports: 1.0 })
            }
            _ => None,
        }
    }

    fn stay(mut self, here: Fix, scale: Scale) -> Option<Self> {
        self.reports = (self.reports + 1.0).min(ON_THE_WHOLE);
        self.place = self.place.lerp(here.position, 1.0 / self.reports);
        self.lately = self.lately.lerp(here.position, 1.0 / self.reports.min(LATELY));
        let crept_m = scale.distance_m(self.place, self.lately);
        (crept_m <= CREEPS_SIGMAS * f64::from(here.sigma_m)).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(second: i64, east_m: f64) -> Fix {
        let ts = Timestamp::from_ms_clamped(1_000_000 + second * 1_000);
        Fix { ts, position: LatLon::new(0.0, east_m / 111_195.08), sigma_m: 5.0 }
    }

    fn next(stop: Option<Stop>, here: Fix, speed_mps: f32, is_reported: bool) -> Option<Stop> {
        let scale = Scale::at(here.position);
        Stop::next(stop, here, &Motion { sigma_m: 5.0, speed_mps, is_reported, moved_m: 0.0, scale })
    }

    fn east_m(stop: Option<Stop>) -> Option<f64> {
        stop.map(|stop| (stop.place.lon * 111_195.08).round())
    }

    #[test]
    fn a_vehicle_that_stands_is_at_the_mean_of_its_reports() {
        let mut stop = next(None, here(0, 12.0), 0.0, true);
        for (second, off_m) in (1..).zip([9.0, 15.0, 8.0, 16.0, 12.0]) {
            stop = next(stop, here(second, off_m), 0.9, true);
        }
        assert_eq!(east_m(stop), Some(12.0));
        assert_eq!(stop.map(|stop| stop.since), Some(here(0, 0.0).ts));
        assert_eq!(next(stop, here(6, 12.0), 1.6, true), None);
        assert!(next(stop, here(6, 12.0), 1.6, false).is_some());
        assert_eq!(next(None, here(7, 12.0), 0.9, true), None);
    }

    #[test]
    fn a_vehicle_that_creeps_is_not_left_behind() {
        let mut stop = next(None, here(0, 0.0), 0.0, true);
        let mut stops = 1;
        for second in 1..200_i32 {
            let crept_m = f64::from(second) * 0.5;
            let next = next(stop, here(second.into(), crept_m), 0.4, true);
            stops += usize::from(stop.is_none() && next.is_some());
            stop = next;
            assert!(east_m(stop).is_none_or(|at_m| crept_m - at_m < 30.0), "{stop:?} at {crept_m} m");
        }
        assert!(stops > 1);
    }
}

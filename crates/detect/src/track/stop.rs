//! A vehicle that stands: where it is does not change, however its receiver drifts.

use super::fix::Fix;
use model::{LatLon, Timestamp};

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    pub(crate) since: Timestamp,
    pub(crate) place: LatLon,
    lately: LatLon,
    reports: f64,
}

impl Stop {
    /// What becomes of a vehicle's stop, or of its not standing, with its next report.
    pub(crate) fn next(stop: Option<Self>, here: Fix, speed_mps: f32, is_reported: bool) -> Option<Self> {
        let drives_mps = if is_reported { DRIVES_MPS } else { SURELY_DRIVES_MPS };
        match stop {
            Some(stop) if speed_mps < drives_mps => stop.stay(here),
            None if speed_mps < STANDS_MPS => {
                Some(Self { since: here.ts, place: here.position, lately: here.position, reports: 1.0 })
            }
            _ => None,
        }
    }

    fn stay(mut self, here: Fix) -> Option<Self> {
        self.reports = (self.reports + 1.0).min(ON_THE_WHOLE);
        self.place = self.place.lerp(here.position, 1.0 / self.reports);
        self.lately = self.lately.lerp(here.position, 1.0 / self.reports.min(LATELY));
        let crept_m = self.place.distance_m(self.lately);
        (crept_m <= CREEPS_SIGMAS * f64::from(here.sigma_m)).then_some(self)
    }
}

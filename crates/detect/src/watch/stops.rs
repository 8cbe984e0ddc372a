//! Who came to rest on the road, where, and how.

use super::braking::{Approach, Braking};
use crate::observation::{Observation, OnRoad};
use crate::settings::{AccidentSettings, ms};
use model::{LatLon, Timestamp, VehicleId, VehicleKind};
use std::collections::BTreeMap;

/// Errors of a receiver have forgotten their past after this time, in seconds.
const ERROR_MEMORY_S: f64 = 20.0;
/// Maps, and what receivers say of themselves, are not more exact than this, in metres.
const LEAST_SIGMA_M: f64 = 2.0;
/// A place's mean is taken over at most so many reports, so that it still follows.
const MOST_REPORTS: f64 = 600.0;

/// A vehicle at rest.
#[derive(Debug, Clone)]
pub(crate) struct Stander {
    pub(crate) vehicle: VehicleId,
    pub(crate) kind: Option<VehicleKind>,
    /// When it came to rest.
    pub(crate) since: Timestamp,
    /// Its last report.
    pub(crate) seen: Timestamp,
    /// Where it stands, as the mean of all reports since.
    pub(crate) place: OnRoad,
    /// Metres right of the link's line, as the mean of all reports since.
    pub(crate) right_m: f64,
    /// The mean of its positions.
    pub(crate) position: LatLon,
    pub(crate) approach: Approach,
    /// Standard deviation of one report's position, both axes together, in metres.
    accuracy_m: f64,
    reports: f64,
}

impl Stander {
    fn new(observation: &Observation, place: OnRoad, approach: Approach) -> Self {
        Self {
            vehicle: observation.vehicle.clone(),
            kind: observation.kind,
            since: observation.ts,
            seen: observation.ts,
            place,
            right_m: f64::from(observation.right_m),
            position: observation.position,
            approach,
            accuracy_m: f64::from(observation.accuracy_m),
            reports: 1.0,
        }
    }

    /// For how long it has been seen at rest, in seconds.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn stood_s(&self) -> f64 {
        self.seen.since_ms(self.since) as f64 / 1_000.0
    }

    /// How far its mean place may be off across the road, in metres: one sigma. The error drifts slowly, so that many
    /// reports in a short time say hardly more than one.
    pub(crate) fn side_sigma_m(&self) -> f64 {
        let one_axis_m = self.accuracy_m / std::f64::consts::SQRT_2;
        one_axis_m.max(LEAST_SIGMA_M) / (1.0 + self.stood_s() / (2.0 * ERROR_MEMORY_S)).sqrt()
    }

    /// Takes a report; whether the vehicle still stands.
    fn stays(&mut self, observation: &Observation, settings: &AccidentSettings) -> bool {
        let drives = observation.speed_mps.is_some_and(|speed| speed > settings.creep_mps);
        if drives || self.position.distance_m(observation.position) > settings.shift_m {
            return false;
        }
        self.seen = self.seen.max(observation.ts);
        self.reports = (self.reports + 1.0).min(MOST_REPORTS);
        let share = 1.0 / self.reports;
        self.position = self.position.lerp(observation.position, share);
        if let Some(place) = observation.on_road.filter(|place| place.link == self.place.link) {
            self.place.offset_m += (place.offset_m - self.place.offset_m) * share;
            self.right_m += (f64::from(observation.right_m) - self.right_m) * share;
        }
        true
    }
}

/// All vehicles at rest that had been driving, by their numbers in the track stage.
#[derive(Debug, Default)]
pub(crate) struct Stops {
    braking: Braking,
    standers: BTreeMap<u32, Stander>,
    /// Vehicles that stood before a restart and have not been heard of since, and since when they have been waited for.
    expected: BTreeMap<VehicleId, Option<Timestamp>>,
}

impl Stops {
    /// Waits for a vehicle that stood before a restart.
    pub(crate) fn expect(&mut self, vehicle: VehicleId) {
        self.expected.insert(vehicle, None);
    }

    /// Whether a vehicle that stood before a restart is still waited for.
    pub(crate) fn is_expected(&self, vehicle: &VehicleId) -> bool {
        self.expected.contains_key(vehicle)
    }

    /// The number of a vehicle at rest.
    pub(crate) fn find(&self, vehicle: &VehicleId) -> Option<u32> {
        self.standers.iter().find(|(_, stander)| stander.vehicle == *vehicle).map(|(&track, _)| track)
    }

    /// Looks at what the next observations of these vehicles will need.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        self.braking.look_ahead(numbers);
    }

    /// Takes an observation.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &AccidentSettings) {
        self.braking.observe(observation, settings);
        let Some(speed_mps) = observation.speed_mps else { return };
        let is_expected = !self.expected.is_empty() && self.expected.remove(&observation.vehicle).is_some();
        if speed_mps >= settings.driving_mps && self.standers.is_empty() {
            return;
        }
        if let Some(stander) = self.standers.get_mut(&observation.track) {
            let is_same = stander.vehicle == observation.vehicle;
            if !is_same || !stander.stays(observation, settings) {
                self.standers.remove(&observation.track);
            }
        } else if speed_mps < settings.standstill_mps {
            let known = is_expected.then(|| Approach::unseen(observation.ts));
            let approach = known.or_else(|| self.braking.approach(observation, settings));
            if let (Some(place), Some(approach)) = (observation.on_road, approach) {
                self.standers.insert(observation.track, Stander::new(observation, place, approach));
            }
        }
    }

    /// Forgets who has been silent for longer than a vehicle at rest may be.
    pub(crate) fn forget(&mut self, now: Timestamp, settings: &AccidentSettings) {
        let before = now - ms(settings.silence_s);
        self.standers.retain(|_, stander| stander.seen >= before);
        self.expected.retain(|_, since| *since.get_or_insert(now) >= before);
    }

    /// The vehicles at rest, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Stander)> {
        self.standers.iter().map(|(&track, stander)| (track, stander))
    }

    /// A vehicle at rest.
    pub(crate) fn get(&self, track: u32) -> Option<&Stander> {
        self.standers.get(&track)
    }
}

//! Who came to rest on the road, where, and how.

use super::around::Around;
use super::braking::{Approach, Braking};
use super::layout::Layout;
use crate::observation::{Observation, OnRoad};
use crate::settings::{AccidentSettings, ms};
use model::{LatLon, Timestamp, VehicleId, VehicleKind};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hint::black_box;

/// Errors of a receiver have forgotten their past after this time, in seconds.
const ERROR_MEMORY_S: f64 = 20.0;
/// Maps, and what receivers say of themselves, are not more exact than this, in metres.
const LEAST_SIGMA_M: f64 = 2.0;
/// So many standard deviations from where it came to rest a vehicle is not by its receiver's errors.
const CREPT_SIGMAS: f64 = 3.0;
/// A degree along either axis has less than this, in metres.
const MOST_M_PER_DEG: f64 = 111_200.0;
/// A place's mean is taken over at most so many reports, so that it still follows.
const MOST_REPORTS: f64 = 600.0;

/// A vehicle at rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// Whether it has crept on since, farther than its receiver may err.
    pub(crate) has_crept: bool,
    /// Where it came to rest, in metres from the beginning of the link.
    came_m: f64,
    /// Whether no way leads here from where it was driving: it stands on another road than the one it was put on.
    pub(crate) is_misplaced: bool,
    /// Standard deviation of one report's position, both axes together, in metres.
    accuracy_m: f64,
    reports: f64,
    /// What happens around it, once it is looked at.
    around: Option<Box<Around>>,
}

impl Stander {
    fn new(observation: &Observation, place: OnRoad, approach: Approach, network: &Network) -> Self {
        let leads_here = |from| Layout::leads(network, from, LinkIdx(place.link));
        Self {
            vehicle: observation.vehicle.clone(),
            kind: observation.kind,
            since: observation.ts,
            seen: observation.ts,
            place,
            right_m: f64::from(observation.right_m),
            position: observation.position,
            approach,
            has_crept: false,
            came_m: place.offset_m,
            is_misplaced: approach.fast_link.is_some_and(|from| !leads_here(from)),
            accuracy_m: f64::from(observation.accuracy_m),
            reports: 1.0,
            around: None,
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

    /// Whether others have been seen to drive around it: whatever it is, it is no part of a queue.
    pub(crate) fn is_passed(&self) -> bool {
        self.around.as_ref().is_some_and(|around| around.is_passed())
    }

    /// Takes a report; whether the vehicle still stands.
    fn stays(&mut self, observation: &Observation, settings: &AccidentSettings) -> bool {
        let drives = observation.speed_mps.is_some_and(|speed| speed > settings.creep_mps);
        let is_away = |metres: f64| {
            // Hardly any is as far off as that along both axes together: no sines are needed to see it.
            let (from, to) = (self.position, observation.position);
            let along_axes_m = ((to.lat - from.lat).abs() + (to.lon - from.lon).abs()) * MOST_M_PER_DEG;
            along_axes_m > metres && from.distance_m(to) > metres
        };
        if drives || is_away(settings.shift_m) {
            return false;
        }
        self.seen = self.seen.max(observation.ts);
        self.reports = (self.reports + 1.0).min(MOST_REPORTS);
        let share = 1.0 / self.reports;
        self.position = self.position.lerp(observation.position, share);
        if let Some(place) = observation.on_road.filter(|place| place.link == self.place.link) {
            let one_axis_m = (self.accuracy_m / std::f64::consts::SQRT_2).max(LEAST_SIGMA_M);
            self.has_crept |= place.offset_m - self.came_m > CREPT_SIGMAS * one_axis_m;
            self.place.offset_m += (place.offset_m - self.place.offset_m) * share;
            self.right_m += (f64::from(observation.right_m) - self.right_m) * share;
        }
        true
    }
}

/// What is known of one vehicle.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Vehicle {
    braking: Braking,
    /// Its place among those at rest, if it is one of them.
    stander: Option<u32>,
}

/// All vehicles at rest that had been driving.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stops {
    /// By number in the track stage.
    vehicles: Vec<Vehicle>,
    /// Those at rest, each with its number in the track stage, and places that are free.
    standers: Vec<Option<(u32, Stander)>>,
    free: Vec<u32>,
    /// Who came to rest since that was last asked for.
    arrived: Vec<u32>,
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
        self.standers
            .iter()
            .flatten()
            .find(|(_, stander)| stander.vehicle == *vehicle)
            .map(|(track, _)| *track)
    }

    /// Looks at what the next observations of these vehicles will need, so that the processor waits for the memory once for
    /// all of them.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        let vehicles = numbers.iter().filter_map(|number| self.vehicles.get(*number as usize));
        let seen = |vehicle: &Vehicle| vehicle.braking.seen().map_or(0, Timestamp::as_ms);
        let all = vehicles.clone();
        black_box(all.fold(0, |sum, one| sum ^ seen(one) ^ i64::from(one.stander.is_some())));
        let standers = vehicles.filter_map(|one| self.standers.get(one.stander? as usize)?.as_ref());
        let looks =
            |stander: &Stander| stander.vehicle.as_str().len() + usize::from(stander.around.is_some());
        black_box(standers.fold(0, |sum, (_, stander)| sum ^ looks(stander)));
    }

    /// Takes an observation.
    pub(crate) fn observe(
        &mut self,
        observation: &Observation,
        network: &Network,
        settings: &AccidentSettings,
    ) {
        let Some(speed_mps) = observation.speed_mps else { return };
        let index = observation.track as usize;
        if index >= self.vehicles.len() {
            self.vehicles.resize(index + 1, Vehicle::default());
        }
        let Some(vehicle) = self.vehicles.get_mut(index) else { return };
        vehicle.braking.observe(observation, speed_mps, settings);
        let is_expected = !self.expected.is_empty() && self.expected.remove(&observation.vehicle).is_some();
        if let Some(place) = vehicle.stander {
            let stander = self.standers.get_mut(place as usize).and_then(Option::as_mut);
            let stays = |(_, stander): &mut (u32, Stander)| {
                stander.vehicle == observation.vehicle && stander.stays(observation, settings)
            };
            if !stander.is_some_and(stays) {
                self.remove(place);
            }
        } else if speed_mps < settings.standstill_mps {
            let known = is_expected.then(Approach::unseen);
            let approach = known.or_else(|| vehicle.braking.approach(settings));
            if let (Some(place), Some(approach)) = (observation.on_road, approach) {
                self.insert(observation.track, Stander::new(observation, place, approach, network));
            }
        }
    }

    fn insert(&mut self, track: u32, stander: Stander) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.standers.push(None);
            u32::try_from(self.standers.len() - 1).unwrap_or(u32::MAX)
        });
        let (Some(slot), Some(vehicle)) =
            (self.standers.get_mut(place as usize), self.vehicles.get_mut(track as usize))
        else {
            return;
        };
        *slot = Some((track, stander));
        vehicle.stander = Some(place);
        self.arrived.push(track);
    }

    fn remove(&mut self, place: u32) {
        if let Some((track, _)) = self.standers.get_mut(place as usize).and_then(Option::take) {
            self.free.push(place);
            if let Some(vehicle) = self.vehicles.get_mut(track as usize) {
                vehicle.stander = None;
            }
        }
    }

    /// Forgets who has been silent for longer than a vehicle at rest may be.
    pub(crate) fn forget(&mut self, now: Timestamp, settings: &AccidentSettings) {
        let before = now - ms(settings.silence_s);
        for place in 0.. {
            match self.standers.get(place as usize) {
                Some(Some((_, stander))) if stander.seen < before => self.remove(place),
                Some(_) => {}
                None => break,
            }
        }
        self.expected.retain(|_, since| *since.get_or_insert(now) >= before);
    }

    /// Who came to rest since this was last asked, in the order of their coming.
    pub(crate) fn take_arrived(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.arrived)
    }

    /// A vehicle at rest.
    pub(crate) fn get(&self, track: u32) -> Option<&Stander> {
        let place = self.vehicles.get(track as usize)?.stander?;
        self.standers.get(place as usize)?.as_ref().map(|(_, stander)| stander)
    }

    /// What has been seen around a vehicle at rest, to be given back when it was looked at.
    pub(crate) fn take_around(&mut self, track: u32) -> Option<Box<Around>> {
        self.get_mut(track)?.around.take()
    }

    /// Gives back what has been seen around a vehicle at rest.
    pub(crate) fn put_around(&mut self, track: u32, around: Box<Around>) {
        if let Some(stander) = self.get_mut(track) {
            stander.around = Some(around);
        }
    }

    fn get_mut(&mut self, track: u32) -> Option<&mut Stander> {
        let place = self.vehicles.get(track as usize)?.stander?;
        self.standers.get_mut(place as usize)?.as_mut().map(|(_, stander)| stander)
    }
}

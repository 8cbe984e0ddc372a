//! The vehicles and what is known of each.

use super::clean::{check_step, check_time};
use super::filter::{Estimate, Measured};
use super::visits::{Crossing, Fix, Visit, follow, undecided};
use super::zones::Zones;
use crate::observation::{HazardObservation, Observation, OnRoad};
use crate::settings::Settings;
use foldhash::fast::RandomState;
use model::{DropReason, HazardReport, PositionReport, Timestamp, VehicleId, VehicleKind};
use roadnet::matching::{Matcher, Place, Sighting};
use std::collections::HashMap;

/// What is known of one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) vehicle: VehicleId,
    /// Where it is and how it moves; `None` before its first position.
    pub(crate) estimate: Option<Estimate>,
    place: Option<Place>,
    /// Speed as reported, or as estimated where it is not.
    speed_mps: f32,
    /// The last course known, kept while it stands.
    pub(crate) heading_deg: Option<f32>,
    pub(crate) kind: Option<VehicleKind>,
    /// Since when it has stood still.
    still_since: Option<Timestamp>,
    pub(crate) visits: Vec<Visit>,
    /// How far it can still go without meeting a zone's border, in metres, as of this generation of zones.
    clear_m: f32,
    zones_known: u32,
    /// The last hazard report used.
    last_hazard: Option<Timestamp>,
    /// When the vehicle was last heard of, or first missed after a restart.
    pub(crate) heard: Option<Timestamp>,
}

impl Track {
    fn new(vehicle: VehicleId) -> Self {
        Self {
            vehicle,
            estimate: None,
            place: None,
            speed_mps: 0.0,
            heading_deg: None,
            kind: None,
            still_since: None,
            visits: Vec::new(),
            clear_m: -1.0,
            zones_known: 0,
            last_hazard: None,
            heard: None,
        }
    }

    /// Where it is on the road.
    pub(crate) fn on_road(&self) -> Option<OnRoad> {
        self.place.map(on_road)
    }

    /// Its last place and time.
    pub(crate) fn last(&self) -> Option<Fix> {
        self.estimate.as_ref().map(fix)
    }

    /// Its speed in m/s.
    pub(crate) fn speed_mps(&self) -> Option<f64> {
        self.estimate.map(|_| f64::from(self.speed_mps))
    }

    /// Zones it entered or left between `before` and `here`, and whether anything about its visits changed; nothing is
    /// looked at while it is clear of borders.
    fn crossings(
        &mut self,
        before: Option<Fix>,
        here: Fix,
        moved_m: f64,
        world: &World<'_>,
    ) -> (Vec<Crossing>, bool) {
        #[allow(clippy::cast_possible_truncation)]
        {
            self.clear_m -= moved_m as f32;
        }
        let known = self.zones_known == world.zones.generation();
        if known && self.clear_m > 0.0 && !undecided(&self.visits) {
            return (Vec::new(), false);
        }
        let was = self.visits.clone();
        let crossings = follow(&mut self.visits, world.zones, &world.settings.zones, before, here);
        let changed = self.visits != was;
        #[allow(clippy::cast_possible_truncation)]
        {
            self.clear_m = world.zones.clearance_m(here.position) as f32;
        }
        self.zones_known = world.zones.generation();
        (crossings, changed)
    }
}

/// All vehicles, numbered in the order of their first reports, so that the same input gives the same output. The
/// numbers of forgotten vehicles are used again.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    tracks: Vec<Option<Track>>,
    free: Vec<u32>,
    by_vehicle: HashMap<VehicleId, u32, RandomState>,
}

/// What came of a position report.
pub(crate) struct Step {
    pub(crate) observation: Observation,
    pub(crate) crossings: Vec<Crossing>,
    /// Whether what must survive a restart changed.
    pub(crate) visits_changed: bool,
}

impl Tracks {
    /// The vehicles, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().flatten()
    }

    /// Whether none is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_vehicle.is_empty()
    }

    /// The number of a vehicle, known or new.
    fn number(&mut self, vehicle: &VehicleId) -> u32 {
        if let Some(number) = self.by_vehicle.get(vehicle) {
            return *number;
        }
        let track = Some(Track::new(vehicle.clone()));
        let number = match self.free.pop() {
            Some(number) => {
                self.tracks[number as usize] = track;
                number
            }
            None => {
                self.tracks.push(track);
                // Vehicles are far fewer than 2³²: each takes more than a hundred bytes.
                u32::try_from(self.tracks.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_vehicle.insert(vehicle.clone(), number);
        number
    }

    /// A vehicle, known or new, and its number.
    fn track_mut(&mut self, vehicle: &VehicleId) -> (u32, &mut Track) {
        let number = self.number(vehicle);
        let track = self.tracks[number as usize].get_or_insert_with(|| Track::new(vehicle.clone()));
        (number, track)
    }

    /// A vehicle, known or new.
    pub(crate) fn get_mut(&mut self, vehicle: &VehicleId) -> &mut Track {
        self.track_mut(vehicle).1
    }

    /// Takes a position report.
    ///
    /// # Errors
    /// Why it is not used.
    pub(crate) fn handle_position(
        &mut self,
        report: PositionReport,
        received: Timestamp,
        newest: Option<Timestamp>,
        world: &World<'_>,
    ) -> Result<Step, DropReason> {
        check_time(&world.settings.reports, report.ts, received, newest)?;
        let (number, track) = self.track_mut(&report.vehicle);
        let measured = measured(&report, world.settings);
        let before = track.last();
        if let Some(before) = before {
            let reported = Fix { ts: report.ts, position: report.position, sigma_m: measured.sigma_m };
            check_step(&world.settings.reports, before, reported)?;
        }
        let estimate = match &track.estimate {
            Some(last) => last.next(&measured),
            None => Estimate::first(&measured),
        };
        let here = fix(&estimate);
        let moved_m = before.map_or(0.0, |before| before.position.distance_m(here.position));
        let sighting = Sighting {
            position: here.position,
            course_deg: estimate.course_deg(),
            sigma_m: f64::from(here.sigma_m),
            moved_m,
        };
        let place = world.matcher.place(track.place, &sighting);
        let left_link =
            track.place.map(|old| old.link.0).filter(|old| place.map(|new| new.link.0) != Some(*old));
        #[allow(clippy::cast_possible_truncation)]
        let speed_mps = report.speed_mps.map_or_else(|| estimate.speed_mps(), |speed| speed as f32);
        let is_still = f64::from(speed_mps) < world.settings.accidents.standstill_mps;
        track.still_since = if is_still { track.still_since.or(Some(report.ts)) } else { None };
        let (crossings, visits_changed) = track.crossings(before, here, moved_m, world);
        track.estimate = Some(estimate);
        track.heard = track.heard.max(Some(report.ts));
        track.speed_mps = speed_mps;
        #[allow(clippy::cast_possible_truncation)]
        let heading_deg = report.heading_deg.or_else(|| estimate.course_deg()).map(|degrees| degrees as f32);
        track.heading_deg = heading_deg.or(track.heading_deg);
        track.kind = report.kind.or(track.kind);
        track.place = place;
        #[allow(clippy::cast_possible_truncation)]
        let observation = Observation {
            vehicle: report.vehicle,
            track: number,
            ts: report.ts,
            position: here.position,
            sigma_m: here.sigma_m,
            speed_mps: Some(f64::from(speed_mps)),
            acceleration_mps2: report.acceleration_mps2.map(|acceleration| acceleration as f32),
            kind: track.kind,
            on_road: place.map(on_road),
            right_m: place.map_or(0.0, |place| place.right_m),
            left_link,
            still_since: track.still_since,
        };
        Ok(Step { observation, crossings, visits_changed })
    }

    /// Takes a hazard report.
    ///
    /// # Errors
    /// Why it is not used.
    pub(crate) fn handle_hazard(
        &mut self,
        report: HazardReport,
        received: Timestamp,
        newest: Option<Timestamp>,
        world: &World<'_>,
    ) -> Result<HazardObservation, DropReason> {
        check_time(&world.settings.reports, report.ts, received, newest)?;
        let track = self.get_mut(&report.vehicle);
        match track.last_hazard {
            Some(last) if last == report.ts => return Err(DropReason::Duplicate),
            Some(last) if last > report.ts => return Err(DropReason::OutOfOrder),
            _ => {}
        }
        track.last_hazard = Some(report.ts);
        track.heard = track.heard.max(Some(report.ts));
        let sighting = Sighting {
            position: report.position,
            course_deg: report.heading_deg.or_else(|| track.estimate.as_ref()?.course_deg()),
            sigma_m: world.settings.reports.usual_accuracy_m,
            moved_m: track.last().map_or(0.0, |last| last.position.distance_m(report.position)),
        };
        Ok(HazardObservation {
            on_road: world.matcher.place(track.place, &sighting).map(on_road),
            until: report.ts + i64::from(report.validity_s) * 1_000,
            vehicle: report.vehicle,
            ts: report.ts,
            position: report.position,
            cause: report.cause,
            cancel: report.cancel,
        })
    }

    /// Forgets vehicles that have been silent since `before`, handing each to `farewell` first.
    pub(crate) fn forget_silent(&mut self, before: Timestamp, mut farewell: impl FnMut(&Track)) {
        for (number, slot) in (0..).zip(&mut self.tracks) {
            let is_silent = |track: &mut Track| track.heard.is_some_and(|heard| heard < before);
            if let Some(gone) = slot.take_if(is_silent) {
                self.by_vehicle.remove(&gone.vehicle);
                self.free.push(number);
                farewell(&gone);
            }
        }
    }

    /// The vehicles that are in a zone, or nearly.
    pub(crate) fn visitors_mut(&mut self) -> impl Iterator<Item = &mut Track> {
        self.tracks.iter_mut().flatten().filter(|track| !track.visits.is_empty())
    }
}

/// What a report is held against.
pub(crate) struct World<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) matcher: &'a Matcher,
    pub(crate) zones: &'a Zones,
}

#[allow(clippy::cast_possible_truncation)]
fn measured(report: &PositionReport, settings: &Settings) -> Measured {
    Measured {
        ts: report.ts,
        position: report.position,
        // A vehicle that claims to be more exact than the road is wide gains nothing by it.
        sigma_m: report.accuracy_m.unwrap_or(settings.reports.usual_accuracy_m).clamp(0.5, 1_000.0) as f32,
        speed_mps: report.speed_mps,
        heading_deg: report.heading_deg,
    }
}

fn fix(estimate: &Estimate) -> Fix {
    Fix { ts: estimate.ts, position: estimate.position, sigma_m: estimate.sigma_m() }
}

fn on_road(place: Place) -> OnRoad {
    OnRoad { link: place.link.0, offset_m: f64::from(place.offset_m) }
}

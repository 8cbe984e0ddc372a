//! What is known of one vehicle, and what a report makes of it.

use super::clean::check_step;
use super::course::{Course, Motion, Stand};
use super::filter::{Estimate, Measured};
use super::fix::Fix;
use super::visit::Crossing;
use super::zones::Zones;
use crate::observation::{HazardObservation, Observation, OnRoad};
use crate::settings::Settings;
use model::geo::{Scale, unit_vector};
use model::{DropReason, HazardReport, PositionReport, Timestamp, VehicleKind};
use roadnet::matching::{Matcher, Place, Sighting};
use serde::{Deserialize, Serialize};

/// What is known of one vehicle. Two lines of the processor's cache: a report of one vehicle among very many waits for
/// little else.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[repr(align(64))]
pub(crate) struct Track {
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
    /// Its course among the zones.
    pub(crate) course: Course,
    /// The last hazard report used.
    last_hazard: Option<Timestamp>,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            estimate: None,
            place: None,
            speed_mps: 0.0,
            heading_deg: None,
            kind: None,
            still_since: None,
            course: Course::default(),
            last_hazard: None,
        }
    }
}

/// What came of a position report.
pub(crate) struct Moved {
    pub(crate) observation: Observation,
    pub(crate) crossings: Vec<Crossing>,
    /// Whether what must survive a restart changed.
    pub(crate) visits_changed: bool,
}

impl Track {
    /// Looks at both lines that the track takes; gives something that depends on them.
    pub(crate) fn look_ahead(&self) -> i64 {
        let time = |ts: Option<Timestamp>| ts.map_or(0, Timestamp::as_ms);
        let at = self.estimate.map(|estimate| estimate.ts);
        time(at) ^ time(self.still_since) ^ time(self.last_hazard) ^ i64::from(self.speed_mps.to_bits())
    }

    /// Looks at what the next report will need first on the road (see [`Matcher::look_ahead`]).
    pub(crate) fn look_ahead_on_road(&self, matcher: &Matcher) -> u32 {
        self.place.map_or(0, |place| matcher.look_ahead(place))
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

    /// Takes a position report.
    ///
    /// # Errors
    /// Why it is not used.
    pub(crate) fn handle_position(
        &mut self,
        number: u32,
        report: PositionReport,
        world: &World<'_>,
    ) -> Result<Moved, DropReason> {
        let measured = measured(&report, world.settings);
        let before = self.last();
        if let Some(before) = before {
            let reported = Fix { ts: report.ts, position: report.position, sigma_m: measured.sigma_m };
            check_step(&world.settings.reports, measured.scale, before, reported)?;
        }
        let estimate = match &self.estimate {
            Some(last) => last.next(&measured),
            None => Estimate::first(&measured),
        };
        let here = fix(&estimate);
        let moved_m = before.map_or(0.0, |before| measured.scale.distance_m(before.position, here.position));
        let sighting = Sighting {
            position: here.position,
            course: estimate.course(),
            sigma_m: f64::from(here.sigma_m),
            moved_m,
        };
        let place = world.matcher.place(self.place, &sighting);
        let left_link =
            self.place.map(|old| old.link.0).filter(|old| place.map(|new| new.link.0) != Some(*old));
        #[allow(clippy::cast_possible_truncation)]
        let speed_mps = report.speed_mps.map_or_else(|| estimate.speed_mps(), |speed| speed as f32);
        let is_still = f64::from(speed_mps) < world.settings.accidents.standstill_mps;
        self.still_since = if is_still { self.still_since.or(Some(report.ts)) } else { None };
        let motion = Motion {
            sigma_m: measured.sigma_m,
            speed_mps,
            is_reported: report.speed_mps.is_some(),
            moved_m,
            scale: measured.scale,
        };
        let stood =
            before.map(|before| Stand { ts: before.ts, position: before.position, place: self.place });
        let stands = Stand { ts: here.ts, position: here.position, place };
        let (crossings, visits_changed) = self.course.follow(stood, stands, motion, world);
        self.estimate = Some(estimate);
        self.speed_mps = speed_mps;
        #[allow(clippy::cast_possible_truncation)]
        let heading_deg = report.heading_deg.or_else(|| estimate.course_deg()).map(|degrees| degrees as f32);
        self.heading_deg = heading_deg.or(self.heading_deg);
        self.kind = report.kind.or(self.kind);
        self.place = place;
        #[allow(clippy::cast_possible_truncation)]
        let observation = Observation {
            vehicle: report.vehicle,
            track: number,
            ts: report.ts,
            position: here.position,
            sigma_m: here.sigma_m,
            accuracy_m: measured.sigma_m,
            speed_mps: Some(f64::from(speed_mps)),
            acceleration_mps2: report.acceleration_mps2.map(|acceleration| acceleration as f32),
            kind: self.kind,
            on_road: place.map(on_road),
            right_m: place.map_or(0.0, |place| place.right_m),
            left_link,
            still_since: self.still_since,
        };
        Ok(Moved { observation, crossings, visits_changed })
    }

    /// Takes a hazard report.
    ///
    /// # Errors
    /// Why it is not used.
    pub(crate) fn handle_hazard(
        &mut self,
        report: HazardReport,
        world: &World<'_>,
    ) -> Result<HazardObservation, DropReason> {
        match self.last_hazard {
            Some(last) if last == report.ts => return Err(DropReason::Duplicate),
            Some(last) if last > report.ts => return Err(DropReason::OutOfOrder),
            _ => {}
        }
        self.last_hazard = Some(report.ts);
        let sighting = Sighting {
            position: report.position,
            course: report.heading_deg.map(unit_vector).or_else(|| self.estimate.as_ref()?.course()),
            sigma_m: world.settings.reports.usual_accuracy_m,
            moved_m: self.last().map_or(0.0, |last| last.position.distance_m(report.position)),
        };
        Ok(HazardObservation {
            on_road: world.matcher.place(self.place, &sighting).map(on_road),
            until: report.ts + i64::from(report.validity_s) * 1_000,
            vehicle: report.vehicle,
            ts: report.ts,
            position: report.position,
            cause: report.cause,
            cancel: report.cancel,
        })
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
        scale: Scale::at(report.position),
    }
}

fn fix(estimate: &Estimate) -> Fix {
    Fix { ts: estimate.ts, position: estimate.position, sigma_m: estimate.sigma_m() }
}

fn on_road(place: Place) -> OnRoad {
    OnRoad { link: place.link.0, offset_m: f64::from(place.offset_m) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_takes_two_cache_lines() {
        assert_eq!(size_of::<Track>(), 128);
    }
}

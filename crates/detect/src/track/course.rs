//! The course of one vehicle among the zones: which way it took from one report to the next, and which borders it crossed.

use super::fix::Fix;
use super::stop::Stop;
use super::tracks::World;
use super::visit::{Crossing, Visit};
use super::visits::{Followed, Going, follow, undecided};
use model::geo::Scale;
use model::{LatLon, Timestamp};
use roadnet::matching::Place;
use serde::{Deserialize, Serialize};

/// A vehicle on a road is taken to be on its carriageway if it seems to be at most so far beside it, in standard
/// deviations of its position …
const PULL_SIGMAS: f64 = 3.0;
/// … and in metres.
const MOST_PULL_M: f64 = 15.0;
/// A vehicle that went farther than this between two reports followed the road, not the straight line between, in metres.
const ROAD_MATTERS_M: f64 = 25.0;
/// A way along roads is at most so much longer than the straight line between its ends …
const DETOUR: f64 = 1.5;
/// … and so many metres.
const DETOUR_M: f64 = 30.0;

/// What is known of a vehicle's course. What few vehicles have at a time is kept apart: there may be a million of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Course {
    /// `None` = no visits.
    visiting: Option<Box<Visiting>>,
    stop: Option<Box<Stop>>,
    /// How exact the last position was, one standard deviation in metres.
    sigma_m: f32,
    /// How far it can still go without meeting a zone's border, in metres, as of this generation of zones.
    clear_m: f32,
    zones_known: u32,
    /// Whether some visit is not sure yet, so that every report matters.
    is_undecided: bool,
    /// Whether it was told to have left its zones since its last report, because it was silent.
    was_silent: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visiting {
    visits: Vec<Visit>,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            visiting: None,
            stop: None,
            sigma_m: 0.0,
            clear_m: -1.0,
            zones_known: 0,
            is_undecided: false,
            was_silent: false,
        }
    }
}

/// A vehicle at one of its reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stand {
    pub(crate) ts: Timestamp,
    /// Where it is, as estimated.
    pub(crate) position: LatLon,
    pub(crate) place: Option<Place>,
}

/// What a report says beside the place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion {
    /// Standard deviation of the reported position in metres. That of an estimate made of many reports would promise too
    /// much: a receiver's error hardly changes from one report to the next.
    pub(crate) sigma_m: f32,
    pub(crate) speed_mps: f32,
    /// Whether the speed was reported, not estimated.
    pub(crate) is_reported: bool,
    /// Metres from the last estimate to this.
    pub(crate) moved_m: f64,
    /// Metres a degree there.
    pub(crate) scale: Scale,
}

impl Course {
    /// Its visits to zones.
    pub(crate) fn visits(&self) -> &[Visit] {
        self.visiting.as_ref().map_or(&[], |visiting| &visiting.visits)
    }

    /// Looks at the visits if the next report will ask for them, most likely; gives something that depends on them.
    pub(crate) fn look_ahead(&self) -> usize {
        let is_wanted = self.is_undecided || f64::from(self.clear_m) < ROAD_MATTERS_M + MOST_PULL_M;
        let visits = if is_wanted { self.visits() } else { &[] };
        visits.first().map_or(0, |visit| visit.zone.as_str().len() + usize::from(visit.inside))
    }

    /// Puts visits in place of those there are.
    pub(crate) fn set_visits(&mut self, visits: Vec<Visit>) {
        self.is_undecided = undecided(&visits);
        match &mut self.visiting {
            _ if visits.is_empty() => self.visiting = None,
            Some(visiting) => visiting.visits = visits,
            None => self.visiting = Some(Box::new(Visiting { visits })),
        }
    }

    /// Ends the visits of a vehicle that fell silent, and gives them.
    pub(crate) fn fall_silent(&mut self) -> Vec<Visit> {
        let visits = self.take_visits();
        self.visiting = None;
        self.was_silent |= !visits.is_empty();
        visits
    }

    fn take_visits(&mut self) -> Vec<Visit> {
        self.is_undecided = false;
        // Whoever puts visits back finds the box where it was.
        self.visiting.as_mut().map_or_else(Vec::new, |visiting| std::mem::take(&mut visiting.visits))
    }

    /// Takes a vehicle on from the last report, if there was one, to this. Gives the zones it entered or left, and whether
    /// anything about its visits changed; nothing is looked at while it is clear of borders.
    pub(crate) fn follow(
        &mut self,
        before: Option<Stand>,
        here: Stand,
        motion: Motion,
        world: &World<'_>,
    ) -> (Vec<Crossing>, bool) {
        let sigma_before_m = std::mem::replace(&mut self.sigma_m, motion.sigma_m);
        let reported = Fix { ts: here.ts, position: here.position, sigma_m: motion.sigma_m };
        let stop_before = self.stop.as_deref().copied();
        let stop = Stop::next(stop_before, reported, &motion);
        match (&mut self.stop, stop) {
            (Some(slot), Some(stop)) => **slot = stop,
            (slot, stop) => *slot = stop.map(Box::new),
        }
        let moved_m = match (stop_before, stop) {
            (None, None) => motion.moved_m,
            (before, after) => {
                let from = before.map(|stop| stop.place);
                let to = after.map_or(here.position, |stop| stop.place);
                from.map_or(motion.moved_m, |from| motion.scale.distance_m(from, to))
            }
        };
        #[allow(clippy::cast_possible_truncation)]
        {
            self.clear_m -= moved_m as f32;
        }
        let detour_m = if moved_m > ROAD_MATTERS_M { moved_m * (DETOUR - 1.0) + DETOUR_M } else { 0.0 };
        let known = self.zones_known == world.zones.generation();
        let is_clear = f64::from(self.clear_m) > detour_m + MOST_PULL_M;
        if known && is_clear && !self.is_undecided && !self.was_silent {
            return (Vec::new(), false);
        }
        let was_silent = std::mem::take(&mut self.was_silent);
        let from = before.map(|before| self.was_at(before, stop_before, stop, sigma_before_m, world));
        let to = match stop {
            // Whatever says where it stands says where it stopped, unless it was told to have left since then.
            Some(stop) => Fix {
                ts: if was_silent { here.ts } else { stop.since },
                position: stop.place,
                sigma_m: motion.sigma_m,
            },
            None => Fix { position: on_carriageway(here, motion.sigma_m, world), ..reported },
        };
        let mut visits = self.take_visits();
        let along_road =
            from.and_then(|from| along_road((from, before?.place?), (to, here.place?), moved_m, world));
        let straight = [from.unwrap_or(to), to];
        let way = match &along_road {
            Some(way) => way.as_slice(),
            None => &straight[usize::from(from.is_none())..],
        };
        let at = stop.map_or(here.position, |stop| stop.place);
        let going = Going { way, at, now: here.ts, was_silent, zones_known: known };
        let Followed { crossings, changed, distances } =
            follow(&mut visits, world.zones, &world.settings.zones, &going);
        self.set_visits(visits);
        #[allow(clippy::cast_possible_truncation)]
        {
            // Where the next report will be looked at in any case, it does not matter how clear the vehicle is.
            self.clear_m = match self.is_undecided {
                true => 0.0,
                false => world.zones.clearance_m(at, &distances, MOST_PULL_M) as f32,
            };
        }
        self.zones_known = world.zones.generation();
        (crossings, changed)
    }

    /// Where the vehicle was when its last report came.
    fn was_at(
        &self,
        before: Stand,
        stop_before: Option<Stop>,
        stop: Option<Stop>,
        sigma_m: f32,
        world: &World<'_>,
    ) -> Fix {
        match (stop_before, stop) {
            (Some(stop_before), stop) => Fix {
                ts: if stop.is_some() { stop_before.since } else { before.ts },
                position: stop_before.place,
                sigma_m,
            },
            (None, _) => Fix { ts: before.ts, position: on_carriageway(before, sigma_m, world), sigma_m },
        }
    }
}

/// Where a vehicle on a road is, if it keeps to the carriageway: what lies beside it is the receiver's error.
fn on_carriageway(stand: Stand, sigma_m: f32, world: &World<'_>) -> LatLon {
    let most_m = (PULL_SIGMAS * f64::from(sigma_m)).min(MOST_PULL_M);
    match stand.place {
        Some(place) => world.matcher.on_carriageway(&place, stand.position, most_m),
        None => stand.position,
    }
}

/// The way along the road from one fix to another, if it matters and there is one.
fn along_road(
    (from, place_before): (Fix, Place),
    (to, place): (Fix, Place),
    moved_m: f64,
    world: &World<'_>,
) -> Option<Vec<Fix>> {
    if moved_m <= ROAD_MATTERS_M {
        return None;
    }
    let corners = world.matcher.way(&place_before, &place, moved_m * DETOUR + DETOUR_M)?;
    let mut way = Vec::with_capacity(corners.len() + 2);
    way.push(from);
    let mut gone_m = 0.0;
    let mut last = from.position;
    let mut gone: Vec<f64> = Vec::with_capacity(corners.len());
    for corner in &corners {
        gone_m += last.distance_m(*corner);
        gone.push(gone_m);
        last = *corner;
    }
    let length_m = gone_m + last.distance_m(to.position);
    for (corner, gone_m) in corners.into_iter().zip(gone) {
        way.push(Fix { position: corner, ..from.towards(to, gone_m / length_m) });
    }
    way.push(to);
    Some(way)
}

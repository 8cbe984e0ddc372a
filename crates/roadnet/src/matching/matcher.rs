//! Following a vehicle along the network.

use super::grid::{Grid, REACH_M};
use super::segments::{Segment, Segments};
use crate::{LinkIdx, Network};
use model::LatLon;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Segments looked at along the way of a vehicle that moved a short way.
const MAX_STEPS_NEAR: usize = 48;
/// Segments looked at along the way of a vehicle that moved far between two reports.
const MAX_STEPS_FAR: usize = 256;
/// A move longer than this is far, in metres.
const FAR_M: f32 = 150.0;
/// So near the end of a segment the next report is likely to need what goes on from it, in metres.
const NEAR_END_M: f32 = 50.0;
/// What explains a sighting this well needs no other explanation.
const GOOD: f32 = 2.0;

/// How willingly a vehicle is put on a road.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatchSettings {
    /// Farther than this off every carriageway a vehicle is on none, in metres, beyond twice its own uncertainty.
    pub reach_m: f64,
    /// What a course against the road's direction costs; half of it for a right angle. In half squared sigmas, as
    /// distances cost.
    pub wrong_way_cost: f64,
    /// How much better another road must explain what is seen than the way the vehicle was on.
    pub change_cost: f64,
    /// Least standard deviation of a position, in metres, whatever a vehicle says.
    pub least_sigma_m: f64,
}

impl Default for MatchSettings {
    fn default() -> Self {
        Self { reach_m: 20.0, wrong_way_cost: 24.0, change_cost: 3.0, least_sigma_m: 3.0 }
    }
}

/// What is seen of a vehicle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    /// Where.
    pub position: LatLon,
    /// Its course as a unit vector (east, north); `None` where it stands or the course is not known.
    pub course: Option<[f32; 2]>,
    /// Standard deviation of the position in metres.
    pub sigma_m: f64,
    /// How far it moved since the last place, in metres.
    pub moved_m: f64,
}

/// A place on the network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The link.
    pub link: LinkIdx,
    /// Metres from the beginning of the link.
    pub offset_m: f32,
    /// Metres right of the link's line; negative = left.
    pub right_m: f32,
    segment: SegmentIdx,
}

/// The number of a segment, kept as one more: an `Option<Place>` takes no more room than a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct SegmentIdx(NonZeroU32);

impl SegmentIdx {
    fn new(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    fn get(self) -> u32 {
        self.0.get() - 1
    }
}

/// A place with what it costs to believe it.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    cost: f32,
    place: Place,
}

/// Puts sightings on the network.
#[derive(Debug)]
pub struct Matcher {
    network: Arc<Network>,
    segments: Segments,
    grid: Grid,
    settings: MatchSettings,
}

/// A sighting on the plane.
struct Seen {
    x_m: f32,
    y_m: f32,
    course: Option<[f32; 2]>,
    /// One over twice the variance.
    per_half_variance: f32,
    sigma_m: f32,
    moved_m: f32,
}

impl Matcher {
    /// A matcher for this network.
    #[must_use]
    pub fn new(network: Arc<Network>, settings: MatchSettings) -> Self {
        let segments = Segments::of(&network);
        let grid = Grid::new(&segments);
        Self { network, segments, grid, settings }
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// Looks at what [`Matcher::place`] will need first for a vehicle at `place`, and gives something that depends on it:
    /// whoever does so for many vehicles in a row waits for the memory once, not once for each.
    #[must_use]
    pub fn look_ahead(&self, place: Place) -> u32 {
        let (rows, number) = (&self.segments.rows, place.segment.get() as usize);
        let Some(segment) = rows.get(number) else { return 0 };
        let next = rows.get(number + 1).map_or(0, |next| next.link);
        let is_near_end = segment.start_m + segment.length_m - place.offset_m < NEAR_END_M;
        let onward = if is_near_end { self.segments.onward(segment.link) } else { &[] };
        onward.iter().fold(segment.link ^ next, |sum, first| sum ^ rows[*first as usize].link)
    }

    /// The most likely place of a vehicle that was at `last`; `None` where it is on no road.
    #[must_use]
    pub fn place(&self, last: Option<Place>, sighting: &Sighting) -> Option<Place> {
        let seen = self.seen(sighting);
        let held = last.and_then(|last| self.along(last, &seen));
        match held {
            Some(held) if held.cost <= GOOD => return Some(held.place),
            _ => {}
        }
        #[allow(clippy::cast_possible_truncation)]
        let change = if held.is_some() { self.settings.change_cost as f32 } else { 0.0 };
        let other = self.around(&seen).map(|other| Candidate { cost: other.cost + change, ..other });
        match (held, other) {
            (Some(held), Some(other)) if other.cost < held.cost => Some(other.place),
            (Some(held), _) => Some(held.place),
            (None, other) => other.map(|other| other.place),
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn seen(&self, sighting: &Sighting) -> Seen {
        let (x, y) = self.segments.plane.to_xy_m(sighting.position);
        let sigma_m = sighting.sigma_m.max(self.settings.least_sigma_m) as f32;
        Seen {
            x_m: x as f32,
            y_m: y as f32,
            course: sighting.course,
            per_half_variance: 0.5 / (sigma_m * sigma_m),
            sigma_m,
            moved_m: sighting.moved_m as f32,
        }
    }

    /// How far off a carriageway it may be.
    #[allow(clippy::cast_possible_truncation)]
    fn reach_m(&self, seen: &Seen) -> f32 {
        self.settings.reach_m as f32 + 2.0 * seen.sigma_m
    }

    #[allow(clippy::cast_possible_truncation)]
    fn candidate(&self, number: u32, segment: &Segment, seen: &Seen) -> (f32, Candidate) {
        let (along_m, off_m, right_m) = segment.project(seen.x_m, seen.y_m);
        let beyond_m = (off_m - segment.half_width_m).max(0.0);
        let turned = match seen.course {
            Some([east, north]) => 1.0 - (east * segment.east + north * segment.north),
            None => 0.0,
        };
        let cost = beyond_m * beyond_m * seen.per_half_variance
            + off_m * off_m * seen.per_half_variance * 0.1
            + turned * 0.5 * self.settings.wrong_way_cost as f32;
        let place = Place {
            link: LinkIdx(segment.link),
            offset_m: segment.start_m + along_m,
            right_m,
            segment: SegmentIdx::new(number),
        };
        (beyond_m, Candidate { cost, place })
    }

    /// The best place on the way the vehicle is on: back a little on its link, and forward along every way that goes
    /// on from it.
    fn along(&self, last: Place, seen: &Seen) -> Option<Candidate> {
        let rows = &self.segments.rows;
        let last_segment = last.segment.get();
        let from = rows.get(last_segment as usize)?;
        let reach_m = self.reach_m(seen);
        let slack_m = 3.0 * seen.sigma_m + 15.0;
        let ahead_m = seen.moved_m * 1.4 + slack_m;
        let mut best: Option<Candidate> = None;
        // `travelled_m` = from the last place to the beginning of the segment.
        let mut look = |number: u32, travelled_m: f32| {
            let segment = &rows[number as usize];
            let (beyond_m, mut candidate) = self.candidate(number, segment, seen);
            let travelled_m = travelled_m + candidate.place.offset_m - segment.start_m;
            let surprise_m = ((travelled_m - seen.moved_m).abs() - 2.0 * seen.sigma_m).max(0.0);
            let spread_m = slack_m + 0.3 * seen.moved_m;
            candidate.cost += 0.5 * (surprise_m / spread_m) * (surprise_m / spread_m);
            if beyond_m <= reach_m && best.is_none_or(|best| candidate.cost < best.cost) {
                best = Some(candidate);
            }
        };
        let mut steps = if seen.moved_m > FAR_M { MAX_STEPS_FAR } else { MAX_STEPS_NEAR };

        let here_m = last.offset_m;
        // Where the link begins there is nothing to go back to.
        let before = if from.start_m > 0.0 { 0..last_segment } else { 0..0 };
        for number in before.rev() {
            let segment = &rows[number as usize];
            if segment.link != from.link
                || steps == 0
                || here_m - (segment.start_m + segment.length_m) > slack_m
            {
                break;
            }
            steps -= 1;
            look(number, segment.start_m - here_m);
        }
        let mut ways: [(u32, f32); 16] = [(0, 0.0); 16];
        let mut open = 1;
        ways[0] = (last_segment, from.start_m - here_m);
        while open > 0 {
            open -= 1;
            let (mut number, mut travelled_m) = ways[open];
            let link = rows[number as usize].link;
            let mut is_through = false;
            while !is_through && travelled_m <= ahead_m && steps > 0 {
                steps -= 1;
                look(number, travelled_m);
                travelled_m += rows[number as usize].length_m;
                number += 1;
                is_through = rows.get(number as usize).is_none_or(|next| next.link != link);
            }
            if !is_through || travelled_m > ahead_m || steps == 0 {
                continue;
            }
            for next in self.segments.onward(link) {
                if open < ways.len() {
                    ways[open] = (*next, travelled_m);
                    open += 1;
                }
            }
        }
        best
    }

    /// The best place on any road near by.
    fn around(&self, seen: &Seen) -> Option<Candidate> {
        let reach_m = self.reach_m(seen);
        let mut best: Option<Candidate> = None;
        for number in self.grid.near(seen.x_m, seen.y_m, reach_m.max(REACH_M)) {
            let segment = &self.segments.rows[number as usize];
            let (beyond_m, candidate) = self.candidate(number, segment, seen);
            if beyond_m <= reach_m && best.is_none_or(|best| candidate.cost < best.cost) {
                best = Some(candidate);
            }
        }
        best
    }

    /// A position that was put at `place`, pulled sideways onto the carriageway there; left as it is where it lies more
    /// than `most_m` metres beside it.
    #[must_use]
    pub fn on_carriageway(&self, place: &Place, position: LatLon, most_m: f64) -> LatLon {
        let Some(segment) = self.segments.rows.get(place.segment.get() as usize) else { return position };
        let pull_m = place.right_m.clamp(-segment.half_width_m, segment.half_width_m) - place.right_m;
        if pull_m == 0.0 || f64::from(pull_m.abs()) > most_m {
            return position;
        }
        let (x_m, y_m) = self.segments.plane.to_xy_m(position);
        let (east_m, north_m) = (f64::from(pull_m * segment.north), f64::from(-pull_m * segment.east));
        self.segments.plane.to_lat_lon(x_m + east_m, y_m + north_m)
    }

    /// The length of a link in metres, as places on it are measured.
    #[must_use]
    pub fn length_m(&self, link: LinkIdx) -> f32 {
        self.segments.spans[link.0 as usize].length_m
    }
}

//! Who is on which link, and how each gets on.

use super::jam::FAST_MPS;
use super::lights::Lights;
use super::occupant::Occupant;
use super::red::Red;
use super::reporting::{self, Ahead, Reporting};
use super::spot::Spot;
use crate::observation::{Observation, OnRoad};
use crate::settings::JamSettings;
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

/// Faster than this share of the limit one drives past, rather than along with, those who stand.
const PASSING_RATIO: f64 = 0.55;
/// After a restart everybody who is there has reported within this time, in ms.
const RETURN_MS: i64 = 120_000;
/// Those who report no more are cleared away so often, in ms of the reports' time.
const SWEEP_MS: i64 = 10_000;

/// The latest observation of every vehicle on a road.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RoadTraffic {
    /// By number of the vehicle in the track stage.
    vehicles: Vec<Option<Occupant>>,
    /// The vehicles on each link, by number of the link.
    links: Vec<Vec<Spot>>,
    /// Speed limit and length of each link, in m/s and metres, side by side in memory.
    #[serde(skip)]
    limits_mps: Vec<f64>,
    #[serde(skip)]
    lengths_m: Vec<f64>,
    /// How many are on a road.
    occupants: usize,
    /// Who has not reported since is not counted any more.
    fresh_since: Option<Timestamp>,
    /// When those were last cleared away, by the same reckoning.
    swept: Option<Timestamp>,
    /// Links where a jam was when a former run ended: who stands there is not parked.
    jammed: BTreeSet<u32>,
    /// Until when that counts.
    jammed_until: Option<Timestamp>,
    #[serde(skip)]
    lights: Lights,
    red: Red,
    reporting: Reporting,
}

impl RoadTraffic {
    pub(crate) fn on(network: &Network) -> Self {
        Self {
            vehicles: Vec::new(),
            links: vec![Vec::new(); network.link_count()],
            limits_mps: network.links().map(|(_, link)| link.speed_limit_mps).collect(),
            lengths_m: network.links().map(|(_, link)| link.line.length_m()).collect(),
            occupants: 0,
            fresh_since: None,
            swept: None,
            jammed: BTreeSet::new(),
            jammed_until: None,
            lights: Lights::of(network),
            red: Red::default(),
            reporting: Reporting::default(),
        }
    }

    /// Whether this memory can be one of the same network as `other`.
    pub(crate) fn fits(&self, other: &Self) -> bool {
        self.links.len() == other.links.len()
    }

    /// Takes a memory in place of its own; what derives from the network stays.
    pub(crate) fn recall(&mut self, memory: Self) {
        let Self { limits_mps, lengths_m, lights, .. } = std::mem::replace(self, memory);
        (self.limits_mps, self.lengths_m, self.lights) = (limits_mps, lengths_m, lights);
    }

    /// Takes whoever is first seen on these links for part of the traffic, even if they stand.
    pub(crate) fn expect_traffic(&mut self, links: Vec<u32>) {
        self.jammed.extend(links);
    }

    /// Speed limit of a link, in m/s.
    pub(crate) fn limit_mps(&self, link: LinkIdx) -> f64 {
        self.limits_mps[link.0 as usize]
    }

    /// Length of a link, in metres.
    pub(crate) fn length_m(&self, link: LinkIdx) -> f64 {
        self.lengths_m[link.0 as usize]
    }

    /// Where there are traffic lights.
    pub(crate) fn lights(&self) -> &Lights {
        &self.lights
    }

    /// The longest that a light is usually red, in seconds.
    pub(crate) fn red_s(&self) -> f64 {
        self.red.longest_s()
    }

    /// Looks at what the next observations of these vehicles will need, so that the processor waits for the memory once for
    /// all of them; gives the links that they are on.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) -> Vec<u32> {
        let occupants = numbers.iter().filter_map(|number| self.vehicles.get(*number as usize)?.as_ref());
        black_box(occupants.clone().fold(0, |sum, one| sum ^ one.ts.as_ms() ^ i64::from(one.passed_by())));
        let links: Vec<u32> = occupants.map(|one| one.link.0).collect();
        // One look after the other, as each needs what the one before has brought.
        let lists = links.iter().filter_map(|link| self.links.get(*link as usize));
        black_box(lists.clone().fold(0, |sum, list| sum ^ list.len()));
        black_box(lists.fold(0, |sum, list| sum ^ list.first().map_or(0, |spot| spot.track)));
        let limits_mps = links.iter().filter_map(|link| self.limits_mps.get(*link as usize));
        black_box(limits_mps.fold(0.0, |sum, limit_mps| sum + limit_mps));
        links
    }

    /// Takes an observation: the vehicle leaves the link it was on and is on the new one.
    pub(crate) fn observe(&mut self, observation: &Observation, network: &Network, settings: &JamSettings) {
        let number = observation.track as usize;
        if self.vehicles.len() <= number {
            self.vehicles.resize(number + 1, None);
        }
        let (Some(place), Some(speed_mps)) = (observation.on_road, observation.speed_mps) else {
            self.remove(observation.track);
            return;
        };
        let Some(occupant) = &mut self.vehicles[number] else {
            self.vehicles[number] =
                Some(Occupant::new(observation, place, speed_mps, self.jammed.contains(&place.link)));
            if let Some(occupant) = &self.vehicles[number] {
                self.links[place.link as usize].push(Spot::of(occupant));
                self.occupants += 1;
            }
            return;
        };
        let (old_link, old_m) = (occupant.link, occupant.offset_m);
        let limit_mps = self.limits_mps[place.link as usize];
        let step =
            occupant.advance(observation, place, speed_mps, limit_mps, (&self.lights, self.red), settings);
        let spot = Spot::of(occupant);
        if old_link.0 == place.link {
            let on_link = &mut self.links[place.link as usize];
            if let Some(own) = on_link.iter_mut().find(|own| own.track == spot.track) {
                *own = spot;
            }
            if step.ratio >= PASSING_RATIO && step.moved_m >= 2.0 {
                self.pass(place, old_m);
            }
        } else {
            self.leave(old_link, spot.track);
            self.links[place.link as usize].push(spot);
        }
        if let Some(waited_s) = step.waited_s {
            self.red.learn(waited_s);
        }
        if let Some(ahead) = step.waited_behind {
            self.reporting.learn(ahead);
        }
        if step.stops {
            let ahead = self.ahead(observation, place, network);
            if let Some(occupant) = &mut self.vehicles[number] {
                occupant.ahead = ahead;
            }
        }
    }

    /// What somebody who has just come to rest has ahead, where a queue must be if they wait in one.
    fn ahead(&self, observation: &Observation, place: OnRoad, network: &Network) -> Option<Ahead> {
        let link = network.link(LinkIdx(place.link));
        let end_m = link.line.length_m() - place.offset_m;
        if place.offset_m < reporting::JUNCTION_M {
            return None;
        }
        let light_m = self.lights.ahead_m(LinkIdx(place.link), place.offset_m).unwrap_or(end_m);
        let reach_m = reporting::reach_m(light_m.min(end_m), link.speed_limit_mps < FAST_MPS)?;
        let others = self.links[place.link as usize].iter().filter(|other| {
            let ahead_m = other.offset_m() - place.offset_m;
            other.track != observation.track
                && (-reporting::BESIDE_M..=reach_m + reporting::HALF_M).contains(&ahead_m)
        });
        let in_traffic = others.filter(|other| {
            let other = self.vehicles[other.track as usize].as_ref();
            other.is_some_and(|other| !other.is_apart(observation.ts))
        });
        Some(Ahead::of(in_traffic.count(), reach_m, link.lanes))
    }

    /// Whoever stands between the two ends of a step has been driven past.
    fn pass(&mut self, place: OnRoad, from_m: f64) {
        for other in &self.links[place.link as usize] {
            let offset_m = other.offset_m();
            if other.stands
                && offset_m >= from_m
                && offset_m < place.offset_m
                && let Some(other) = &mut self.vehicles[other.track as usize]
            {
                other.pass_by();
            }
        }
    }

    fn remove(&mut self, track: u32) {
        if let Some(occupant) = self.vehicles[track as usize].take() {
            self.occupants -= 1;
            self.leave(occupant.link, track);
        }
    }

    /// Takes a vehicle off the list of a link; the others keep their order.
    fn leave(&mut self, link: LinkIdx, track: u32) {
        let on_link = &mut self.links[link.0 as usize];
        if let Some(at) = on_link.iter().position(|other| other.track == track) {
            on_link.remove(at);
        }
    }

    /// Whether nobody is on any road.
    pub(crate) fn is_empty(&self) -> bool {
        self.occupants == 0
    }

    /// Counts nobody who has not reported since `before`, and forgets them now and then.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        if !self.jammed.is_empty() && before >= *self.jammed_until.get_or_insert(before + RETURN_MS) {
            self.jammed.clear();
        }
        self.fresh_since = Some(before);
        if self.swept.is_some_and(|swept| before.since_ms(swept) < SWEEP_MS) {
            return;
        }
        self.swept = Some(before);
        let (vehicles, gone) = (&mut self.vehicles, &mut self.occupants);
        for occupants in &mut self.links {
            occupants.retain(|spot| {
                let slot = &mut vehicles[spot.track as usize];
                let fresh = slot.as_ref().is_some_and(|occupant| occupant.ts >= before);
                if !fresh {
                    *gone -= usize::from(slot.take().is_some());
                }
                fresh
            });
        }
    }

    /// A vehicle, if it has reported lately.
    fn fresh(&self, spot: Spot) -> Option<&Occupant> {
        let is_fresh = self.fresh_since.is_none_or(|since| spot.is_since(since));
        if is_fresh { self.vehicles.get(spot.track as usize)?.as_ref() } else { None }
    }

    /// A vehicle that is on a road.
    pub(crate) fn get(&self, track: u32) -> Option<&Occupant> {
        self.vehicles.get(track as usize)?.as_ref()
    }

    /// The vehicles on a link that have reported lately, in no particular order, as others see them.
    pub(crate) fn spots(&self, link: LinkIdx) -> impl Iterator<Item = Spot> {
        let spots = self.links.get(link.0 as usize).into_iter().flatten().copied();
        spots.filter(|spot| self.fresh_since.is_none_or(|since| spot.is_since(since)))
    }

    /// The vehicles that queue on each link at `now`, by their place on it.
    pub(crate) fn queueing(&self, now: Timestamp, settings: &JamSettings) -> BTreeMap<u32, Vec<&Occupant>> {
        let mut links = BTreeMap::new();
        for (link, spots) in (0..).zip(&self.links) {
            let slow = spots.iter().filter(|spot| spot.is_slow).filter_map(|spot| self.fresh(*spot));
            let mut queueing: Vec<&Occupant> =
                slow.filter(|occupant| occupant.queues(now, settings)).collect();
            if !queueing.is_empty() {
                queueing.sort_by(|a, b| a.offset_m.total_cmp(&b.offset_m).then(a.track.cmp(&b.track)));
                links.insert(link, queueing);
            }
        }
        links
    }

    /// The share of all vehicles that report, as far as queues have told.
    pub(crate) fn share(&self, settings: &JamSettings) -> f64 {
        self.reporting.share(settings)
    }

    /// Mean speed over free-flow speed of each link that has traffic, 0…1.
    pub(crate) fn speed_ratios<'a>(
        &'a self,
        network: &'a Network,
    ) -> impl Iterator<Item = (LinkIdx, f64)> + 'a {
        let links = (0..).zip(&self.links).filter(|(_, occupants)| !occupants.is_empty());
        links.filter_map(|(link, _)| {
            let (mut sum, mut count) = (0.0, 0_u32);
            self.spots(LinkIdx(link)).for_each(|spot| {
                sum += spot.speed_mps();
                count += 1;
            });
            let mean_mps = sum / f64::from(count.max(1));
            let limit_mps = network.link(LinkIdx(link)).speed_limit_mps;
            (count > 0).then(|| (LinkIdx(link), (mean_mps / limit_mps).min(1.0)))
        })
    }
}

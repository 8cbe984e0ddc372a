//! Who is on which link, and how each gets on.

use super::lights::Lights;
use super::occupant::{Occupant, Step};
use super::red::Red;
use super::reporting::Reporting;
use crate::observation::Observation;
use crate::settings::JamSettings;
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use std::collections::{BTreeMap, BTreeSet};

/// Faster than this share of the limit one drives past, rather than along with, those who stand.
const PASSING_RATIO: f64 = 0.55;
/// Who drives off so far before a stop line was in the queue there, and not at its very front, in metres.
const QUEUE_M: std::ops::Range<f64> = 22.0..60.0;
/// Who stands at the very beginning of a link waits in the junction before it, in metres.
const JUNCTION_M: f64 = 25.0;
/// After a restart everybody who is there has reported within this time, in ms.
const RETURN_MS: i64 = 120_000;
/// Those who report no more are cleared away so often, in ms of the reports' time.
const SWEEP_MS: i64 = 10_000;
/// Shorter stands are not for a red light, in seconds.
const ASKED_AFTER_S: f64 = 12.0;

/// The latest observation of every vehicle on a road.
#[derive(Debug)]
pub(crate) struct RoadTraffic {
    /// By number of the vehicle in the track stage.
    vehicles: Vec<Option<Occupant>>,
    /// The numbers of the vehicles on each link, by number of the link.
    links: Vec<Vec<u32>>,
    /// Links that somebody is slow on, or was.
    slow_links: BTreeSet<u32>,
    /// Speed limit of each link, in m/s.
    limits_mps: Vec<f64>,
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
    lights: Lights,
    red: Red,
    reporting: Reporting,
}

impl RoadTraffic {
    pub(crate) fn on(network: &Network) -> Self {
        Self {
            vehicles: Vec::new(),
            links: vec![Vec::new(); network.link_count()],
            slow_links: BTreeSet::new(),
            limits_mps: network.links().map(|(_, link)| link.speed_limit_mps).collect(),
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

    /// Takes whoever is first seen on these links for part of the traffic, even if they stand.
    pub(crate) fn expect_traffic(&mut self, links: Vec<u32>) {
        self.jammed.extend(links);
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
    /// all of them.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        let occupants = numbers.iter().filter_map(|number| self.vehicles.get(*number as usize)?.as_ref());
        std::hint::black_box(occupants.fold(0, |sum, one| sum ^ one.ts.as_ms() ^ i64::from(one.passed_by())));
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
            self.links[place.link as usize].push(observation.track);
            self.occupants += 1;
            return;
        };
        let (old_link, old_m) = (occupant.link, occupant.offset_m);
        let limit_mps = self.limits_mps[place.link as usize];
        let step =
            occupant.advance(observation, place, speed_mps, limit_mps, (&self.lights, self.red), settings);
        if occupant.slow_since.is_some() {
            self.slow_links.insert(place.link);
        }
        if old_link.0 == place.link {
            self.pass(observation, old_m, place.offset_m, &step);
        } else {
            self.links[old_link.0 as usize].retain(|other| *other != observation.track);
            self.links[place.link as usize].push(observation.track);
        }
        if step.stood_s.is_some() || step.waited_s.is_some() {
            self.learn(observation, &step, network);
        }
    }

    /// Learns from somebody who has driven off, or passed a light.
    fn learn(&mut self, observation: &Observation, step: &Step, network: &Network) {
        let Some(place) = observation.on_road else { return };
        if let Some(waited_s) = step.waited_s {
            self.red.learn(waited_s);
        }
        let offset_m = place.offset_m;
        let waited = ASKED_AFTER_S..self.red.longest_s() + ASKED_AFTER_S;
        let ahead_m = self.lights.ahead_m(LinkIdx(place.link), offset_m);
        if step.stood_s.is_some_and(|stood_s| waited.contains(&stood_s))
            && ahead_m.is_some_and(|ahead_m| QUEUE_M.contains(&ahead_m))
            && offset_m > JUNCTION_M
        {
            let others = self.links[place.link as usize].iter().filter(|other| **other != observation.track);
            let others = others.filter_map(|other| self.vehicles[*other as usize].as_ref());
            let moving = others.filter(|other| !other.is_apart(observation.ts));
            let lanes = network.link(LinkIdx(place.link)).lanes;
            self.reporting.ask(moving.map(|other| other.offset_m - offset_m), lanes);
        }
    }

    /// Whoever stood between the two ends of a step has been driven past.
    fn pass(&mut self, observation: &Observation, from_m: f64, to_m: f64, step: &Step) {
        let Some(place) = observation.on_road else { return };
        if step.ratio < PASSING_RATIO || step.moved_m < 2.0 || !self.slow_links.contains(&place.link) {
            return;
        }
        for other in &self.links[place.link as usize] {
            if let Some(other) = &mut self.vehicles[*other as usize]
                && other.stood_since.is_some()
                && other.offset_m >= from_m
                && other.offset_m < to_m
            {
                other.pass_by();
            }
        }
    }

    fn remove(&mut self, track: u32) {
        if let Some(occupant) = self.vehicles[track as usize].take() {
            self.occupants -= 1;
            self.links[occupant.link.0 as usize].retain(|other| *other != track);
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
        for (number, occupants) in (0..).zip(&mut self.links) {
            occupants.retain(|track| {
                let slot = &mut vehicles[*track as usize];
                let fresh = slot.as_ref().is_some_and(|occupant| occupant.ts >= before);
                if !fresh {
                    *gone -= usize::from(slot.take().is_some());
                }
                fresh
            });
            if self.slow_links.contains(&number)
                && !occupants
                    .iter()
                    .any(|track| vehicles[*track as usize].as_ref().is_some_and(|o| o.slow_since.is_some()))
            {
                self.slow_links.remove(&number);
            }
        }
    }

    /// The vehicles on a link, in no particular order.
    pub(crate) fn on_link(&self, link: LinkIdx) -> impl Iterator<Item = &Occupant> {
        let numbers = self.links.get(link.0 as usize).into_iter().flatten();
        let fresh = |occupant: &&Occupant| self.fresh_since.is_none_or(|since| occupant.ts >= since);
        numbers.filter_map(|track| self.vehicles[*track as usize].as_ref()).filter(fresh)
    }

    /// The vehicles that queue on each link at `now`, by their place on it.
    pub(crate) fn queueing(&self, now: Timestamp, settings: &JamSettings) -> BTreeMap<u32, Vec<&Occupant>> {
        let mut links = BTreeMap::new();
        for link in &self.slow_links {
            let mut queueing: Vec<&Occupant> =
                self.on_link(LinkIdx(*link)).filter(|occupant| occupant.queues(now, settings)).collect();
            if !queueing.is_empty() {
                queueing.sort_by(|a, b| a.offset_m.total_cmp(&b.offset_m).then(a.track.cmp(&b.track)));
                links.insert(*link, queueing);
            }
        }
        links
    }

    /// What queues have told so far of the share of vehicles that report.
    pub(crate) fn reporting(&self) -> Reporting {
        self.reporting
    }

    /// Keeps what they have told now.
    pub(crate) fn keep_reporting(&mut self, reporting: Reporting) {
        self.reporting = reporting;
    }

    /// Mean speed over free-flow speed of each link that has traffic, 0…1.
    pub(crate) fn speed_ratios<'a>(
        &'a self,
        network: &'a Network,
    ) -> impl Iterator<Item = (LinkIdx, f64)> + 'a {
        let links = (0..).zip(&self.links).filter(|(_, occupants)| !occupants.is_empty());
        links.filter_map(|(link, _)| {
            let (mut sum, mut count) = (0.0, 0_u32);
            self.on_link(LinkIdx(link)).for_each(|occupant| {
                sum += occupant.speed_mps;
                count += 1;
            });
            let mean_mps = sum / f64::from(count.max(1));
            let limit_mps = network.link(LinkIdx(link)).speed_limit_mps;
            (count > 0).then(|| (LinkIdx(link), (mean_mps / limit_mps).min(1.0)))
        })
    }
}

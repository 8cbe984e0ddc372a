//! Places on open road where vehicles crawl and then drive off freely, one after the other, always at the same point:
//! something stands there that does not report itself.
//!
//! The head of a jam at a merge or where a lane ends lies there, and a queue before a light lies before a light. What is left
//! are an obstacle, a wave of stop and go, which wanders up the road, a slow vehicle, behind which others wait to pass and
//! which wanders down the road, and drivers who slow down for reasons of their own, one now and then among many who do not.
//! As with vehicles at rest, an obstacle must be likelier than all of these together.

use super::layout::Layout;
use super::obstacle::{self, HeldUp};
use super::suspicion::probability;
use crate::observation::{Observation, OnRoad};
use crate::settings::{AccidentSettings, ms};
use model::{LatLon, Timestamp, VehicleKind};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Slower than this share of the limit is a crawl, faster than that is free.
const CRAWL_RATIO: f64 = 0.35;
const FREE_RATIO: f64 = 0.5;
/// Who has driven this far since it last crawled, in metres, has left the jam behind.
const AWAY_M: f64 = 80.0;
/// Who takes longer for that, in ms, has not driven off freely.
const AWAY_MS: i64 = 60_000;
/// A jam this far ahead, and farther than that beyond the place itself, makes its head no head, in metres.
const JAM_AHEAD_M: f64 = 1_000.0;
pub(crate) const BEYOND_M: f64 = 100.0;
/// The length of a piece of road, in metres.
const PIECE_M: f64 = 50.0;
/// Most releases, and vehicles that drove past, that are remembered on one link.
const MOST_RELEASES: usize = 256;
const MOST_PASSING: usize = 4_096;
/// Who drives freely this close to a place passes it freely, in metres: nobody drives farther between two reports.
const PASS_M: f64 = 80.0;

/// Where a vehicle last crawled.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Crawl {
    at: Timestamp,
    place: OnRoad,
    position: LatLon,
    /// How slow it has been, as a share of the limit.
    slowest: f64,
}

/// A vehicle that drove freely, and where.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Passing {
    track: u32,
    at: Timestamp,
    offset_m: f64,
}

/// A vehicle that crawled up to a place and drove off freely.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Release {
    track: u32,
    crawl: Crawl,
}

/// A place where several vehicles were held up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bottleneck {
    pub(crate) place: OnRoad,
    pub(crate) position: LatLon,
    /// When the first and the last of them were there.
    pub(crate) since: Timestamp,
    pub(crate) last: Timestamp,
    /// How sure it is that there is an obstacle, 0…1.
    pub(crate) confidence: f64,
}

/// What is known of where vehicles drive off.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bottlenecks {
    /// Speed limit of each link, in m/s.
    #[serde(skip)]
    limits_mps: Vec<f64>,
    crawling: BTreeMap<u32, Crawl>,
    releases: BTreeMap<u32, Vec<Release>>,
    /// Who drove freely on the links where somebody was held up.
    passing: BTreeMap<u32, Vec<Passing>>,
    /// When somebody last crawled on each piece of road, by link and number of the piece.
    crawled: Vec<Vec<Option<Timestamp>>>,
    /// What was before this does not count.
    crawled_since: Timestamp,
}

impl Bottlenecks {
    /// Nobody has crawled on this network.
    pub(crate) fn on(network: &Network) -> Self {
        Self {
            limits_mps: network.links().map(|(_, link)| link.speed_limit_mps).collect(),
            crawling: BTreeMap::new(),
            releases: BTreeMap::new(),
            passing: BTreeMap::new(),
            crawled: vec![Vec::new(); network.link_count()],
            crawled_since: Timestamp::default(),
        }
    }

    /// Takes from another what derives from the network.
    pub(crate) fn take_roads(&mut self, other: Self) {
        self.limits_mps = other.limits_mps;
    }

    /// Looks at what the next observations on these links will need, so that the processor waits for the memory once.
    pub(crate) fn look_ahead(&self, links: &[u32]) {
        let limits_mps = links.iter().filter_map(|link| self.limits_mps.get(*link as usize));
        std::hint::black_box(limits_mps.fold(0.0, |sum, limit_mps| sum + limit_mps));
    }

    /// Takes an observation.
    pub(crate) fn observe(
        &mut self,
        observation: &Observation,
        network: &Network,
        layout: &Layout,
        settings: &AccidentSettings,
    ) {
        let (Some(place), Some(speed_mps)) = (observation.on_road, observation.speed_mps) else { return };
        let (at, position) = (observation.ts, observation.position);
        let link = LinkIdx(place.link);
        let ratio = speed_mps / self.limits_mps[place.link as usize];
        if ratio < CRAWL_RATIO {
            let (pieces, piece) = (&mut self.crawled[place.link as usize], piece(place.offset_m));
            if pieces.len() <= piece {
                pieces.resize(piece + 1, None);
            }
            pieces[piece] = Some(at);
            let is_bus = observation.kind == Some(VehicleKind::Bus);
            if !is_bus && layout.is_open(network, link, place.offset_m, settings.open_road_m) {
                let before = self.crawling.get(&observation.track).map_or(1.0, |crawl| crawl.slowest);
                let slowest = before.min(ratio);
                self.crawling.insert(observation.track, Crawl { at, place, position, slowest });
            } else {
                self.crawling.remove(&observation.track);
            }
        } else if ratio > FREE_RATIO && !(self.crawling.is_empty() && self.releases.is_empty()) {
            self.drive_freely(observation, place);
        }
    }

    /// Takes note of a vehicle that drives freely: whether it crawled before, and that it is no longer held up.
    fn drive_freely(&mut self, observation: &Observation, place: OnRoad) {
        let (track, at) = (observation.track, observation.ts);
        let Some(crawl) = self.crawling.get(&track).copied() else {
            if self.releases.contains_key(&place.link) {
                let passing = self.passing.entry(place.link).or_default();
                if passing.len() < MOST_PASSING {
                    passing.push(Passing { track, at, offset_m: place.offset_m });
                }
            }
            return;
        };
        if crawl.position.distance_m(observation.position) < AWAY_M {
            return;
        }
        self.crawling.remove(&track);
        let releases = self.releases.entry(crawl.place.link).or_default();
        if at.since_ms(crawl.at) <= AWAY_MS && releases.len() < MOST_RELEASES {
            releases.push(Release { track, crawl });
        }
    }

    /// The places where enough vehicles drove off lately, for long enough.
    pub(crate) fn find(&mut self, now: Timestamp, settings: &AccidentSettings) -> Vec<Bottleneck> {
        self.crawling.retain(|_, crawl| now.since_ms(crawl.at) <= AWAY_MS);
        let memory_ms = ms(settings.bottleneck_memory_s);
        self.crawled_since = now - 2 * memory_ms;
        self.releases.retain(|_, releases| {
            releases.retain(|release| now.since_ms(release.crawl.at) <= memory_ms);
            !releases.is_empty()
        });
        let releases = &self.releases;
        self.passing.retain(|link, passing| {
            passing.retain(|one| now.since_ms(one.at) <= memory_ms);
            !passing.is_empty() && releases.contains_key(link)
        });
        let place = |(link, releases): (&u32, &Vec<Release>)| {
            place_of(releases, self.passing.get(link).map_or(&[], Vec::as_slice), now, settings)
        };
        self.releases.iter().filter_map(place).collect()
    }

    /// Whether somebody crawled farther down the road lately: the head of that jam was there, and this is what is left of it.
    pub(crate) fn had_jam_ahead(&self, bottleneck: &Bottleneck, network: &Network) -> bool {
        let (mut link, mut from_m) = (LinkIdx(bottleneck.place.link), bottleneck.place.offset_m + BEYOND_M);
        let mut left_m = JAM_AHEAD_M;
        // The road just goes on ahead of a bottleneck; where it parts later, its first way on is taken for the road.
        for _ in 0..64 {
            let length_m = network.link(link).line.length_m();
            let pieces = self.crawled[link.0 as usize].iter();
            let last = piece((from_m + left_m).min(length_m));
            let mut ahead = pieces.take(last + 1).skip(piece(from_m)).flatten();
            if from_m < length_m && ahead.any(|at| *at >= self.crawled_since) {
                return true;
            }
            left_m -= (length_m - from_m).max(0.0);
            from_m = (from_m - length_m).max(0.0);
            let opposite = network.link(link).opposite;
            let mut ways_on = network.outgoing(network.link(link).to).iter();
            match ways_on.find(|&&next| Some(next) != opposite) {
                Some(&next) if left_m > 0.0 => link = next,
                _ => return false,
            }
        }
        false
    }

    /// Forgets what happened around a place.
    pub(crate) fn forget(&mut self, position: LatLon, radius_m: f64) {
        for releases in self.releases.values_mut() {
            releases.retain(|release| release.crawl.position.distance_m(position) > radius_m);
        }
    }
}

/// The number of the piece of a link at an offset.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // links are far shorter than that
fn piece(offset_m: f64) -> usize {
    (offset_m.max(0.0) / PIECE_M) as usize
}

/// The place on one link that most of the latest vehicles agree about.
fn place_of(
    releases: &[Release],
    passing: &[Passing],
    now: Timestamp,
    settings: &AccidentSettings,
) -> Option<Bottleneck> {
    let half_m = settings.bottleneck_width_m / 2.0;
    let near = |centre: &Release| {
        let mut near: Vec<&Release> = releases
            .iter()
            .filter(|other| (other.crawl.place.offset_m - centre.crawl.place.offset_m).abs() <= half_m)
            .collect();
        near.sort_by_key(|release| (release.track, release.crawl.at));
        near.dedup_by_key(|release| release.track);
        near
    };
    let group = releases.iter().map(near).max_by_key(Vec::len)?;
    let since = group.iter().map(|release| release.crawl.at).min()?;
    let last = group.iter().map(|release| release.crawl.at).max()?;
    // If most drive off elsewhere, this is no head.
    let is_fixed = last.since_ms(since) >= ms(settings.bottleneck_s) && 2 * group.len() > releases.len();
    if group.len() < settings.bottleneck_vehicles || !is_fixed || now.since_ms(last) > AWAY_MS {
        return None;
    }
    let mut by_offset = group.clone();
    by_offset.sort_by(|a, b| a.crawl.place.offset_m.total_cmp(&b.crawl.place.offset_m));
    let middle = by_offset.get(by_offset.len() / 2)?;
    let crawl = middle.crawl;
    let passed: BTreeSet<u32> = passing
        .iter()
        .filter(|one| one.at >= since && (one.offset_m - crawl.place.offset_m).abs() <= PASS_M)
        .map(|one| one.track)
        .filter(|track| group.iter().all(|release| release.track != *track))
        .collect();
    let held_up = |release: &&Release| HeldUp {
        at: release.crawl.at,
        offset_m: release.crawl.place.offset_m,
        slowest: release.crawl.slowest,
    };
    let log_odds = obstacle::log_odds(&group.iter().map(held_up).collect::<Vec<_>>(), passed.len());
    let (place, position) = (crawl.place, crawl.position);
    let confidence = probability(log_odds);
    let bottleneck = Bottleneck { place, position, since, last, confidence };
    (confidence >= settings.onset_confidence).then_some(bottleneck)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::VehicleId;

    const ROAD: &str = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","id":"a","properties":{"highway":"motorway","oneway":"yes","maxspeed":100,"lanes":2},
       "geometry":{"type":"LineString","coordinates":[[0,0],[0.0359728,0]]}}]}"#;

    /// Four vehicles of one sort that crawl at one point in the middle of 4 km of open road, 20 s apart, and drive off.
    fn held_up(kind: VehicleKind) -> Vec<Bottleneck> {
        let (network, _) = roadnet::read_geojson(ROAD.as_bytes()).unwrap();
        let (layout, settings) = (Layout::of(&network), AccidentSettings::default());
        let mut bottlenecks = Bottlenecks::on(&network);
        for track in 0..4 {
            for (s, offset_m, speed_mps) in [(0, 1_990.0, 1.5), (5, 2_000.0, 1.5), (20, 2_150.0, 20.0)] {
                let observation = Observation {
                    vehicle: VehicleId::new(&format!("v{track}")).unwrap(),
                    track,
                    ts: Timestamp::from_ms_clamped(i64::from(track * 20 + s) * 1_000),
                    position: network.link(LinkIdx(0)).line.point_at(offset_m),
                    sigma_m: 3.0,
                    accuracy_m: 3.0,
                    speed_mps: Some(speed_mps),
                    acceleration_mps2: None,
                    kind: Some(kind),
                    on_road: Some(OnRoad { link: 0, offset_m }),
                    right_m: 0.0,
                    left_link: None,
                    still_since: None,
                };
                bottlenecks.observe(&observation, &network, &layout, &settings);
            }
        }
        bottlenecks.find(Timestamp::from_ms_clamped(80_000), &settings)
    }

    #[test]
    fn where_cars_are_held_up_one_after_the_other_something_stands_and_buses_stop_where_they_like() {
        let found = held_up(VehicleKind::Car);
        assert_eq!(found.len(), 1);
        assert!((found[0].place.offset_m - 2_000.0).abs() < 1.0, "{found:?}");
        assert!(held_up(VehicleKind::Bus).is_empty());
    }
}

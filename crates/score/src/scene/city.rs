//! Scenes in a city: a grid of streets with traffic lights, buses, and cars parked at the kerb.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use roadnet::{LinkIdx, Network, route};

use super::crash::Crash;
use super::demand::{Demand, FLOWING, Vehicle};
use super::{Staged, network, network_path, routes_path, stops_path};
use crate::ScoreError;
use crate::chance::Chance;
use crate::run::read_network;

/// How often a bus of one line comes, in seconds.
const BUS_EVERY_S: f64 = 150.0;
/// How long it stands at a stop, in seconds.
const BUS_STOPS_S: (f64, f64) = (15.0, 35.0);
const BUS_LINES: usize = 3;
/// Cars that are parked all the time, and cars that come, park and leave.
const PARKED: usize = 45;
const PARKING: usize = 25;
/// Shorter streets than this have no kerb to park at, in metres.
const KERB_M: f64 = 120.0;

pub(super) fn ordinary(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    City::new(folder, "city", seed, 2)?.stage(folder, &[(0.0, 1_500.0, 0.35)], false)
}

pub(super) fn peak(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    City::new(folder, "city-peak", seed, 2)?.stage(folder, &[(0.0, 1_500.0, 0.75)], false)
}

pub(super) fn crash(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    City::new(folder, "city-crash", seed, 2)?.stage(folder, &[(0.0, 1_800.0, 0.8)], true)
}

pub(super) fn gridlock(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let spans = [(0.0, 240.0, 0.4), (240.0, 840.0, 2.2), (840.0, 1_800.0, 0.1)];
    City::new(folder, "city-gridlock", seed, 1)?.stage(folder, &spans, false)
}

struct City {
    network: Network,
    chance: Chance,
    /// Streets into the city, and out of it.
    ways_in: Vec<LinkIdx>,
    ways_out: Vec<LinkIdx>,
    /// Streets between two crossings.
    inner: Vec<LinkIdx>,
}

impl City {
    fn new(folder: &Path, name: &str, seed: u64, lanes: u32) -> Result<Self, ScoreError> {
        let mut chance = Chance::new(name, seed);
        network::city(folder, lanes, &mut chance)?;
        let network = read_network(&network_path(folder))?;
        let starts = |idx: &LinkIdx| network.incoming(network.link(*idx).from).is_empty();
        let ends = |idx: &LinkIdx| network.outgoing(network.link(*idx).to).is_empty();
        let all: Vec<LinkIdx> = network.links().map(|(idx, _)| idx).collect();
        let ways_in = all.iter().copied().filter(starts).collect();
        let ways_out = all.iter().copied().filter(ends).collect();
        let is_inner =
            |idx: &LinkIdx| !starts(idx) && !ends(idx) && network.link(*idx).line.length_m() >= KERB_M;
        let inner = all.iter().copied().filter(is_inner).collect();
        Ok(Self { ways_in, ways_out, inner, network, chance })
    }

    fn stage(
        mut self,
        folder: &Path,
        spans: &[(f64, f64, f64)],
        has_crash: bool,
    ) -> Result<Staged, ScoreError> {
        let lasts_s = spans.last().map_or(0.0, |(_, to_s, _)| *to_s);
        let mut demand = Demand::default();
        for &(from_s, to_s, per_second) in spans {
            let mut chance = self.chance.clone();
            demand.flow("trip", (from_s, to_s), per_second, &mut chance, |chance| {
                let (from, to) = (self.any(&self.ways_in, chance), self.any(&self.ways_out, chance));
                self.way(from, to, chance)
            });
            self.chance = chance;
        }
        self.park(&mut demand, lasts_s);
        self.buses(&mut demand, lasts_s, &stops_path(folder))?;
        let crashed = if has_crash { self.crash(&mut demand) } else { Vec::new() };
        demand.write(&routes_path(folder))?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Staged { lasts_s: lasts_s as u32, light_cycle_s: f64::from(network::CITY_CYCLE_S), crashed })
    }

    fn any(&self, links: &[LinkIdx], chance: &mut Chance) -> LinkIdx {
        links[chance.index(links.len())]
    }

    /// A way that this driver likes, without turning round.
    fn way(&self, from: LinkIdx, to: LinkIdx, chance: &mut Chance) -> Option<Vec<String>> {
        let likes: Vec<f64> = (0..self.network.link_count()).map(|_| chance.between(1.0, 2.2)).collect();
        let number: BTreeMap<&str, usize> =
            self.network.links().map(|(idx, link)| (&*link.road_id, idx.0 as usize)).collect();
        let cost = |link: &roadnet::Link| {
            link.free_flow_s() * number.get(&*link.road_id).map_or(1.0, |&number| likes[number])
        };
        let links = route(&self.network, from, to, cost)?;
        let turns_round = links.windows(2).any(|pair| self.network.link(pair[0]).opposite == Some(pair[1]));
        (!turns_round).then(|| links.iter().map(|&idx| self.name(idx)).collect())
    }

    fn name(&self, link: LinkIdx) -> String {
        self.network.link(link).road_id.to_string()
    }

    /// Cars at the kerb: some stand there all the time, some come, stay for minutes and leave.
    fn park(&mut self, demand: &mut Demand, lasts_s: f64) {
        let mut chance = self.chance.clone();
        for i in 0..PARKED {
            let edge = self.name(self.any(&self.inner, &mut chance));
            // One place each, so that no two want the same.
            let place_m = 20.0 + 7.5 * (i % 10) as f64;
            demand.add(Vehicle {
                id: format!("parked.{i}"),
                kind: "car",
                depart_s: 0.0,
                start: format!(r#"departLane="0" departPos="{:.1}" departSpeed="0""#, place_m - 1.0),
                stops: format!(
                    r#"<stop lane="{edge}_0" endPos="{place_m:.1}" duration="{:.0}" parking="true"/>"#,
                    lasts_s * 2.0
                ),
                edges: vec![edge],
            });
        }
        for i in 0..PARKING {
            let street = self.any(&self.inner, &mut chance);
            let (from, to) = (self.any(&self.ways_in, &mut chance), self.any(&self.ways_out, &mut chance));
            let (Some(mut there), Some(back)) =
                (self.way(from, street, &mut chance), self.way(street, to, &mut chance))
            else {
                continue;
            };
            there.extend(back.into_iter().skip(1));
            let (place_m, stays_s) = (chance.between(30.0, 100.0), chance.between(120.0, 600.0));
            demand.add(Vehicle {
                id: format!("parking.{i}"),
                kind: "car",
                depart_s: chance.between(0.0, lasts_s * 0.7),
                start: FLOWING.to_owned(),
                edges: there,
                stops: format!(
                    r#"<stop lane="{}_0" endPos="{place_m:.1}" duration="{stays_s:.0}" parking="true"/>"#,
                    self.name(street)
                ),
            });
        }
        self.chance = chance;
    }

    /// Lines across the city with a stop in every other street.
    fn buses(&mut self, demand: &mut Demand, lasts_s: f64, path: &Path) -> Result<(), ScoreError> {
        let mut chance = self.chance.clone();
        let mut places = String::from("<additional>");
        for line in 0..BUS_LINES {
            let (from, to) = (self.any(&self.ways_in, &mut chance), self.any(&self.ways_out, &mut chance));
            let Some(edges) = self.way(from, to, &mut chance) else { continue };
            let served: Vec<&String> = edges.iter().skip(1).step_by(2).collect();
            let mut stops = String::new();
            for edge in &served {
                // Writing to a string cannot fail.
                let _ = write!(
                    places,
                    r#"<busStop id="{line}.{edge}" lane="{edge}_0" startPos="45" endPos="62" friendlyPos="true"/>"#
                );
                let stays_s = chance.between(BUS_STOPS_S.0, BUS_STOPS_S.1);
                let _ = write!(stops, r#"<stop busStop="{line}.{edge}" duration="{stays_s:.0}"/>"#);
            }
            let mut depart_s = chance.between(0.0, BUS_EVERY_S);
            while depart_s < lasts_s {
                demand.add(Vehicle {
                    id: format!("bus.{line}.{depart_s:.0}"),
                    kind: "bus",
                    depart_s,
                    start: FLOWING.to_owned(),
                    edges: edges.clone(),
                    stops: stops.clone(),
                });
                depart_s += BUS_EVERY_S;
            }
        }
        self.chance = chance;
        places.push_str("</additional>\n");
        std::fs::write(path, places).map_err(ScoreError::file(path))
    }

    fn crash(&mut self, demand: &mut Demand) -> Vec<String> {
        let mut chance = self.chance.clone();
        let street = self.any(&self.inner, &mut chance);
        let mut edges = vec![self.name(street)];
        for _ in 0..16 {
            let to = self.any(&self.ways_out, &mut chance);
            if let Some(way) = self.way(street, to, &mut chance) {
                edges = way;
                break;
            }
        }
        let lane = chance.index(2);
        let lanes = if chance.is(0.3) { vec![0, 1] } else { vec![lane] };
        let at_m = chance.between(95.0, 120.0);
        let crash = Crash {
            edges,
            lanes,
            at_m,
            run_up_m: at_m - 15.0,
            depart_s: chance.between(400.0, 560.0),
            lasts_s: chance.between(600.0, 720.0),
        };
        self.chance = chance;
        crash.stage(demand)
    }
}

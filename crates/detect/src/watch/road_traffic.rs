//! Who is on which link, how fast, and since when slow.

use crate::observation::Observation;
use crate::settings::{JamSettings, ms};
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use std::collections::BTreeMap;

/// A vehicle on a link.
#[derive(Debug, Clone)]
pub(crate) struct Occupant {
    /// Its number in the track stage.
    pub(crate) track: u32,
    pub(crate) ts: Timestamp,
    pub(crate) offset_m: f64,
    pub(crate) speed_mps: f64,
    /// Since when it has been slow for this road.
    pub(crate) slow_since: Option<Timestamp>,
}

/// The latest observation of every vehicle, by link.
#[derive(Debug)]
pub(crate) struct RoadTraffic {
    /// By number of the link.
    links: Vec<Vec<Occupant>>,
    occupants: usize,
}

impl RoadTraffic {
    pub(crate) fn on(network: &Network) -> Self {
        Self { links: vec![Vec::new(); network.link_count()], occupants: 0 }
    }

    /// Takes an observation: the vehicle leaves the link it was on and stands on the new one.
    pub(crate) fn observe(&mut self, observation: &Observation, network: &Network, settings: &JamSettings) {
        let left = observation.left_link.and_then(|link| self.remove(link, observation.track));
        let Some(on_road) = observation.on_road else { return };
        let Some(speed_mps) = observation.speed_mps else { return };
        let occupants = &mut self.links[on_road.link as usize];
        let known = occupants.iter().position(|occupant| occupant.track == observation.track);
        let before = match known {
            Some(index) => occupants[index].slow_since,
            None => left.and_then(|occupant| occupant.slow_since),
        };
        let ratio = speed_mps / network.link(LinkIdx(on_road.link)).speed_limit_mps;
        let limit = if before.is_some() { settings.clearing_speed_ratio } else { settings.onset_speed_ratio };
        let slow_since = (ratio < limit).then(|| before.unwrap_or(observation.ts));
        let occupant = Occupant {
            track: observation.track,
            ts: observation.ts,
            offset_m: on_road.offset_m,
            speed_mps,
            slow_since,
        };
        match known {
            Some(index) => occupants[index] = occupant,
            None => {
                occupants.push(occupant);
                self.occupants += 1;
            }
        }
    }

    fn remove(&mut self, link: u32, track: u32) -> Option<Occupant> {
        let occupants = &mut self.links[link as usize];
        let index = occupants.iter().position(|occupant| occupant.track == track)?;
        self.occupants -= 1;
        Some(occupants.swap_remove(index))
    }

    /// Who is on a link, in no particular order.
    pub(crate) fn on_link(&self, link: LinkIdx) -> &[Occupant] {
        self.links.get(link.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody is on any road.
    pub(crate) fn is_empty(&self) -> bool {
        self.occupants == 0
    }

    /// Forgets what has not been reported since `before`.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        self.occupants = 0;
        for occupants in &mut self.links {
            occupants.retain(|occupant| occupant.ts >= before);
            self.occupants += occupants.len();
        }
    }

    /// The vehicles that queue on each link at `now`, by their place on it.
    pub(crate) fn queueing(&self, now: Timestamp, settings: &JamSettings) -> BTreeMap<u32, Vec<&Occupant>> {
        let since = now - ms(settings.min_slow_s);
        let queues = |occupant: &&Occupant| occupant.slow_since.is_some_and(|slow| slow <= since);
        let mut links = BTreeMap::new();
        for (link, occupants) in (0..).zip(&self.links) {
            let mut queueing: Vec<&Occupant> = occupants.iter().filter(queues).collect();
            if !queueing.is_empty() {
                queueing.sort_by(|a, b| a.offset_m.total_cmp(&b.offset_m).then(a.track.cmp(&b.track)));
                links.insert(link, queueing);
            }
        }
        links
    }

    /// Mean speed over free-flow speed of each link that has traffic, 0…1.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn speed_ratios<'a>(
        &'a self,
        network: &'a Network,
    ) -> impl Iterator<Item = (LinkIdx, f64)> + 'a {
        let used = (0..).zip(&self.links).filter(|(_, occupants)| !occupants.is_empty());
        used.map(|(link, occupants)| {
            let mean =
                occupants.iter().map(|occupant| occupant.speed_mps).sum::<f64>() / occupants.len() as f64;
            let link = LinkIdx(link);
            (link, (mean / network.link(link).speed_limit_mps).min(1.0))
        })
    }
}

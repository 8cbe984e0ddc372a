//! Jams: queues that last. Each queue is one event from its onset until it has dissolved.

use super::queues::Queue;
use super::roads::{link_name, road_ref};
use crate::output::{Output, StateChange};
use crate::settings::{JamSettings, ms};
use model::{Cause, Event, EventId, EventKind, Measures, Phase, Timestamp};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// ETSI subcauses of trafficCondition (EN 302 637-3).
const JAM_INCREASING: u8 = 3;
const TRAFFIC_STATIONARY: u8 = 5;
const JAM_DECREASING: u8 = 7;

/// Below this mean speed traffic is stationary, in m/s.
const STATIONARY_MPS: f64 = 2.0;
/// A change of length below this share of it is none.
const NOTABLE_CHANGE: f64 = 0.2;
/// Nobody waits longer than at a walking pace, in m/s; bounds the delay of a standing queue.
const LEAST_SPEED_MPS: f64 = 0.5;

/// A queue that is becoming a jam.
#[derive(Debug)]
struct Forming {
    links: BTreeSet<u32>,
    since: Timestamp,
}

/// A jam that goes on.
#[derive(Debug)]
struct Jam {
    event: Event,
    links: BTreeSet<u32>,
    /// Since when its queue has been too short.
    clearing_since: Option<Timestamp>,
}

/// What a restarted detector must know of a jam.
#[derive(Serialize, Deserialize)]
struct Kept {
    event: Event,
    links: Vec<String>,
}

/// The jams, oldest first, and the queues that may become some.
#[derive(Debug, Default)]
pub(crate) struct Jams {
    forming: Vec<Forming>,
    jams: Vec<Jam>,
}

impl Jams {
    /// Compares the queues of `now` with the jams that go on.
    pub(crate) fn tick(
        &mut self,
        queues: &[Queue],
        now: Timestamp,
        network: &Network,
        settings: &JamSettings,
        out: &mut Vec<Output>,
    ) {
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for jam in &mut self.jams {
            let mine: Vec<usize> = (0..queues.len())
                .filter(|index| !taken.contains(index) && !queues[*index].links.is_disjoint(&jam.links))
                .collect();
            taken.extend(&mine);
            let longest = mine.iter().map(|index| &queues[*index]).max_by_key(|queue| queue.vehicles);
            jam.follow(longest, now, network, settings, out);
        }
        self.jams.retain(|jam| jam.event.phase != Phase::Ended);

        let candidates = (0..queues.len())
            .filter(|index| !taken.contains(index))
            .map(|index| &queues[index])
            .filter(|queue| queue.vehicles as usize >= settings.min_vehicles)
            .filter(|queue| queue.length_m >= settings.min_length_m);
        let mut forming = Vec::new();
        for queue in candidates {
            let since = self
                .forming
                .iter()
                .filter(|known| !known.links.is_disjoint(&queue.links))
                .map(|known| known.since)
                .min()
                .unwrap_or(now);
            if now.since_ms(since) >= ms(settings.onset_s) {
                let jam = Jam::begin(queue, since, now, network);
                jam.emit(network, out);
                self.jams.push(jam);
            } else {
                forming.push(Forming { links: queue.links.clone(), since });
            }
        }
        self.forming = forming;
    }

    /// Whether there is anything that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.jams.is_empty() && self.forming.is_empty()
    }

    /// Takes back a jam that a former run kept; whether `value` was one.
    pub(crate) fn restore(&mut self, value: serde_json::Value, network: &Network) -> bool {
        let Ok(kept) = serde_json::from_value::<Kept>(value) else { return false };
        let links = network
            .links()
            .filter(|(_, link)| kept.links.contains(&link_name(link)))
            .map(|(index, _)| index.0);
        self.jams.push(Jam { links: links.collect(), event: kept.event, clearing_since: None });
        self.jams.sort_by_key(|jam| jam.event.id);
        true
    }
}

impl Jam {
    fn begin(queue: &Queue, since: Timestamp, now: Timestamp, network: &Network) -> Self {
        let head = network.link(queue.head);
        // Two may begin on one link at one time; their tails tell them apart.
        let place = format!("{}@{:.5},{:.5}", link_name(head), queue.tail.lat, queue.tail.lon);
        let event = Event {
            id: EventId::derive(EventKind::Jam, since, &place, ""),
            revision: 1,
            kind: EventKind::Jam,
            phase: Phase::Started,
            occurred_at: since,
            detected_at: now,
            ended_at: None,
            position: queue.tail,
            geometry: queue.geometry.clone(),
            road: Some(road_ref(head)),
            zone: None,
            vehicles: Vec::new(),
            confidence: confidence(queue),
            cause: Some(Cause { code: Cause::TRAFFIC_CONDITION, subcause: subcause(queue, None) }),
            measures: measures(queue),
        };
        Self { event, links: queue.links.clone(), clearing_since: None }
    }

    fn follow(
        &mut self,
        queue: Option<&Queue>,
        now: Timestamp,
        network: &Network,
        settings: &JamSettings,
        out: &mut Vec<Output>,
    ) {
        match queue.filter(|queue| queue.vehicles as usize >= settings.keep_vehicles) {
            Some(queue) => {
                self.clearing_since = None;
                self.links.clone_from(&queue.links);
                let due = now.since_ms(self.event.detected_at) >= ms(settings.update_every_s);
                if due && self.has_changed(queue) {
                    let length_before = self.event.measures.length_m;
                    self.event.revision += 1;
                    self.event.phase = Phase::Updated;
                    self.event.detected_at = now;
                    self.event.position = queue.tail;
                    self.event.geometry = queue.geometry.clone();
                    self.event.confidence = confidence(queue);
                    self.event.measures = measures(queue);
                    let subcause = subcause(queue, length_before);
                    self.event.cause = Some(Cause { code: Cause::TRAFFIC_CONDITION, subcause });
                    self.emit(network, out);
                }
            }
            None => {
                let since = *self.clearing_since.get_or_insert(now);
                if now.since_ms(since) >= ms(settings.clearing_s) {
                    self.event.revision += 1;
                    self.event.phase = Phase::Ended;
                    self.event.detected_at = now;
                    self.event.ended_at = Some(since);
                    self.emit(network, out);
                }
            }
        }
    }

    fn has_changed(&self, queue: &Queue) -> bool {
        let before = self.event.measures.length_m.unwrap_or(0.0);
        let vehicles = self.event.measures.vehicles.unwrap_or(0);
        (queue.length_m - before).abs() > (before * NOTABLE_CHANGE).max(10.0)
            || f64::from(queue.vehicles.abs_diff(vehicles)) > (f64::from(vehicles) * NOTABLE_CHANGE).max(1.0)
    }

    fn emit(&self, network: &Network, out: &mut Vec<Output>) {
        let key = format!("jam/{}", self.event.id);
        out.push(Output::Event(Box::new(self.event.clone())));
        out.push(Output::State(if self.event.phase == Phase::Ended {
            StateChange::forget(key)
        } else {
            let links = self.links.iter().map(|link| link_name(network.link(LinkIdx(*link)))).collect();
            StateChange::keep(key, &Kept { event: self.event.clone(), links })
        }));
    }
}

/// More vehicles that say the same make it surer.
fn confidence(queue: &Queue) -> f64 {
    let doubt = 0.8_f64.powi(i32::try_from(queue.vehicles.min(30)).unwrap_or(30));
    ((1.0 - doubt) * 100.0).round() / 100.0
}

fn measures(queue: &Queue) -> Measures {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let driven_s = queue.length_m / queue.mean_speed_mps.max(LEAST_SPEED_MPS);
    Measures {
        vehicles: Some(queue.vehicles),
        mean_speed_mps: Some(tenth(queue.mean_speed_mps)),
        length_m: Some(queue.length_m.round()),
        delay_s: Some((driven_s - queue.free_flow_s).max(0.0).round()),
        speed_mps: None,
    }
}

fn subcause(queue: &Queue, length_before_m: Option<f64>) -> u8 {
    match length_before_m {
        Some(before) if queue.length_m > before * (1.0 + NOTABLE_CHANGE) => JAM_INCREASING,
        Some(before) if queue.length_m < before * (1.0 - NOTABLE_CHANGE) => JAM_DECREASING,
        _ if queue.mean_speed_mps < STATIONARY_MPS => TRAFFIC_STATIONARY,
        _ => 0,
    }
}

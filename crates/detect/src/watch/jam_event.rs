//! Jams as events.

use super::jam::Jam;
use super::jams::Look;
use super::queues::Queue;
use super::roads::{link_name, road_ref};
use crate::output::Output;
use crate::settings::ms;
use model::{Cause, Event, EventId, EventKind, Geometry, Measures, Phase, Timestamp};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

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

/// What a restarted detector must know of a jam.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) event: Event,
    links: Vec<String>,
}

impl Kept {
    pub(super) fn of(event: &Event, links: impl Iterator<Item = u32>, network: &Network) -> Self {
        let mut links: Vec<u32> = links.collect();
        links.dedup();
        let links = links.into_iter().map(|link| link_name(network.link(LinkIdx(link)))).collect();
        Self { event: event.clone(), links }
    }

    /// The links that it was on, as far as the network still has them.
    pub(super) fn links<'a>(&'a self, network: &'a Network) -> impl Iterator<Item = LinkIdx> + 'a {
        network.links().filter(|(_, link)| self.links.contains(&link_name(link))).map(|(index, _)| index)
    }
}

/// A jam of these queues, the largest first.
pub(super) fn begin(queues: &[&Queue], since: Timestamp, look: &Look<'_>) -> Event {
    let (queue, measures) = (queues[0], measures(queues));
    let head = look.network.link(queue.head);
    Event {
        // Two queues that begin on one link at one time are told apart by their tails.
        id: EventId::derive(
            EventKind::Jam,
            since,
            &link_name(head),
            &format!("{:.6},{:.6}", queue.tail.lat, queue.tail.lon),
        ),
        revision: 1,
        kind: EventKind::Jam,
        phase: Phase::Started,
        occurred_at: since,
        detected_at: look.now,
        ended_at: None,
        position: queue.tail,
        geometry: geometry(queues),
        road: Some(road_ref(head)),
        zone: None,
        vehicles: Vec::new(),
        confidence: confidence(queues),
        cause: Some(Cause { code: Cause::TRAFFIC_CONDITION, subcause: subcause(&measures, None) }),
        measures,
    }
}

/// Tells how a jam is now, if that is due and worth it.
pub(super) fn update(jam: &mut Jam, queues: &[&Queue], look: &Look<'_>, out: &mut Vec<Output>) {
    let Some(event) = &mut jam.event else { return };
    let due = look.now.since_ms(event.detected_at) >= ms(look.settings.update_every_s);
    let measures = measures(queues);
    if !due || !has_changed(&event.measures, &measures) {
        return;
    }
    let length_before_m = event.measures.length_m;
    event.revision += 1;
    event.phase = Phase::Updated;
    event.detected_at = look.now;
    event.position = queues[0].tail;
    event.geometry = geometry(queues);
    event.confidence = confidence(queues);
    let subcause = subcause(&measures, length_before_m);
    event.cause = Some(Cause { code: Cause::TRAFFIC_CONDITION, subcause });
    event.measures = measures;
    jam.emit(look.network, out);
}

fn has_changed(before: &Measures, now: &Measures) -> bool {
    let (before_m, now_m) = (before.length_m.unwrap_or(0.0), now.length_m.unwrap_or(0.0));
    let (were, are) = (before.vehicles.unwrap_or(0), now.vehicles.unwrap_or(0));
    (now_m - before_m).abs() > (before_m * NOTABLE_CHANGE).max(10.0)
        || f64::from(are.abs_diff(were)) > (f64::from(were) * NOTABLE_CHANGE).max(1.0)
}

/// All the lines of all the queues.
fn geometry(queues: &[&Queue]) -> Geometry {
    let mut lines = Vec::new();
    for queue in queues {
        match &queue.geometry {
            Geometry::Point(_) => {}
            Geometry::LineString(line) => lines.push(line.clone()),
            Geometry::MultiLineString(more) => lines.extend(more.iter().cloned()),
        }
    }
    match lines.len() {
        0 => queues[0].geometry.clone(),
        1 => Geometry::LineString(lines.swap_remove(0)),
        _ => Geometry::MultiLineString(lines),
    }
}

/// More vehicles that say the same make it surer, and so does the time that they lose.
fn confidence(queues: &[&Queue]) -> f64 {
    let vehicles: u32 = queues.iter().map(|queue| queue.vehicles).sum();
    let lost_s = queues.iter().map(|queue| queue.plight.lost_s).fold(0.0, f64::max);
    let witnesses = f64::from(vehicles) + lost_s / 30.0;
    let doubt = 0.8_f64.powf(witnesses.min(30.0));
    ((1.0 - doubt) * 100.0).round() / 100.0
}

/// Of all queues together; the delay is that of the longest.
fn measures(queues: &[&Queue]) -> Measures {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let vehicles: u32 = queues.iter().map(|queue| queue.vehicles).sum();
    let speeds = queues.iter().map(|queue| queue.mean_speed_mps * f64::from(queue.vehicles)).sum::<f64>();
    let delay_s = |queue: &&Queue| {
        let driven_s = queue.length_m / queue.mean_speed_mps.max(LEAST_SPEED_MPS);
        (driven_s - queue.free_flow_s).max(0.0)
    };
    Measures {
        vehicles: Some(vehicles),
        mean_speed_mps: Some(tenth(speeds / f64::from(vehicles.max(1)))),
        length_m: Some(queues.iter().map(|queue| queue.length_m).sum::<f64>().round()),
        delay_s: Some(queues.iter().map(delay_s).fold(0.0, f64::max).round()),
        speed_mps: None,
    }
}

fn subcause(measures: &Measures, length_before_m: Option<f64>) -> u8 {
    let length_m = measures.length_m.unwrap_or(0.0);
    match length_before_m {
        Some(before_m) if length_m > before_m * (1.0 + NOTABLE_CHANGE) => JAM_INCREASING,
        Some(before_m) if length_m < before_m * (1.0 - NOTABLE_CHANGE) => JAM_DECREASING,
        _ if measures.mean_speed_mps.is_some_and(|speed_mps| speed_mps < STATIONARY_MPS) => {
            TRAFFIC_STATIONARY
        }
        _ => 0,
    }
}

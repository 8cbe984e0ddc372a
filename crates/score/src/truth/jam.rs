//! Jams: queues that last. One jam is all queues that hang together in space and time.

use std::collections::BTreeMap;

use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

use super::component::Sets;
use super::queue::{self, Queue, Rule};
use crate::trace::Trace;

/// How often the queues are looked at, in ms.
const STEP_MS: i64 = 5_000;
/// A queue that vanishes for no longer than this is still the same, in ms.
const BRIDGE_MS: i64 = 15_000;
/// Queues of following moments that are at most this far apart on a link hang together, in metres. On roads out of town it
/// is more: a wave of stop and go is part of the jam that it came from.
const REACH_M: f64 = 50.0;
const FAST_REACH_M: f64 = 200.0;
/// From this limit on a road is one out of town, in m/s.
const FAST_MPS: f64 = 19.0;
/// A vehicle queues under 30 % of the limit: 30 km/h where 100 are allowed, as the C2C-CC's rule has it, 15 of 50 in town.
const QUEUE: Rule = Rule { speed_share: 0.3, window_ms: 10_000, gap_m: 50.0, vehicles: 5 };
/// Slow and close, though not a queue yet.
const DENSE: Rule = Rule { speed_share: 0.5, window_ms: 15_000, gap_m: 60.0, vehicles: 4 };
/// A jam lasts as long as this, in ms, and more before traffic lights.
const LASTS_MS: i64 = 60_000;
/// Before traffic lights it stands through this many cycles: what the next green clears is no jam.
const LASTS_CYCLES: f64 = 2.0;
/// At its longest a jam has so many vehicles, over so many metres.
const PEAK_VEHICLES: usize = 8;
const PEAK_M: f64 = 100.0;
/// A queue is on the edge of being a jam from this long on, in ms and in cycles.
const MARGINAL_MS: i64 = 20_000;
const MARGINAL_CYCLES: f64 = 1.25;

/// A stretch of one link.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The link's number in the scene's network.
    pub link: u32,
    /// Metres from the start of the link to the tail.
    pub from_m: f64,
    /// Metres from the start of the link to the head.
    pub to_m: f64,
}

/// Where a jam is at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// Since the start of the scene.
    pub at_ms: i64,
    /// All its stretches.
    pub pieces: Vec<Piece>,
}

/// One jam from its onset to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Jam {
    /// When its first queue formed.
    pub from_ms: i64,
    /// When its last queue was there.
    pub to_ms: i64,
    /// Most vehicles at one moment.
    pub peak_vehicles: usize,
    /// Greatest length at one moment, in metres.
    pub peak_m: f64,
    /// Its course, every 5 s.
    pub extents: Vec<Extent>,
}

/// All jams, and all queues that are on the edge of being one.
pub(super) fn find(trace: &Trace, light_cycle_s: f64) -> (Vec<Jam>, Vec<Jam>) {
    let mut jams = Vec::new();
    let mut marginal = Vec::new();
    for (jam, waits) in episodes(trace, &QUEUE) {
        if is_jam(&jam, waits, light_cycle_s) {
            jams.push(jam);
        } else if lasts(&jam, waits, light_cycle_s, MARGINAL_MS, MARGINAL_CYCLES) {
            marginal.push(jam);
        }
    }
    // Before lights everybody is slow and close for a while; elsewhere dense traffic may well be called a jam.
    let dense = episodes(trace, &DENSE).into_iter().filter(|(_, waits)| !waits);
    marginal.extend(dense.map(|(jam, _)| jam).filter(|jam| jam.to_ms - jam.from_ms >= MARGINAL_MS));
    (jams, marginal)
}

fn is_jam(jam: &Jam, waits: bool, light_cycle_s: f64) -> bool {
    lasts(jam, waits, light_cycle_s, LASTS_MS, LASTS_CYCLES)
        && jam.peak_vehicles >= PEAK_VEHICLES
        && jam.peak_m >= PEAK_M
}

/// Whether it lasts long enough: in cycles if it `waits` before a traffic light.
#[allow(clippy::cast_possible_truncation)]
fn lasts(jam: &Jam, waits: bool, light_cycle_s: f64, ms: i64, cycles: f64) -> bool {
    let least_ms = if waits { (light_cycle_s * cycles * 1_000.0) as i64 } else { ms };
    jam.to_ms - jam.from_ms >= least_ms.max(ms)
}

/// All queues that hang together, and whether any of them is on a road that leads to a traffic light.
fn episodes(trace: &Trace, rule: &Rule) -> Vec<(Jam, bool)> {
    let queues: Vec<Queue> =
        (0..=trace.end_ms / STEP_MS).flat_map(|step| queue::find(trace, step * STEP_MS, rule)).collect();
    let mut sets = Sets::new(queues.len());
    for i in 0..queues.len() {
        let since = queues[..i].iter().rposition(|past| queues[i].at_ms - past.at_ms > BRIDGE_MS);
        for j in since.map_or(0, |before| before + 1)..i {
            if queues[j].at_ms < queues[i].at_ms && touch(&trace.network, &queues[j], &queues[i]) {
                sets.join(i, j);
            }
        }
    }
    let mut jams: BTreeMap<usize, Jam> = BTreeMap::new();
    for (i, queue) in queues.into_iter().enumerate() {
        let jam = jams.entry(sets.root(i)).or_insert_with(|| Jam {
            from_ms: queue.at_ms,
            to_ms: queue.at_ms,
            peak_vehicles: 0,
            peak_m: 0.0,
            extents: Vec::new(),
        });
        jam.to_ms = queue.at_ms;
        jam.peak_vehicles = jam.peak_vehicles.max(queue.vehicles);
        jam.peak_m = jam.peak_m.max(queue.length_m());
        match jam.extents.last_mut().filter(|extent| extent.at_ms == queue.at_ms) {
            Some(extent) => extent.pieces.extend(queue.pieces),
            None => jam.extents.push(Extent { at_ms: queue.at_ms, pieces: queue.pieces }),
        }
    }
    jams.into_values()
        .map(|jam| (waits(&trace.network, &jam), jam))
        .map(|(waits, jam)| (jam, waits))
        .collect()
}

fn touch(network: &Network, a: &Queue, b: &Queue) -> bool {
    let reach_m = |link: u32| {
        if network.link(LinkIdx(link)).speed_limit_mps >= FAST_MPS { FAST_REACH_M } else { REACH_M }
    };
    a.pieces.iter().any(|one| {
        b.pieces.iter().any(|other| {
            one.link == other.link
                && one.from_m - reach_m(one.link) <= other.to_m
                && other.from_m - reach_m(one.link) <= one.to_m
        })
    })
}

fn waits(network: &Network, jam: &Jam) -> bool {
    let ends_at_light = |link: u32| {
        let end = network.node(network.link(LinkIdx(link)).to);
        network.signals().iter().any(|signal| signal.distance_m(end) < 1.0)
    };
    jam.extents.iter().flat_map(|extent| &extent.pieces).any(|piece| ends_at_light(piece.link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::LatLon;
    use roadnet::{Carriageway, Line, Road, RoadClass};

    fn jam(lasts_ms: i64) -> Jam {
        Jam { from_ms: 0, to_ms: lasts_ms, peak_vehicles: 12, peak_m: 150.0, extents: Vec::new() }
    }

    #[test]
    fn a_queue_that_the_next_green_clears_is_no_jam() {
        assert!(is_jam(&jam(60_000), false, 80.0));
        assert!(!is_jam(&jam(155_000), true, 80.0));
        assert!(is_jam(&jam(160_000), true, 80.0));
        assert!(!lasts(&jam(70_000), true, 80.0, MARGINAL_MS, MARGINAL_CYCLES));
    }

    #[test]
    fn a_short_queue_is_no_jam_however_long_it_stands() {
        assert!(!is_jam(&Jam { peak_vehicles: 7, ..jam(600_000) }, false, 0.0));
        assert!(!is_jam(&Jam { peak_m: 60.0, ..jam(600_000) }, false, 0.0));
    }

    #[test]
    fn queues_on_one_link_touch_when_they_are_close_for_its_speed() {
        let road = |id: &str, lat, speed_limit_mps| Road {
            id: id.into(),
            line: Line::new([LatLon::new(lat, 13.0), LatLon::new(lat, 13.1)]).unwrap(),
            class: RoadClass::Primary,
            name: None,
            reference: None,
            forward: Some(Carriageway { speed_limit_mps, lanes: 2 }),
            backward: None,
        };
        let network = Network::new([road("slow", 52.0, 13.9), road("fast", 52.1, 27.8)], Vec::new());
        let queue =
            |link, from_m, to_m| Queue { at_ms: 0, pieces: vec![Piece { link, from_m, to_m }], vehicles: 5 };
        let touches = |link, from_m| touch(&network, &queue(link, 0.0, 100.0), &queue(link, from_m, 400.0));
        assert!(touches(0, 140.0) && !touches(0, 160.0));
        assert!(touches(1, 290.0) && !touches(1, 310.0));
        assert!(!touch(&network, &queue(0, 0.0, 100.0), &queue(1, 0.0, 100.0)));
    }
}

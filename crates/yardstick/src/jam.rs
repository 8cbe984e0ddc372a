//! Jams: queues that last. One jam is all queues that hang together in space and time.

use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

use crate::{Queue, Rule};

/// How often the queues are looked at, in ms.
pub const STEP_MS: i64 = 5_000;
/// A queue that vanishes for no longer than this is still the same, in ms.
const BRIDGE_MS: i64 = 15_000;

/// How long a queue may vanish and still be the same: before lights for a cycle, as only at the end of a green it shows who is
/// left over.
#[derive(Debug, Clone, Copy)]
pub struct Bridge {
    light_ms: i64,
}

impl Bridge {
    /// With lights that take so long for all their phases, in seconds.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn over_cycle(light_cycle_s: f64) -> Self {
        Self { light_ms: BRIDGE_MS.max((light_cycle_s * 1_000.0) as i64) }
    }

    /// For any queue, in ms.
    pub(crate) fn longest_ms(self) -> i64 {
        self.light_ms
    }

    fn ms(self, queue: &Queue) -> i64 {
        if queue.before_light { self.light_ms } else { BRIDGE_MS }
    }
}
/// Queues of following moments that are at most this far apart on a link hang together, in metres. On roads out of town it
/// is more: a wave of stop and go is part of the jam that it came from.
const REACH_M: f64 = 50.0;
const FAST_REACH_M: f64 = 200.0;
/// From this limit on a road is one out of town, in m/s.
const FAST_MPS: f64 = 19.0;
/// A vehicle queues under 30 % of the limit: 30 km/h where 100 are allowed, as the C2C-CC's rule has it, 15 of 50 in town.
pub const QUEUE: Rule = Rule { speed_share: 0.3, window_ms: 10_000, gap_m: 50.0, vehicles: 5 };
/// Slow and close, though not a queue yet.
pub const DENSE: Rule = Rule { speed_share: 0.5, window_ms: 15_000, gap_m: 60.0, vehicles: 4 };
/// A jam lasts as long as this, in ms.
const LASTS_MS: i64 = 60_000;
/// At its longest a jam has so many vehicles, over so many metres.
const PEAK_VEHICLES: usize = 8;
const PEAK_M: f64 = 100.0;
/// A queue is on the edge of being a jam from this long on, in ms.
pub const MARGINAL_MS: i64 = 20_000;

/// A stretch of one link.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The link's number in the network.
    pub link: u32,
    /// Metres from the start of the link to the tail.
    pub from_m: f64,
    /// Metres from the start of the link to the head.
    pub to_m: f64,
}

/// Where a jam is at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// Since the start.
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

impl Jam {
    fn nowhere() -> Self {
        Self { from_ms: 0, to_ms: 0, peak_vehicles: 0, peak_m: 0.0, extents: Vec::new() }
    }

    /// What a first queue may become.
    pub(crate) fn of(queue: Queue) -> Self {
        let mut jam = Self { from_ms: queue.at_ms, ..Self::nowhere() };
        jam.add(queue);
        jam
    }

    /// Whether a later queue hangs together with it.
    pub(crate) fn touches(&self, network: &Network, queue: &Queue, bridge: Bridge) -> bool {
        self.extents
            .iter()
            .rev()
            .skip_while(|extent| extent.at_ms >= queue.at_ms)
            .take_while(|extent| queue.at_ms - extent.at_ms <= bridge.ms(queue))
            .any(|extent| touch(network, &extent.pieces, &queue.pieces))
    }

    pub(crate) fn add(&mut self, queue: Queue) {
        self.to_ms = queue.at_ms;
        self.peak_vehicles = self.peak_vehicles.max(queue.vehicles);
        self.peak_m = self.peak_m.max(queue.length_m());
        match self.extents.last_mut().filter(|extent| extent.at_ms == queue.at_ms) {
            Some(extent) => extent.pieces.extend(queue.pieces),
            None => self.extents.push(Extent { at_ms: queue.at_ms, pieces: queue.pieces }),
        }
    }

    /// Takes in another one. What was a jam already is not older for it.
    pub(crate) fn take_in(&mut self, other: Self, was_jam: bool) {
        if !was_jam {
            self.from_ms = self.from_ms.min(other.from_ms);
        }
        self.to_ms = self.to_ms.max(other.to_ms);
        self.peak_vehicles = self.peak_vehicles.max(other.peak_vehicles);
        self.peak_m = self.peak_m.max(other.peak_m);
        for extent in other.extents.into_iter().filter(|extent| extent.at_ms >= self.from_ms) {
            match self.extents.iter_mut().find(|own| own.at_ms == extent.at_ms) {
                Some(own) => own.pieces.extend(extent.pieces),
                None => self.extents.push(extent),
            }
        }
        self.extents.sort_by_key(|extent| extent.at_ms);
    }

    /// Whether this is a jam that nobody would call otherwise.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.to_ms - self.from_ms >= LASTS_MS && self.peak_vehicles >= PEAK_VEHICLES && self.peak_m >= PEAK_M
    }

    /// Whether it lasts long enough to be on the edge of a jam.
    #[must_use]
    pub fn is_marginal(&self) -> bool {
        self.to_ms - self.from_ms >= MARGINAL_MS
    }
}

/// Whether the queues of following moments hang together.
#[must_use]
pub fn touch(network: &Network, a: &[Piece], b: &[Piece]) -> bool {
    let reach_m = |link: u32| {
        if network.link(LinkIdx(link)).speed_limit_mps >= FAST_MPS { FAST_REACH_M } else { REACH_M }
    };
    a.iter().any(|one| {
        b.iter().any(|other| {
            one.link == other.link
                && one.from_m - reach_m(one.link) <= other.to_m
                && other.from_m - reach_m(one.link) <= one.to_m
        })
    })
}

/// All queues of a time, in its order, as the jams that they make. `is_jam` says whether what has become of a queue so far is
/// a jam by itself.
///
/// Queues that hang together are one jam, which goes on in all its parts when it splits. Where two meet that each have been a
/// jam until then, the older goes on and the younger is over; else both have been one from the beginning.
#[must_use]
pub fn episodes(
    network: &Network,
    queues: Vec<Queue>,
    bridge: Bridge,
    is_jam: impl Fn(&Jam) -> bool,
) -> Vec<Jam> {
    let (mut open, mut done): (Vec<Jam>, Vec<Jam>) = (Vec::new(), Vec::new());
    for queue in queues {
        let (past, goes_on): (Vec<Jam>, Vec<Jam>) =
            open.into_iter().partition(|jam| queue.at_ms - jam.to_ms > bridge.longest_ms());
        done.extend(past);
        open = goes_on;
        let mut touching: Vec<usize> =
            (0..open.len()).filter(|&i| open[i].touches(network, &queue, bridge)).collect();
        // A jam takes in what is none, and so does the older the younger.
        touching.sort_by_key(|&i| (!is_jam(&open[i]), open[i].from_ms, i));
        let Some((&first, others)) = touching.split_first() else {
            open.push(Jam::of(queue));
            continue;
        };
        let mut taken_in: Vec<usize> = others.to_vec();
        taken_in.sort_unstable_by_key(|&i| std::cmp::Reverse(i));
        let mut jam = std::mem::replace(&mut open[first], Jam::nowhere());
        for i in taken_in {
            let mut other = std::mem::replace(&mut open[i], Jam::nowhere());
            let keeps_age = is_jam(&jam);
            if is_jam(&other) {
                // Only where it is now goes on.
                let mut now = Jam { from_ms: queue.at_ms, to_ms: other.to_ms, ..Jam::nowhere() };
                now.extents.clone_from(&other.extents);
                now.extents.retain(|extent| queue.at_ms - extent.at_ms <= bridge.longest_ms());
                done.push(std::mem::replace(&mut other, now));
            }
            jam.take_in(other, keeps_age);
        }
        jam.add(queue);
        open[first] = jam;
        open.retain(|jam| !jam.extents.is_empty());
    }
    done.extend(open);
    done.sort_by_key(|jam| (jam.from_ms, jam.to_ms));
    done
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
    fn a_queue_must_last_to_be_a_jam() {
        assert!(jam(60_000).is_clear() && !jam(55_000).is_clear());
        assert!(jam(20_000).is_marginal() && !jam(15_000).is_marginal());
    }

    #[test]
    fn before_a_light_a_jam_is_one_from_cycle_to_cycle() {
        let network = crate::watch::tests::network();
        let left_over = |at_ms, before_light| Queue {
            at_ms,
            pieces: vec![Piece { link: 0, from_m: 100.0, to_m: 250.0 }],
            vehicles: 20,
            before_light,
            left_over: 3,
        };
        let jams = |before_light| {
            let queues = [0, 40_000, 45_000, 120_000].map(|at_ms| left_over(at_ms, before_light)).to_vec();
            episodes(&network, queues, Bridge::over_cycle(80.0), Jam::is_clear).len()
        };
        assert_eq!((jams(true), jams(false)), (1, 3));
    }

    #[test]
    fn a_short_queue_is_no_jam_however_long_it_stands() {
        assert!(!Jam { peak_vehicles: 7, ..jam(600_000) }.is_clear());
        assert!(!Jam { peak_m: 60.0, ..jam(600_000) }.is_clear());
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
        let touches = |link, from_m| {
            touch(
                &network,
                &[Piece { link, from_m: 0.0, to_m: 100.0 }],
                &[Piece { link, from_m, to_m: 400.0 }],
            )
        };
        assert!(touches(0, 140.0) && !touches(0, 160.0));
        assert!(touches(1, 290.0) && !touches(1, 310.0));
        let elsewhere = [Piece { link: 1, from_m: 0.0, to_m: 100.0 }];
        assert!(!touch(&network, &[Piece { link: 0, from_m: 0.0, to_m: 100.0 }], &elsewhere));
    }

    #[test]
    fn two_jams_that_meet_are_two_until_then_and_two_queues_that_meet_are_one() {
        let network = crate::watch::tests::network();
        let queue = |at_ms, from_m, to_m| Queue {
            at_ms,
            pieces: vec![Piece { link: 0, from_m, to_m }],
            vehicles: 20,
            before_light: false,
            left_over: 0,
        };
        let met_at = |meet_ms: i64| {
            let queues = (0..=30).map(|look| look * 5_000).flat_map(|at_ms| {
                if at_ms < meet_ms {
                    vec![queue(at_ms, 100.0, 250.0), queue(at_ms, 400.0, 600.0)]
                } else {
                    vec![queue(at_ms, 100.0, 600.0)]
                }
            });
            let jams = episodes(&network, queues.collect(), Bridge::over_cycle(0.0), Jam::is_clear);
            jams.iter().map(|jam| (jam.from_ms, jam.to_ms)).collect::<Vec<_>>()
        };
        assert_eq!(met_at(90_000), [(0, 85_000), (0, 150_000)]);
        assert_eq!(met_at(30_000), [(0, 150_000)]);
    }
}

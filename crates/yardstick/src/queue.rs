//! Queues at one moment: slow vehicles one behind the other along the road.

use std::collections::BTreeMap;

use roadnet::{LinkIdx, Network};

use crate::{Piece, Sets};

/// What makes vehicles a queue.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Slower than this share of the limit, on the mean of [`Rule::window_ms`].
    pub speed_share: f64,
    /// Over how long a vehicle's speed is taken, in ms.
    pub window_ms: i64,
    /// The next vehicle of a queue is at most this far ahead, in metres.
    pub gap_m: f64,
    /// A queue has at least so many vehicles.
    pub vehicles: usize,
}

/// A vehicle that is slow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    /// How far from the start of its link, in metres.
    pub at_m: f64,
    /// Whether its road leads to a traffic light.
    pub before_light: bool,
    /// Whether that light's green has left it over ([`crate::Waits`]).
    pub is_left_over: bool,
}

/// A queue at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// When, in ms since the start.
    pub at_ms: i64,
    /// Where, in order of the links' numbers.
    pub pieces: Vec<Piece>,
    /// How many vehicles.
    pub vehicles: usize,
    /// Whether any of it is on a road that leads to a traffic light.
    pub before_light: bool,
    /// How many wait through a second red.
    pub left_over: usize,
}

impl Queue {
    /// Whether it is more than a light that works as it should: none is before it, or its green has left somebody over.
    #[must_use]
    pub fn is_held_up(&self) -> bool {
        !self.before_light || self.left_over > 0
    }

    /// Its length along the road.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.to_m - piece.from_m).sum()
    }
}

/// The queues that the slow vehicles of each link make.
#[must_use]
pub fn find(network: &Network, at_ms: i64, slow: BTreeMap<LinkIdx, Vec<Slow>>, rule: &Rule) -> Vec<Queue> {
    let queues = chain(network, slow, rule).into_iter();
    queues.map(|members| queue(at_ms, &members)).filter(|queue| queue.vehicles >= rule.vehicles).collect()
}

/// A queue of these vehicles, in order of their links.
fn queue(at_ms: i64, members: &[(LinkIdx, Slow)]) -> Queue {
    let mut pieces: BTreeMap<LinkIdx, Piece> = BTreeMap::new();
    for &(link, Slow { at_m, .. }) in members {
        let piece = pieces.entry(link).or_insert(Piece { link: link.0, from_m: at_m, to_m: at_m });
        piece.from_m = piece.from_m.min(at_m);
        piece.to_m = piece.to_m.max(at_m);
    }
    Queue {
        at_ms,
        pieces: pieces.into_values().collect(),
        vehicles: members.len(),
        before_light: members.iter().any(|(_, slow)| slow.before_light),
        left_over: members.iter().filter(|(_, slow)| slow.is_left_over).count(),
    }
}

/// Joins slow vehicles that are close behind one another, over the ends of links too: always where the road just goes on, and
/// at junctions if it is a queue that stands beyond. Who has driven off when the light turned green is slow for a while, and
/// must not make one queue of those who wait for red in the arms of the junction.
fn chain(
    network: &Network,
    mut slow: BTreeMap<LinkIdx, Vec<Slow>>,
    rule: &Rule,
) -> Vec<Vec<(LinkIdx, Slow)>> {
    for on_link in slow.values_mut() {
        on_link.sort_by(|a, b| a.at_m.total_cmp(&b.at_m));
    }
    let all: Vec<(LinkIdx, Slow)> =
        slow.iter().flat_map(|(&link, on_link)| on_link.iter().map(move |&one| (link, one))).collect();
    let first: BTreeMap<LinkIdx, usize> =
        all.iter().enumerate().rev().map(|(i, &(link, _))| (link, i)).collect();
    let mut sets = Sets::new(all.len());
    // Who is ahead of whom beyond a junction.
    let mut beyond: Vec<(usize, usize)> = Vec::new();
    for i in 0..all.len() {
        let (link, Slow { at_m, .. }) = all[i];
        match all.get(i + 1) {
            Some((next, ahead)) if *next == link => {
                if ahead.at_m - at_m <= rule.gap_m {
                    sets.join(i, i + 1);
                }
            }
            _ => {
                let left_m = rule.gap_m - (network.link(link).line.length_m() - at_m);
                for (ahead, over_junction) in ahead(network, link, left_m, &all, &first) {
                    if over_junction {
                        beyond.push((i, ahead));
                    } else {
                        sets.join(i, ahead);
                    }
                }
            }
        }
    }
    // A queue may stand back over several junctions: what has become long enough may reach over the next.
    loop {
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        (0..all.len()).for_each(|i| *sizes.entry(sets.root(i)).or_default() += 1);
        let before = beyond.len();
        beyond.retain(|&(i, ahead)| {
            let is_queue = sizes.get(&sets.root(ahead)).is_some_and(|&size| size >= rule.vehicles);
            if is_queue {
                sets.join(i, ahead);
            }
            !is_queue
        });
        if beyond.len() == before {
            break;
        }
    }
    let mut queues: BTreeMap<usize, Vec<(LinkIdx, Slow)>> = BTreeMap::new();
    for (i, &one) in all.iter().enumerate() {
        queues.entry(sets.root(i)).or_default().push(one);
    }
    queues.into_values().collect()
}

/// The hindmost slow vehicles on the links that follow, within `left_m` from the end of a link, each with whether a junction
/// lies between.
fn ahead(
    network: &Network,
    link: LinkIdx,
    left_m: f64,
    all: &[(LinkIdx, Slow)],
    first: &BTreeMap<LinkIdx, usize>,
) -> Vec<(usize, bool)> {
    let mut found = Vec::new();
    let mut to_look = vec![(link, left_m, false)];
    while let Some((link, left_m, over_junction)) = to_look.pop() {
        if left_m < 0.0 {
            continue;
        }
        let over_junction = over_junction || !network.goes_on(link);
        for next in network.ways_on(link) {
            match first.get(&next) {
                Some(&i) if all[i].1.at_m <= left_m => found.push((i, over_junction)),
                Some(_) => {}
                None => to_look.push((next, left_m - network.link(next).line.length_m(), over_junction)),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jam::QUEUE;
    use model::LatLon;
    use roadnet::{Carriageway, Line, Road, RoadClass};

    fn road(id: &str, from: (f64, f64), to: (f64, f64)) -> Road {
        Road {
            id: id.into(),
            line: Line::new([LatLon::new(from.0, from.1), LatLon::new(to.0, to.1)]).unwrap(),
            class: RoadClass::Primary,
            name: None,
            reference: None,
            forward: Some(Carriageway { speed_limit_mps: 13.9, lanes: 1 }),
            backward: None,
        }
    }

    /// So many, 8 m apart, from `from_m` on.
    fn vehicles(from_m: f64, count: u32) -> Vec<f64> {
        (0..count).map(|i| from_m + 8.0 * f64::from(i)).collect()
    }

    fn sizes(network: &Network, slow: &[(u32, Vec<f64>)]) -> Vec<usize> {
        let slow_at = |&at_m: &f64| Slow { at_m, before_light: false, is_left_over: false };
        let slow = slow.iter().map(|(link, at)| (LinkIdx(*link), at.iter().map(slow_at).collect())).collect();
        find(network, 0, slow, &QUEUE).iter().map(|queue| queue.vehicles).collect()
    }

    #[test]
    fn who_has_just_driven_off_does_not_join_those_who_wait_in_the_arms_of_a_junction() {
        // Two arms of 111 m that meet, and the way on.
        let network = Network::new(
            [
                road("arm", (0.0, 0.0), (0.0, 0.001)),
                road("other arm", (0.001, 0.001), (0.0, 0.001)),
                road("way on", (0.0, 0.001), (0.0, 0.003)),
            ],
            Vec::new(),
        );
        let arms = |beyond| [(0, vehicles(65.0, 6)), (1, vehicles(65.0, 6)), (2, beyond)];
        assert_eq!(sizes(&network, &arms(vehicles(10.0, 2))), [6, 6]);
        // A queue beyond that stands back to the junction holds up both.
        assert_eq!(sizes(&network, &arms(vehicles(10.0, 5))), [17]);
    }

    #[test]
    fn a_queue_goes_on_where_the_road_does() {
        let network = Network::new(
            [road("first", (0.0, 0.0), (0.0, 0.001)), road("second", (0.0, 0.001), (0.0, 0.003))],
            Vec::new(),
        );
        assert_eq!(sizes(&network, &[(0, vehicles(90.0, 3)), (1, vehicles(10.0, 2))]), [5]);
    }
}

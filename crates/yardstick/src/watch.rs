//! Jams as they come and go, look by look.

use roadnet::Network;

use crate::jam::Bridge;
use crate::{Jam, Piece, Queue};

/// Follows the queues of a network and tells of those that last.
#[derive(Debug)]
pub struct JamWatch {
    bridge: Bridge,
    /// Whether only clear jams are told of as such; else all are marginal.
    tells_clear: bool,
    open: Vec<Episode>,
    numbered: u32,
}

/// A jam at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct JamState {
    /// Its number in this watch, never used again.
    pub number: u32,
    /// When its first queue formed, in ms since the start.
    pub from_ms: i64,
    /// When its last queue was there, in ms since the start.
    pub to_ms: i64,
    /// Where it is, or was last.
    pub pieces: Vec<Piece>,
    /// On the edge of being a jam.
    pub marginal: bool,
}

/// What is new of a jam.
#[derive(Debug, Clone, PartialEq)]
pub enum JamNews {
    /// It lasts long enough to be told of.
    Began(JamState),
    /// It is elsewhere, or has become clear.
    Changed(JamState),
    /// It is over, or has become part of another.
    Ended(JamState),
}

#[derive(Debug)]
struct Episode {
    number: u32,
    jam: Jam,
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Marginal,
    Clear,
}

impl JamWatch {
    /// Tells of jams, and of queues on the edge of being one. `light_cycle_s`: how long all phases of a traffic light take at
    /// most, in seconds.
    #[must_use]
    pub fn of_jams(light_cycle_s: f64) -> Self {
        Self { bridge: Bridge::over_cycle(light_cycle_s), tells_clear: true, open: Vec::new(), numbered: 0 }
    }

    /// Tells of dense traffic, which may well be called a jam and need not be.
    #[must_use]
    pub fn of_dense_traffic() -> Self {
        Self { bridge: Bridge::over_cycle(0.0), tells_clear: false, open: Vec::new(), numbered: 0 }
    }

    /// Takes the queues of a moment, later than the last one.
    pub fn look(&mut self, network: &Network, at_ms: i64, queues: Vec<Queue>) -> Vec<JamNews> {
        let mut news = Vec::new();
        let counts = |queue: &Queue| {
            if self.tells_clear { queue.is_held_up() } else { !queue.before_light }
        };
        for queue in queues.into_iter().filter(counts).collect::<Vec<_>>() {
            self.take(network, queue, &mut news);
        }
        for episode in &mut self.open {
            if episode.jam.to_ms == at_ms {
                news.extend(episode.tell(self.tells_clear));
            }
        }
        self.open.retain(|episode| {
            let goes_on = at_ms - episode.jam.to_ms <= self.bridge.longest_ms();
            if !goes_on && episode.told.is_some() {
                news.push(JamNews::Ended(episode.state()));
            }
            goes_on
        });
        news
    }

    fn take(&mut self, network: &Network, queue: Queue, news: &mut Vec<JamNews>) {
        let mut touching: Vec<usize> = (0..self.open.len())
            .filter(|&i| self.open[i].jam.touches(network, &queue, self.bridge))
            .collect();
        // A jam takes in what is none, and so does the older the younger.
        touching.sort_by_key(|&i| (!self.open[i].is_clear(), self.open[i].jam.from_ms, i));
        let Some((&first, others)) = touching.split_first() else {
            self.open.push(Episode::of(self.numbered, queue));
            self.numbered += 1;
            return;
        };
        let number = self.open[first].number;
        let mut others = others.to_vec();
        others.sort_unstable();
        for &other in others.iter().rev() {
            let other = self.open.remove(other);
            if other.told.is_some() {
                news.push(JamNews::Ended(other.state()));
            }
            if let Some(keeps) = self.open.iter_mut().find(|episode| episode.number == number) {
                keeps.take_in(other);
            }
        }
        if let Some(keeps) = self.open.iter_mut().find(|episode| episode.number == number) {
            keeps.add(queue, self.bridge);
        }
    }
}

impl Episode {
    fn of(number: u32, queue: Queue) -> Self {
        Self { number, jam: Jam::of(queue), told: None }
    }

    fn is_clear(&self) -> bool {
        self.told == Some(Told::Clear)
    }

    fn add(&mut self, queue: Queue, bridge: Bridge) {
        // Only what the next queue may hang together with.
        self.jam.extents.retain(|extent| queue.at_ms - extent.at_ms <= bridge.longest_ms());
        self.jam.add(queue);
    }

    /// Takes in a queue that it meets; one that was a jam by itself is over, and only its place goes on.
    fn take_in(&mut self, other: Self) {
        let keeps_age = self.is_clear() || other.is_clear();
        self.jam.take_in(other.jam, keeps_age);
    }

    fn tell(&mut self, tells_clear: bool) -> Option<JamNews> {
        let is_clear = tells_clear && self.jam.is_clear();
        let now = match self.told {
            _ if is_clear => Told::Clear,
            Some(told) => told,
            None if self.jam.is_marginal() => Told::Marginal,
            None => return None,
        };
        let before = self.told.replace(now);
        Some(if before.is_none() { JamNews::Began(self.state()) } else { JamNews::Changed(self.state()) })
    }

    fn state(&self) -> JamState {
        JamState {
            number: self.number,
            from_ms: self.jam.from_ms,
            to_ms: self.jam.to_ms,
            pieces: self.jam.extents.last().map(|extent| extent.pieces.clone()).unwrap_or_default(),
            marginal: self.told != Some(Told::Clear),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use model::LatLon;
    use roadnet::{Carriageway, Line, Road, RoadClass};

    /// One straight road of some 7 km, driven one way.
    pub(crate) fn network() -> Network {
        let road = Road {
            id: "road".into(),
            line: Line::new([LatLon::new(52.0, 13.0), LatLon::new(52.0, 13.1)]).unwrap(),
            class: RoadClass::Primary,
            name: None,
            reference: None,
            forward: Some(Carriageway { speed_limit_mps: 13.9, lanes: 2 }),
            backward: None,
        };
        Network::new([road], Vec::new())
    }

    fn queue(at_ms: i64, from_m: f64, to_m: f64) -> Queue {
        Queue {
            at_ms,
            pieces: vec![Piece { link: 0, from_m, to_m }],
            vehicles: 10,
            before_light: false,
            left_over: 0,
        }
    }

    #[test]
    fn a_queue_is_marginal_then_a_jam_and_ends_when_it_was_last_seen() {
        let (network, mut watch, mut told) = (network(), JamWatch::of_jams(0.0), Vec::new());
        for look in 0..=20_i64 {
            let at_ms = look * 5_000;
            let queues = if look <= 14 { vec![queue(at_ms, 100.0, 250.0)] } else { Vec::new() };
            for news in watch.look(&network, at_ms, queues) {
                match news {
                    JamNews::Began(state) => told.push((at_ms, "began", state.marginal, state.from_ms)),
                    JamNews::Changed(state) if !state.marginal && at_ms == 60_000 => {
                        told.push((at_ms, "clear", false, state.from_ms));
                    }
                    JamNews::Changed(_) => {}
                    JamNews::Ended(state) => told.push((at_ms, "ended", state.marginal, state.to_ms)),
                }
            }
        }
        let expected =
            [(20_000, "began", true, 0), (60_000, "clear", false, 0), (90_000, "ended", false, 70_000)];
        assert_eq!(told, expected);
    }

    #[test]
    fn two_queues_that_grow_together_are_one_jam() {
        let (network, mut watch) = (network(), JamWatch::of_jams(0.0));
        let mut ended = Vec::new();
        for look in 0..=14_i64 {
            let at_ms = look * 5_000;
            let queues = if look < 13 {
                vec![queue(at_ms, 100.0, 250.0), queue(at_ms, 400.0, 600.0)]
            } else {
                vec![queue(at_ms, 100.0, 600.0)]
            };
            let news = watch.look(&network, at_ms, queues);
            ended.extend(news.into_iter().filter_map(|news| match news {
                JamNews::Ended(state) => Some((at_ms, state.number)),
                JamNews::Began(_) | JamNews::Changed(_) => None,
            }));
        }
        assert_eq!(ended, [(65_000, 1)]);
    }
}

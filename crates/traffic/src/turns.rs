//! The turns that the network allows: from which lanes into which, how fast, who goes first, who is in whose way.

use model::geo::normal_deg;
use roadnet::{Connection, LinkIdx, Network};

use super::circulation::roundabouts;
use super::street::Street;
use super::turn::turn_speed_mps;
use super::turn_lanes::{Entry, entries};

/// Degrees between the middle of an arm of a crossing and its ways in and out.
const ARM_HALF_WIDTH_DEG: f64 = 4.0;
/// Up to this angle a turn counts as straight on, degrees.
const STRAIGHT_DEG: f64 = 40.0;
/// Most turns of a node that are told apart; at larger nodes one after the other drives.
const MOST_AT_NODE: usize = 128;
/// Marks a turn without a light.
pub(crate) const NO_LIGHT: u32 = u32::MAX;

/// A turn by its number among all.
pub(crate) type TurnIdx = u32;

/// The way from one link into a next one.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub from: LinkIdx,
    pub to: LinkIdx,
    pub node: u32,
    /// The highest speed that the corner allows.
    pub speed_mps: f64,
    /// For each lane of `from`, the lanes of `to` that it leads to.
    pub entries: Box<[Entry]>,
    /// Who has a lower number goes first.
    pub rank: u8,
    /// The number of its light, or [`NO_LIGHT`].
    pub light: u32,
    /// Its place among the turns of the node.
    at_node: u8,
    /// The turns of the node, from other links, that are in its way.
    conflicts: u128,
}

/// Where a turn goes, seen by the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Straight,
    Right,
    Left,
}

/// All turns of a network.
#[derive(Debug)]
pub(crate) struct Turns {
    turns: Vec<Turn>,
    /// For each link, where its turns begin.
    starts: Vec<u32>,
    /// For each link, whether vehicles at its end may get in each other's way.
    shared: Vec<bool>,
    has_way_in: Vec<bool>,
    /// The links of each roundabout.
    roundabouts: Vec<Vec<LinkIdx>>,
    /// For each link, the roundabout that it is part of.
    circulating: Vec<Option<u32>>,
}

impl Turns {
    pub fn new(network: &Network, streets: &[Street]) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        let mut starts = vec![0];
        let roundabouts = roundabouts(network, streets);
        let mut circulating = vec![None; streets.len()];
        for (number, round) in roundabouts.iter().enumerate() {
            round.iter().for_each(|link| circulating[link.0 as usize] = Some(number as u32));
        }
        for (from, link) in network.links() {
            let onward = onward(network, from);
            for (to, entries) in entries(network, streets, from, &onward) {
                let side = side(streets, from, to);
                // Whoever drives round a roundabout goes before those who want to come in.
                let class = if circulating[from.0 as usize].is_some() { 0 } else { link.class as u8 + 1 };
                turns.push(Turn {
                    from,
                    to,
                    node: link.to.0,
                    speed_mps: turn_speed_mps(turn_deg(streets, from, to).abs()),
                    entries,
                    rank: class * 2 + u8::from(side == Side::Left),
                    light: NO_LIGHT,
                    at_node: 0,
                    conflicts: 0,
                });
            }
            starts.push(turns.len() as u32);
        }
        let mut all = Self {
            shared: vec![false; streets.len()],
            has_way_in: vec![false; streets.len()],
            turns,
            starts,
            roundabouts,
            circulating,
        };
        for node in 0..network.node_count() as u32 {
            all.judge_node(network, streets, roadnet::NodeIdx(node));
        }
        for i in 0..all.turns.len() {
            all.has_way_in[all.turns[i].to.0 as usize] = true;
        }
        all
    }

    /// The turns at the end of a link.
    pub fn of(&self, link: LinkIdx) -> &[Turn] {
        let at = link.0 as usize;
        &self.turns[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The turns at the end of a link, to be changed.
    pub fn of_mut(&mut self, link: LinkIdx) -> &mut [Turn] {
        let at = link.0 as usize;
        &mut self.turns[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    pub fn get(&self, turn: TurnIdx) -> &Turn {
        &self.turns[turn as usize]
    }

    /// The turn from one link into another, with its number.
    pub fn between(&self, from: LinkIdx, to: LinkIdx) -> Option<(TurnIdx, &Turn)> {
        let first = self.starts[from.0 as usize];
        let at = self.of(from).iter().position(|turn| turn.to == to)?;
        let number = first + at as u32;
        Some((number, self.get(number)))
    }

    /// Whether vehicles at the end of this link may get in each other's way.
    pub fn end_is_shared(&self, link: LinkIdx) -> bool {
        self.shared[link.0 as usize]
    }

    /// The roundabout that one comes onto by this turn, by its number.
    pub fn roundabout_entered(&self, turn: &Turn) -> Option<usize> {
        let circulating = |link: LinkIdx| self.circulating[link.0 as usize];
        let entered = circulating(turn.to).filter(|&entered| circulating(turn.from) != Some(entered))?;
        Some(entered as usize)
    }

    /// The links of each roundabout.
    pub fn roundabouts(&self) -> &[Vec<LinkIdx>] {
        &self.roundabouts
    }

    /// Whether no turn leads into this link.
    pub fn is_source(&self, link: LinkIdx) -> bool {
        !self.has_way_in[link.0 as usize]
    }

    /// Whether two turns of one node, each from a lane into a lane, are in each other's way.
    pub fn in_conflict(&self, a: (TurnIdx, u8, u8), b: (TurnIdx, u8, u8)) -> bool {
        let (turn_a, turn_b) = (self.get(a.0), self.get(b.0));
        if turn_a.from == turn_b.from {
            return a.1 != b.1 && turn_a.to == turn_b.to && a.2 == b.2;
        }
        turn_a.conflicts & (1 << turn_b.at_node) != 0
    }

    /// Finds out which turns of a node are in each other's way.
    fn judge_node(&mut self, network: &Network, streets: &[Street], node: roadnet::NodeIdx) {
        let at_node: Vec<usize> = network
            .incoming(node)
            .iter()
            .flat_map(|link| self.starts[link.0 as usize] as usize..self.starts[link.0 as usize + 1] as usize)
            .collect();
        for (nth, &i) in at_node.iter().enumerate() {
            self.turns[i].at_node = nth.min(MOST_AT_NODE - 1) as u8;
            if at_node.len() > MOST_AT_NODE {
                self.turns[i].conflicts = u128::MAX;
            }
        }
        let mut shared = at_node.len() > MOST_AT_NODE;
        for (nth, &i) in at_node.iter().enumerate().take(MOST_AT_NODE) {
            for (other, &j) in at_node.iter().enumerate().take(nth) {
                let (a, b) = (&self.turns[i], &self.turns[j]);
                if a.from != b.from && cross(streets, a, b) {
                    self.turns[i].conflicts |= 1 << other;
                    self.turns[j].conflicts |= 1 << nth;
                    shared = true;
                }
            }
            shared |= self.turns[i].merges_lanes();
        }
        for link in network.incoming(node) {
            self.shared[link.0 as usize] = shared;
        }
    }
}

impl Turn {
    /// Whether two lanes lead into the same one.
    fn merges_lanes(&self) -> bool {
        self.entries.windows(2).any(|pair| match (pair[0], pair[1]) {
            (Some(a), Some(b)) => a.1 >= b.0,
            _ => false,
        })
    }

    /// All lanes of the next link that it leads to.
    fn reach(&self) -> Option<(u8, u8)> {
        let first = self.entries.iter().flatten().map(|entry| entry.0).min()?;
        Some((first, self.entries.iter().flatten().map(|entry| entry.1).max()?))
    }
}

/// Where one can go from the end of a link: everywhere but back, unless there is no other way, and not where it is
/// forbidden (but somewhere).
fn onward(network: &Network, link: LinkIdx) -> Vec<LinkIdx> {
    let here = network.link(link);
    let outgoing = network.outgoing(here.to);
    let rules = network.rules();
    let is_connected = |next: &LinkIdx| {
        let own = connections(&rules.connections, link);
        own.is_empty() || own.iter().any(|connection| connection.to == *next)
    };
    let is_allowed = |next: &LinkIdx| rules.forbidden.binary_search(&(link, *next)).is_err();
    let connected: Vec<LinkIdx> = outgoing.iter().copied().filter(is_connected).collect();
    let allowed: Vec<LinkIdx> = connected.iter().copied().filter(is_allowed).collect();
    let on: Vec<LinkIdx> = allowed.iter().copied().filter(|&next| Some(next) != here.opposite).collect();
    [on, allowed, connected].into_iter().find(|links| !links.is_empty()).unwrap_or_default()
}

/// The connections from one link; `all` are in order.
pub(crate) fn connections(all: &[Connection], from: LinkIdx) -> &[Connection] {
    let first = all.partition_point(|connection| connection.from < from);
    let count = all[first..].partition_point(|connection| connection.from == from);
    &all[first..first + count]
}

/// The angle of a turn, positive to the right, -180…180.
pub(crate) fn turn_deg(streets: &[Street], from: LinkIdx, to: LinkIdx) -> f64 {
    let (from, to) = (&streets[from.0 as usize], &streets[to.0 as usize]);
    normal_deg(to.heading_start_deg - from.heading_end_deg + 180.0) - 180.0
}

pub(crate) fn side(streets: &[Street], from: LinkIdx, to: LinkIdx) -> Side {
    let deg = turn_deg(streets, from, to);
    match deg {
        _ if deg.abs() <= STRAIGHT_DEG => Side::Straight,
        _ if deg > 0.0 => Side::Right,
        _ => Side::Left,
    }
}

/// Whether two turns from different links cross or lead into the same lanes.
fn cross(streets: &[Street], a: &Turn, b: &Turn) -> bool {
    if a.to == b.to {
        return match (a.reach(), b.reach()) {
            (Some(a), Some(b)) => a.0 <= b.1 && b.0 <= a.1,
            _ => true,
        };
    }
    // Around the node, traffic keeps right: on each arm the way in lies a little before the way out (clockwise).
    let street = |link: LinkIdx| &streets[link.0 as usize];
    let arrival = |link| normal_deg(street(link).heading_end_deg + 180.0 - ARM_HALF_WIDTH_DEG);
    let departure = |link| normal_deg(street(link).heading_start_deg + ARM_HALF_WIDTH_DEG);
    let origin = arrival(a.from);
    let reach = normal_deg(departure(a.to) - origin);
    let inside = |bearing: f64| normal_deg(bearing - origin) < reach;
    inside(arrival(b.from)) != inside(departure(b.to))
}

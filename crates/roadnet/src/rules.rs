//! What regulates traffic where links meet, as far as the network's file says it: turns, lanes, lights.

use crate::LinkIdx;

/// The rules of a network. Where it has none for a place, the shape of the roads has to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Turns that are forbidden: from one link into a next one; in order.
    pub forbidden: Vec<(LinkIdx, LinkIdx)>,
    /// Ways from lane to lane, in order. A link that any of them starts from has no other turns than these.
    pub connections: Vec<Connection>,
    /// Plans of traffic lights.
    pub light_plans: Vec<LightPlan>,
}

impl Rules {
    /// The same rules for links with other numbers; those of links without a number are left out.
    pub(crate) fn renumbered(&self, number: impl Fn(LinkIdx) -> Option<LinkIdx>) -> Self {
        let connections = self.connections.iter().filter_map(|connection| {
            let (from, to) = (number(connection.from)?, number(connection.to)?);
            Some(Connection { from, to, ..*connection })
        });
        let forbidden = self.forbidden.iter().filter_map(|&(from, to)| Some((number(from)?, number(to)?)));
        let mut rules = Self {
            forbidden: forbidden.collect(),
            connections: connections.collect(),
            light_plans: self.light_plans.clone(),
        };
        rules.forbidden.sort_unstable();
        rules.connections.sort_unstable();
        rules
    }
}

/// A way from a lane of one link into a lane of a next one. Lanes count from the right, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Connection {
    /// The link that it leaves.
    pub from: LinkIdx,
    /// The link that it enters.
    pub to: LinkIdx,
    /// The lane that it leaves.
    pub from_lane: u8,
    /// The lane that it enters.
    pub to_lane: u8,
    /// Its light: the number of the plan, and of the light in it.
    pub light: Option<(u32, u32)>,
}

/// A plan of fixed times that comes again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct LightPlan {
    /// How far the plan has come at time 0, s.
    pub offset_s: f64,
    /// What the lights show, one after the other; at least one, of equally many lights.
    pub phases: Vec<LightPhase>,
}

impl LightPlan {
    /// What the light of this number shows at a time, in s; `None` if the plan has no such light, or lasts no time.
    #[must_use]
    pub fn shows(&self, light: u32, at_s: f64) -> Option<LightColour> {
        let cycle_s: f64 = self.phases.iter().map(|phase| phase.duration_s).sum();
        let mut left_s = (self.offset_s + at_s).rem_euclid(cycle_s);
        let phase = self.phases.iter().find(|phase| {
            left_s -= phase.duration_s;
            left_s < 0.0
        });
        phase?.shows.get(light as usize).copied()
    }
}

/// What the lights of a plan show for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct LightPhase {
    /// How long, s, above 0.
    pub duration_s: f64,
    /// What each light shows.
    pub shows: Vec<LightColour>,
}

/// What a light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LightColour {
    /// Go, giving way as the rules of the road say.
    Green,
    /// Stop if you can.
    Amber,
    /// Stop.
    Red,
}

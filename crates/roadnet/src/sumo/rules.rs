//! Connections from lane to lane and plans of lights, by the numbers of links.

use std::collections::HashMap;

use super::document::{Document, Edge, Xy};
use crate::{Connection, LinkIdx, Rules};

/// The rules of a network; `link_of` has the link of each of `edges`, where it became one.
pub(super) fn rules(document: &Document, edges: &[(&Edge, Vec<Xy>)], link_of: &[Option<LinkIdx>]) -> Rules {
    let by_id: HashMap<&str, usize> =
        edges.iter().enumerate().map(|(i, (edge, _))| (edge.id.as_str(), i)).collect();
    let plans: HashMap<&str, usize> =
        document.light_plans.iter().enumerate().map(|(i, (name, _))| (name.as_str(), i)).collect();
    // The number of a lane among those that cars may use.
    let lane = |edge: usize, index: u32| {
        let at = edges[edge].0.lanes.iter().position(|lane| lane.index == index)?;
        u8::try_from(at).ok()
    };
    let placed = document.connections.iter().filter_map(|connection| {
        let (from, to) = (*by_id.get(connection.from.as_str())?, *by_id.get(connection.to.as_str())?);
        let light = connection.light.as_ref().and_then(|(name, light)| {
            let plan = *plans.get(name.as_str())?;
            let lights = document.light_plans[plan].1.phases.first()?.shows.len();
            ((*light as usize) < lights).then_some((plan as u32, *light))
        });
        Some(Connection {
            from: link_of[from]?,
            to: link_of[to]?,
            from_lane: lane(from, connection.from_lane)?,
            to_lane: lane(to, connection.to_lane)?,
            light,
        })
    });
    let mut connections: Vec<Connection> = placed.collect();
    connections.sort_unstable();
    connections.dedup();
    let light_plans = document.light_plans.iter().map(|(_, plan)| plan.clone()).collect();
    Rules { forbidden: Vec::new(), connections, light_plans }
}

//! Turn restrictions: which turns they forbid.

use std::collections::HashMap;

use model::LatLon;

use crate::{LinkIdx, Network, NodeIdx, Tags};

/// A turn restriction as its file names it, `R` being its name for a road.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Restriction<R> {
    /// All other turns from there are forbidden, not this one.
    pub is_only: bool,
    pub from: R,
    pub via: LatLon,
    pub to: R,
}

/// Whether a value of the tag `restriction` allows only a turn; `None` where it says nothing about turns of cars.
pub(crate) fn is_only(tags: &Tags) -> Option<bool> {
    let exempt = tags.get("except").unwrap_or_default();
    if exempt.split(';').any(|kind| matches!(kind.trim(), "motorcar" | "motor_vehicle" | "vehicle")) {
        return None;
    }
    match tags.get("restriction")? {
        value if value.starts_with("no_") => Some(false),
        value if value.starts_with("only_") => Some(true),
        _ => None,
    }
}

/// The forbidden turns, in order. `is_road` tells whether a road's id belongs to a name.
pub(crate) fn forbidden_turns<R>(
    network: &Network,
    restrictions: &[Restriction<R>],
    is_road: impl Fn(&str, &R) -> bool,
) -> Vec<(LinkIdx, LinkIdx)> {
    let key = |place: LatLon| ((place.lat * 1e7).round() as i64, (place.lon * 1e7).round() as i64);
    let nodes: HashMap<(i64, i64), NodeIdx> = match restrictions {
        [] => HashMap::new(),
        _ => (0..network.node_count() as u32).map(|i| (key(network.node(NodeIdx(i))), NodeIdx(i))).collect(),
    };
    let mut forbidden = Vec::new();
    for restriction in restrictions {
        let Some(&node) = nodes.get(&key(restriction.via)) else { continue };
        let named = |link: LinkIdx, road: &R| is_road(&network.link(link).road_id, road);
        let onward = network.outgoing(node);
        // An `only` that leads nowhere would close the road.
        if restriction.is_only && !onward.iter().any(|&to| named(to, &restriction.to)) {
            continue;
        }
        for &from in network.incoming(node).iter().filter(|&&link| named(link, &restriction.from)) {
            let turns = onward.iter().filter(|&&to| named(to, &restriction.to) != restriction.is_only);
            forbidden.extend(turns.map(|&to| (from, to)));
        }
    }
    forbidden.sort_unstable();
    forbidden.dedup();
    forbidden
}

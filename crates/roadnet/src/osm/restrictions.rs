//! Turn restrictions of an extract, on the network made of its roads.

use super::{Extract, OsmRestriction};
use crate::restriction::{Restriction, forbidden_turns};
use crate::{Network, Rules};

/// The rules that an extract gives a network whose roads were made of it (see [`roads`](super::roads())): its turn
/// restrictions.
#[must_use]
pub fn rules(extract: &Extract, network: &Network) -> Rules {
    let placed = |restriction: &OsmRestriction| {
        let &OsmRestriction { is_only, from, via, to } = restriction;
        Some(Restriction { is_only, from, via: extract.places.get(via)?, to })
    };
    let restrictions: Vec<_> = extract.restrictions.iter().filter_map(placed).collect();
    // Piece n of way 123 is the road 123.n.
    let is_road = |id: &str, way: &i64| id.split_once('.').is_some_and(|(of, _)| of.parse() == Ok(*way));
    Rules { forbidden: forbidden_turns(network, &restrictions, is_road), ..Rules::default() }
}

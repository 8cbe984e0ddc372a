//! Finds roundabouts by their shape: one-way links that turn left all the way round.

use model::geo::normal_deg;
use roadnet::{LinkIdx, Network};

use super::street::Street;
use super::turns::turn_deg;

/// Most links of a roundabout.
const MOST_LINKS: usize = 24;
/// The longest way round, m.
const LONGEST_M: f64 = 300.0;

/// For each link, whether it is part of a roundabout.
pub(crate) fn circulating_links(network: &Network, streets: &[Street]) -> Vec<bool> {
    let mut found = vec![false; streets.len()];
    for (link, _) in network.links() {
        if found[link.0 as usize] {
            continue;
        }
        for link in way_round(network, streets, link).unwrap_or_default() {
            found[link.0 as usize] = true;
        }
    }
    found
}

/// Follows the one-way links that keep to the left, until the start comes again.
fn way_round(network: &Network, streets: &[Street], start: LinkIdx) -> Option<Vec<LinkIdx>> {
    let is_one_way = |link: LinkIdx| network.link(link).opposite.is_none();
    let (mut round, mut length_m, mut turned_deg) = (Vec::new(), 0.0, 0.0);
    let mut at = start;
    while is_one_way(at) && round.len() < MOST_LINKS && length_m < LONGEST_M {
        let street = &streets[at.0 as usize];
        length_m += street.length_m;
        turned_deg += normal_deg(street.heading_end_deg - street.heading_start_deg + 180.0) - 180.0;
        round.push(at);
        let ahead = network.outgoing(network.link(at).to).iter().copied().filter(|&next| is_one_way(next));
        let next = ahead.min_by(|&a, &b| turn_deg(streets, at, a).total_cmp(&turn_deg(streets, at, b)))?;
        let deg = turn_deg(streets, at, next);
        // Sharp corners are those of a block, not of a roundabout.
        if deg.abs() > 75.0 {
            return None;
        }
        turned_deg += deg;
        at = next;
        if at == start {
            return (turned_deg < -270.0 && round.len() > 2).then_some(round);
        }
    }
    None
}

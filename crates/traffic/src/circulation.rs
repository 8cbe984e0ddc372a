//! Finds roundabouts by their shape: one-way links that turn left all the way round.

use model::geo::normal_deg;
use roadnet::{LinkIdx, Network};

use super::street::Street;
use super::turns::turn_deg;

/// Most links of a roundabout.
const MOST_LINKS: usize = 24;
/// The longest way round, m.
const LONGEST_M: f64 = 300.0;

/// Sharper corners are those of a block, degrees.
const SHARPEST_DEG: f64 = 75.0;

/// The roundabouts, each with its links in their order.
pub(crate) fn roundabouts(network: &Network, streets: &[Street]) -> Vec<Vec<LinkIdx>> {
    let mut found = vec![false; streets.len()];
    let mut rounds = Vec::new();
    for (link, _) in network.links() {
        if found[link.0 as usize] {
            continue;
        }
        let Some(round) = way_round(network, streets, link) else { continue };
        round.iter().for_each(|link| found[link.0 as usize] = true);
        rounds.push(round);
    }
    rounds
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
        if deg.abs() > SHARPEST_DEG {
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

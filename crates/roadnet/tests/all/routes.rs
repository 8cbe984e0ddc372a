use proptest::prelude::*;
use roadnet::{Link, LinkIdx, Network, U_TURN_S, route};

use crate::random_network::{network, sketches};

/// What it costs to go on from one link to another; `None` where they do not meet.
fn turn_s(network: &Network, from: LinkIdx, to: LinkIdx) -> Option<f64> {
    let (here, next) = (network.link(from), network.link(to));
    (here.to == next.from).then_some(())?;
    let dead_end = network.outgoing(here.to).iter().all(|&link| Some(link) == here.opposite);
    Some(if here.opposite == Some(to) && !dead_end { U_TURN_S } else { 0.0 })
}

/// The least cost from one link to every other, by relaxing until nothing changes.
fn brute_force(network: &Network, from: LinkIdx, cost: impl Fn(&Link) -> f64) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; network.link_count()];
    best[from.0 as usize] = 0.0;
    loop {
        let mut changed = false;
        for (a, _) in network.links() {
            for (b, link) in network.links() {
                let Some(turn) = turn_s(network, a, b) else { continue };
                let total = best[a.0 as usize] + turn + cost(link);
                if total < best[b.0 as usize] {
                    best[b.0 as usize] = total;
                    changed = true;
                }
            }
        }
        if !changed {
            return best;
        }
    }
}

/// Some roads are slow, some closed.
fn cost(link: &Link) -> f64 {
    match link.road_id.as_bytes().last() {
        Some(b'3') => f64::INFINITY,
        Some(b'5') => link.free_flow_s() * 4.0,
        _ => link.free_flow_s(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_route_costs_what_trying_everything_finds(roads in sketches(14), seed in any::<u32>()) {
        let network = network(&roads);
        prop_assume!(network.link_count() > 0);
        let from = LinkIdx(seed % network.link_count() as u32);
        let best = brute_force(&network, from, cost);
        for (to, _) in network.links() {
            let Some(way) = route(&network, from, to, cost) else {
                prop_assert!(best[to.0 as usize].is_infinite());
                continue;
            };
            prop_assert_eq!((way.first(), way.last()), (Some(&from), Some(&to)));
            let mut total = 0.0;
            for pair in way.windows(2) {
                let turn = turn_s(&network, pair[0], pair[1]);
                prop_assert!(turn.is_some(), "a gap in {:?}", way);
                total += turn.unwrap() + cost(network.link(pair[1]));
            }
            prop_assert!((total - best[to.0 as usize]).abs() < 1e-6);
        }
    }
}

/// A street of two blocks, open both ways: links 0, 1 (west block), 2, 3 (east block).
fn street() -> Network {
    network(&[(0, 1, (50.0, 0.0), 2), (1, 2, (150.0, 0.0), 2)])
}

fn links(numbers: &[u32]) -> Option<Vec<LinkIdx>> {
    Some(numbers.iter().map(|&number| LinkIdx(number)).collect())
}

#[test]
fn a_route_to_where_one_is_is_that_link() {
    assert_eq!(route(&street(), LinkIdx(2), LinkIdx(2), |_| f64::INFINITY), links(&[2]));
}

#[test]
fn the_end_of_a_dead_end_is_a_place_to_turn_and_a_corner_only_if_that_is_far() {
    assert_eq!(route(&street(), LinkIdx(0), LinkIdx(1), Link::free_flow_s), links(&[0, 2, 3, 1]));
    let long = network(&[(0, 1, (50.0, 0.0), 2), (1, 4, (250.0, 470.0), 2)]);
    assert_eq!(route(&long, LinkIdx(0), LinkIdx(1), Link::free_flow_s), links(&[0, 1]));
}

#[test]
fn a_closed_link_is_gone_round_or_ends_the_way() {
    let closed = |link: &Link| if &*link.road_id == "r1" { f64::INFINITY } else { link.free_flow_s() };
    assert_eq!(route(&street(), LinkIdx(0), LinkIdx(2), closed), None);
    assert_eq!(route(&street(), LinkIdx(2), LinkIdx(3), |_| 1.0), links(&[2, 3]));
    assert_eq!(route(&street(), LinkIdx(0), LinkIdx(2), |_| f64::NAN), None);
    assert_eq!(route(&street(), LinkIdx(0), LinkIdx(2), |_| -1.0), None);
    // Whoever stands on a closed link may leave it.
    assert_eq!(route(&street(), LinkIdx(3), LinkIdx(1), closed), links(&[3, 1]));
}

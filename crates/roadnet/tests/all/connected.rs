use std::collections::BTreeSet;

use proptest::prelude::*;
use roadnet::{Network, NodeIdx, keep_largest_strongly_connected_part};

use crate::random_network::{at, network, sketches};

/// The nodes that can be reached, going along the links or against them.
pub fn reachable(network: &Network, start: NodeIdx, forward: bool) -> BTreeSet<NodeIdx> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        let links = if forward { network.outgoing(node) } else { network.incoming(node) };
        for &link in links {
            let next = if forward { network.link(link).to } else { network.link(link).from };
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}

/// The metres of road within the strongly connected part around a node, by its definition.
fn part_length_m(network: &Network, node: NodeIdx) -> f64 {
    let there = reachable(network, node, true);
    let part: BTreeSet<_> = there.intersection(&reachable(network, node, false)).copied().collect();
    let inside = network.links().filter(|(_, link)| part.contains(&link.from) && part.contains(&link.to));
    inside.map(|(_, link)| link.line.length_m()).sum()
}

proptest! {
    #[test]
    fn the_kept_part_is_connected_and_none_is_larger(roads in sketches(25)) {
        let network = network(&roads);
        let (kept, report) = keep_largest_strongly_connected_part(&network);
        for node in 0..kept.node_count() as u32 {
            prop_assert_eq!(reachable(&kept, NodeIdx(node), true).len(), kept.node_count());
        }
        let length_m: f64 = kept.links().map(|(_, link)| link.line.length_m()).sum();
        for node in 0..network.node_count() as u32 {
            prop_assert!(part_length_m(&network, NodeIdx(node)) <= length_m + 1e-6);
        }
        prop_assert_eq!((report.links_before, report.links_after), (network.link_count(), kept.link_count()));
        // Once more changes nothing.
        let (again, _) = keep_largest_strongly_connected_part(&kept);
        prop_assert_eq!(again.roads(), kept.roads());
    }
}

#[test]
fn a_one_way_street_out_of_town_is_cut_off_with_all_behind_it() {
    // A two-way block, and a one-way street to another, shorter one.
    let network = network(&[(0, 4, (200.0, 0.0), 2), (4, 9, (400.0, 50.0), 0), (9, 8, (350.0, 100.0), 2)]);
    let (kept, report) = keep_largest_strongly_connected_part(&network);
    assert_eq!(kept.roads().iter().map(|road| road.id.to_string()).collect::<Vec<_>>(), ["r0"]);
    assert_eq!((report.links_before, report.links_after), (5, 2));
    assert!((report.length_before_m - 600.0).abs() < 0.1 && (report.length_after_m - 400.0).abs() < 0.1);
}

#[test]
fn traffic_lights_stay_with_their_roads() {
    let lights = vec![at(200.0, 0.0), at(350.0, 100.0)];
    let roads = network(&[(0, 4, (200.0, 0.0), 2), (9, 8, (350.0, 100.0), 2)]).roads();
    let (kept, _) = keep_largest_strongly_connected_part(&Network::new(roads, lights));
    assert_eq!(kept.signals(), [at(200.0, 0.0)]);
}

#[test]
fn a_road_of_a_hundred_thousand_links_does_not_exhaust_the_stack() {
    let side = Some(roadnet::Carriageway { speed_limit_mps: 10.0, lanes: 1 });
    let roads = (0..100_000).map(|i| roadnet::Road {
        id: i.to_string().into(),
        line: roadnet::Line::new([at(f64::from(i), 0.0), at(f64::from(i + 1), 0.0)]).unwrap(),
        class: roadnet::RoadClass::Service,
        name: None,
        reference: None,
        forward: side,
        backward: side,
    });
    let (kept, _) = keep_largest_strongly_connected_part(&Network::new(roads, Vec::new()));
    assert_eq!(kept.link_count(), 200_000);
}

//! Who is on the road ahead of a place and behind it, across the ends of links.

use super::occupant::Occupant;
use super::road_traffic::RoadTraffic;
use crate::observation::OnRoad;
use roadnet::{LinkIdx, Network};

/// Most links looked at each way: far more than fit into the reach on any real road.
const MAX_LINKS: usize = 24;

/// Shows `each` the vehicles up to `ahead_m` down the road and `behind_m` up the road, with how many metres ahead of the
/// place each is (negative = behind) and its link.
pub(crate) fn nearby<'a>(
    network: &Network,
    traffic: &'a RoadTraffic,
    place: OnRoad,
    (behind_m, ahead_m): (f64, f64),
    mut each: impl FnMut(f64, LinkIdx, &'a Occupant),
) {
    let here = LinkIdx(place.link);
    for occupant in traffic.on_link(here) {
        let away_m = occupant.offset_m - place.offset_m;
        if (-behind_m..=ahead_m).contains(&away_m) {
            each(away_m, here, occupant);
        }
    }
    // Where each link begins, in metres ahead of the place.
    let mut todo = vec![(here, -place.offset_m)];
    let mut seen = vec![here];
    while let Some((link, begins_m)) = todo.pop() {
        let ends_m = begins_m + network.link(link).line.length_m();
        for &next in network.outgoing(network.link(link).to) {
            let is_back = network.link(link).opposite == Some(next);
            if ends_m > ahead_m || is_back || seen.contains(&next) || seen.len() >= MAX_LINKS {
                continue;
            }
            seen.push(next);
            todo.push((next, ends_m));
            for occupant in traffic.on_link(next).filter(|occupant| ends_m + occupant.offset_m <= ahead_m) {
                each(ends_m + occupant.offset_m, next, occupant);
            }
        }
    }
    // Where each link ends, in metres behind the place.
    let mut todo = vec![(here, place.offset_m)];
    let mut seen = vec![here];
    while let Some((link, starts_m)) = todo.pop() {
        for &previous in network.incoming(network.link(link).from) {
            let is_back = network.link(link).opposite == Some(previous);
            if starts_m > behind_m || is_back || seen.contains(&previous) || seen.len() >= MAX_LINKS {
                continue;
            }
            let length_m = network.link(previous).line.length_m();
            seen.push(previous);
            todo.push((previous, starts_m + length_m));
            for occupant in traffic.on_link(previous) {
                let behind_here_m = starts_m + length_m - occupant.offset_m;
                if behind_here_m <= behind_m {
                    each(-behind_here_m, previous, occupant);
                }
            }
        }
    }
}

//! Who is on the road ahead of a place and behind it, across the ends of links.

use super::road_traffic::RoadTraffic;
use super::spot::Spot;
use crate::observation::OnRoad;
use roadnet::{LinkIdx, Network};

/// Most links looked at each way: far more than fit into the reach on any real road.
const MAX_LINKS: usize = 24;

/// Shows `each` the vehicles up to `ahead_m` down the road and `behind_m` up the road, with how many metres ahead of the
/// place each is (negative = behind) and its link.
pub(crate) fn nearby(
    network: &Network,
    traffic: &RoadTraffic,
    place: OnRoad,
    (behind_m, ahead_m): (f64, f64),
    mut each: impl FnMut(f64, LinkIdx, Spot),
) {
    let here = LinkIdx(place.link);
    for spot in traffic.spots(here) {
        let away_m = spot.offset_m() - place.offset_m;
        if (-behind_m..=ahead_m).contains(&away_m) {
            each(away_m, here, spot);
        }
    }
    // Where each link begins, in metres ahead of the place.
    let mut todo = vec![(here, -place.offset_m)];
    let mut seen = vec![here];
    while let Some((link, begins_m)) = todo.pop() {
        let ends_m = begins_m + traffic.length_m(link);
        if ends_m > ahead_m || seen.len() >= MAX_LINKS {
            continue;
        }
        for &next in network.outgoing(network.link(link).to) {
            let is_back = network.link(link).opposite == Some(next);
            if is_back || seen.contains(&next) || seen.len() >= MAX_LINKS {
                continue;
            }
            seen.push(next);
            todo.push((next, ends_m));
            for spot in traffic.spots(next).filter(|spot| ends_m + spot.offset_m() <= ahead_m) {
                each(ends_m + spot.offset_m(), next, spot);
            }
        }
    }
    // Where each link ends, in metres behind the place.
    let mut todo = vec![(here, place.offset_m)];
    let mut seen = vec![here];
    while let Some((link, starts_m)) = todo.pop() {
        if starts_m > behind_m || seen.len() >= MAX_LINKS {
            continue;
        }
        for &previous in network.incoming(network.link(link).from) {
            let is_back = network.link(link).opposite == Some(previous);
            if is_back || seen.contains(&previous) || seen.len() >= MAX_LINKS {
                continue;
            }
            let length_m = traffic.length_m(previous);
            seen.push(previous);
            todo.push((previous, starts_m + length_m));
            for spot in traffic.spots(previous) {
                let behind_here_m = starts_m + length_m - spot.offset_m();
                if behind_here_m <= behind_m {
                    each(-behind_here_m, previous, spot);
                }
            }
        }
    }
}

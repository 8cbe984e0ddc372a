//! The coastline of an extract, cut to a box.

use model::LatLon;
use roadnet::osm::Extract;
use roadnet::{Bounds, Tags};

/// Whether a way is a piece of coast. Land is always on its left, the sea on its right.
pub fn is_coast(tags: &Tags) -> bool {
    tags.get("natural") == Some("coastline")
}

/// The coast inside the box: joined where its ways meet, interrupted where it leaves the box or the extract.
pub fn coast(extract: &Extract, bounds: &Bounds) -> Vec<Vec<LatLon>> {
    let ways = extract.ways.iter().filter(|way| is_coast(&way.tags) && way.nodes.len() >= 2);
    let chains = join(ways.map(|way| way.nodes.clone()).collect());
    let mut pieces = Vec::new();
    for chain in chains {
        let places: Vec<Option<LatLon>> = chain.iter().map(|&node| extract.places.get(node)).collect();
        for part in places.split(Option::is_none) {
            let points: Vec<LatLon> = part.iter().flatten().copied().collect();
            pieces.extend(clip(&points, bounds));
        }
    }
    pieces
}

/// Joins ways where one ends and the next starts.
fn join(mut ways: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    let mut chains = Vec::new();
    while let Some(mut chain) = ways.pop() {
        loop {
            let (first, last) = (chain[0], chain[chain.len() - 1]);
            if first == last {
                break;
            }
            if let Some(after) = ways.iter().position(|way| way[0] == last) {
                chain.extend(ways.swap_remove(after).into_iter().skip(1));
            } else if let Some(before) = ways.iter().position(|way| way[way.len() - 1] == first) {
                let mut way = ways.swap_remove(before);
                way.extend(chain.into_iter().skip(1));
                chain = way;
            } else {
                break;
            }
        }
        chains.push(chain);
    }
    chains
}

/// The parts of a line within a box.
fn clip(points: &[LatLon], bounds: &Bounds) -> Vec<Vec<LatLon>> {
    let mut parts: Vec<Vec<LatLon>> = Vec::new();
    let mut part: Vec<LatLon> = Vec::new();
    for pair in points.windows(2) {
        let Some((enter, leave)) = inside(pair[0], pair[1], bounds) else {
            parts.extend(finished(&mut part));
            continue;
        };
        if enter > 0.0 || part.is_empty() {
            parts.extend(finished(&mut part));
            part.push(pair[0].lerp(pair[1], enter));
        }
        part.push(pair[0].lerp(pair[1], leave));
        if leave < 1.0 {
            parts.extend(finished(&mut part));
        }
    }
    parts.extend(finished(&mut part));
    parts
}

fn finished(part: &mut Vec<LatLon>) -> Option<Vec<LatLon>> {
    let part = std::mem::take(part);
    (part.len() >= 2).then_some(part)
}

/// The share of a straight line that lies within a box, as fractions of its length (Liang and Barsky's method).
fn inside(a: LatLon, b: LatLon, bounds: &Bounds) -> Option<(f64, f64)> {
    let (dx, dy) = (b.lon - a.lon, b.lat - a.lat);
    let edges = [
        (-dx, a.lon - bounds.west),
        (dx, bounds.east - a.lon),
        (-dy, a.lat - bounds.south),
        (dy, bounds.north - a.lat),
    ];
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (outward, room) in edges {
        if outward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if outward < 0.0 {
            enter = enter.max(room / outward);
        } else {
            leave = leave.min(room / outward);
        }
    }
    (enter < leave).then_some((enter, leave))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Bounds = Bounds { west: 0.0, south: 0.0, east: 10.0, north: 10.0 };

    fn line(points: &[(f64, f64)]) -> Vec<LatLon> {
        points.iter().map(|&(x, y)| LatLon::new(y, x)).collect()
    }

    #[test]
    fn a_line_is_cut_where_it_crosses_the_edge() {
        let parts = clip(&line(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0), (8.0, 15.0), (8.0, 5.0)]), &BOX);
        assert_eq!(parts, [line(&[(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]), line(&[(8.0, 10.0), (8.0, 5.0)])]);
    }

    #[test]
    fn a_line_inside_stays_whole_and_one_outside_goes() {
        let within = line(&[(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)]);
        assert_eq!(clip(&within, &BOX), [within]);
        assert!(clip(&line(&[(11.0, 0.0), (11.0, 10.0)]), &BOX).is_empty());
    }

    #[test]
    fn ways_join_in_their_direction_whatever_their_order() {
        assert_eq!(join(vec![vec![3, 4], vec![1, 2], vec![2, 3]]), [[1, 2, 3, 4]]);
        assert_eq!(join(vec![vec![1, 2], vec![3, 2]]).len(), 2);
    }
}

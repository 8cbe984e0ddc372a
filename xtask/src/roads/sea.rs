//! The sea: OSM maps only its coast, so the water is what lies between the coast and the edge of the extract.

use model::LatLon;
use roadnet::Bounds;
use roadnet::osm::Extract;

use super::areas::{Area, Ring, contains, oriented, signed_area};
use super::coast::coast;

/// How far from the edge, as a share of the box's shorter side, a coast may end that the border has cut: the last
/// node before the border is somewhere inside.
const REACH: f64 = 0.1;

/// A coast from edge to edge. Places on the edge are counted clockwise from the north-western corner, 1 a side.
struct Piece {
    points: Vec<LatLon>,
    start: f64,
    end: f64,
}

/// The sea areas of an extract; none where it has no coast, or one that ends in the middle of nowhere.
pub fn sea(extract: &Extract) -> Vec<Area> {
    let around = || {
        Bounds::around(extract.ways.iter().flat_map(|way| &way.nodes).filter_map(|&n| extract.places.get(n)))
    };
    extract
        .bounds
        .or_else(around)
        .map(|bounds| sea_within(coast(extract, &bounds), &bounds))
        .unwrap_or_default()
}

fn sea_within(coast: Vec<Vec<LatLon>>, bounds: &Bounds) -> Vec<Area> {
    let (rings, open): (Vec<Ring>, Vec<_>) =
        coast.into_iter().partition(|points| points.len() >= 4 && points.first() == points.last());
    let Some(pieces) =
        open.into_iter().map(|points| Piece::to_edge(points, bounds)).collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let (islands, pools): (Vec<Ring>, Vec<Ring>) =
        rings.into_iter().partition(|ring| signed_area(ring) > 0.0);

    let mut outers: Vec<Ring> = between(&pieces, bounds);
    outers.extend(pools);
    if outers.is_empty() && !islands.is_empty() {
        // Islands and no other coast: the sea is all around them.
        let corners = (0..=4).map(|n| corner(n, bounds));
        outers.push(corners.collect());
    }
    let area = |ring| Area { outer: oriented(ring, true), holes: Vec::new() };
    let mut areas: Vec<Area> = outers.into_iter().map(area).collect();
    for island in islands {
        if let Some(area) = areas.iter_mut().find(|area| contains(&area.outer, island[0])) {
            area.holes.push(oriented(island, false));
        }
    }
    areas
}

/// Joins pieces of coast along the edge. The sea is on a coast's right: from where a coast meets the edge, it goes on
/// clockwise along the edge to where the next coast starts.
fn between(pieces: &[Piece], bounds: &Bounds) -> Vec<Ring> {
    let mut used = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for first in 0..pieces.len() {
        if used[first] {
            continue;
        }
        let mut ring: Ring = Vec::new();
        let mut at = first;
        loop {
            used[at] = true;
            let piece = &pieces[at];
            ring.extend(&piece.points);
            let way_to = |start: f64| (start - piece.end).rem_euclid(4.0);
            let open = (0..pieces.len()).filter(|&next| next == first || !used[next]);
            let Some(next) =
                open.min_by(|&a, &b| way_to(pieces[a].start).total_cmp(&way_to(pieces[b].start)))
            else {
                break;
            };
            let goal = piece.end + way_to(pieces[next].start);
            let corners = (1..=8).map(f64::from).filter(|&n| piece.end < n && n < goal);
            ring.extend(corners.map(|n| corner(n as u32, bounds)));
            if next == first {
                break;
            }
            at = next;
        }
        ring.extend(ring.first().copied());
        rings.push(ring);
    }
    rings
}

/// The corners of the box, clockwise from the north-western one.
fn corner(n: u32, bounds: &Bounds) -> LatLon {
    match n % 4 {
        0 => LatLon::new(bounds.north, bounds.west),
        1 => LatLon::new(bounds.north, bounds.east),
        2 => LatLon::new(bounds.south, bounds.east),
        _ => LatLon::new(bounds.south, bounds.west),
    }
}

impl Piece {
    /// Draws both ends on to the edge; `None` if one is too far from it.
    fn to_edge(mut points: Vec<LatLon>, bounds: &Bounds) -> Option<Self> {
        let (start, first) = nearest_on_edge(*points.first()?, bounds)?;
        let (end, last) = nearest_on_edge(*points.last()?, bounds)?;
        points.insert(0, first);
        points.push(last);
        Some(Self { points, start, end })
    }
}

/// The place on the edge that is nearest to a point, and where along the edge it is.
fn nearest_on_edge(point: LatLon, bounds: &Bounds) -> Option<(f64, LatLon)> {
    // Degrees of longitude are shorter than those of latitude; distances are compared in the latter.
    let squeeze = bounds.center().lat.to_radians().cos();
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    let (from_west, from_north) = (point.lon - bounds.west, bounds.north - point.lat);
    let (from_east, from_south) = (width - from_west, height - from_north);
    let edges = [
        (from_north, from_west / width, LatLon::new(bounds.north, point.lon)),
        (from_east * squeeze, 1.0 + from_north / height, LatLon::new(point.lat, bounds.east)),
        (from_south, 2.0 + from_east / width, LatLon::new(bounds.south, point.lon)),
        (from_west * squeeze, 3.0 + from_south / height, LatLon::new(point.lat, bounds.west)),
    ];
    let (distance, along, place) = edges.into_iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    (distance <= REACH * height.min(width * squeeze)).then_some((along, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Bounds = Bounds { west: 0.0, south: 0.0, east: 10.0, north: 10.0 };

    fn line(points: &[(f64, f64)]) -> Vec<LatLon> {
        points.iter().map(|&(x, y)| LatLon::new(y, x)).collect()
    }

    /// The sea's area in square degrees.
    fn size(areas: &[Area]) -> f64 {
        let of = |ring: &Ring| signed_area(ring) / 2.0;
        areas.iter().map(|area| of(&area.outer) + area.holes.iter().map(of).sum::<f64>()).sum()
    }

    fn wet(areas: &[Area], x: f64, y: f64) -> bool {
        areas.iter().any(|area| {
            let inside = |ring: &Ring| contains(ring, LatLon::new(y, x));
            inside(&area.outer) && !area.holes.iter().any(inside)
        })
    }

    #[test]
    fn the_sea_lies_to_the_right_of_the_coast() {
        let north_going = line(&[(4.0, 0.0), (4.0, 10.0)]);
        let east = sea_within(vec![north_going.clone()], &BOX);
        assert!((size(&east) - 60.0).abs() < 1e-9, "{}", size(&east));
        assert!(wet(&east, 7.0, 5.0) && !wet(&east, 2.0, 5.0));
        let west = sea_within(vec![north_going.into_iter().rev().collect()], &BOX);
        assert!((size(&west) - 40.0).abs() < 1e-9);
        assert!(wet(&west, 2.0, 5.0) && !wet(&west, 7.0, 5.0));
    }

    #[test]
    fn a_strait_has_two_coasts_and_a_bay_one() {
        let strait = vec![line(&[(3.0, 0.0), (3.0, 10.0)]), line(&[(5.0, 10.0), (5.0, 0.0)])];
        let strait = sea_within(strait, &BOX);
        assert_eq!(strait.len(), 1);
        assert!((size(&strait) - 20.0).abs() < 1e-9);
        let bay = sea_within(vec![line(&[(10.0, 4.0), (8.0, 4.0), (8.0, 6.0), (10.0, 6.0)])], &BOX);
        assert!((size(&bay) - 4.0).abs() < 1e-9);
        assert!(wet(&bay, 9.0, 5.0));
    }

    #[test]
    fn islands_are_dry() {
        let island = line(&[(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0), (4.0, 4.0)]);
        let around = sea_within(vec![island], &BOX);
        assert!((size(&around) - 96.0).abs() < 1e-9);
        assert!(wet(&around, 1.0, 1.0) && !wet(&around, 5.0, 5.0));
    }

    #[test]
    fn a_coast_that_ends_short_of_the_edge_is_drawn_on_to_it_or_given_up() {
        let short = sea_within(vec![line(&[(4.0, 0.5), (4.0, 9.5)])], &BOX);
        assert!((size(&short) - 60.0).abs() < 1e-9);
        assert!(sea_within(vec![line(&[(4.0, 0.0), (4.0, 5.0)])], &BOX).is_empty());
        assert!(sea_within(Vec::new(), &BOX).is_empty());
    }
}

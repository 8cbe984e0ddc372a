//! Areas with holes, from the ways of a relation.

use std::collections::BTreeMap;

use model::LatLon;
use roadnet::osm::{OsmRelation, OsmWay, Places};

/// A ring: closed, first point repeated at the end.
pub type Ring = Vec<LatLon>;

/// One outer ring and the holes in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub outer: Ring,
    pub holes: Vec<Ring>,
}

/// The area of one closed way; `None` if it is not closed or hardly any of it is in the extract.
pub fn area_of_way(way: &OsmWay, places: &Places) -> Option<Area> {
    if !way.is_closed() {
        return None;
    }
    Some(Area { outer: oriented(ring_of(&way.nodes, places)?, true), holes: Vec::new() })
}

/// The areas of a multipolygon relation. Rings that lack a whole way are left out; the second value tells whether
/// there were any.
pub fn areas_of_relation(
    relation: &OsmRelation,
    ways: &BTreeMap<i64, &OsmWay>,
    places: &Places,
) -> (Vec<Area>, bool) {
    let (outers, outers_cut) = rings(relation, ways, places, |role| role == "outer" || role.is_empty());
    let (inners, inners_cut) = rings(relation, ways, places, |role| role == "inner");
    let mut areas: Vec<Area> =
        outers.into_iter().map(|ring| Area { outer: oriented(ring, true), holes: Vec::new() }).collect();
    for hole in inners {
        // A hole may touch its outer ring in a point, hence two points of it.
        if let Some(area) =
            areas.iter_mut().find(|area| contains(&area.outer, hole[0]) || contains(&area.outer, hole[1]))
        {
            area.holes.push(oriented(hole, false));
        }
    }
    (areas, outers_cut || inners_cut)
}

/// Joins the member ways of a role end to end into closed rings.
fn rings(
    relation: &OsmRelation,
    ways: &BTreeMap<i64, &OsmWay>,
    places: &Places,
    has_role: impl Fn(&str) -> bool,
) -> (Vec<Ring>, bool) {
    let members = relation.ways.iter().filter(|member| has_role(&member.role));
    let found: Vec<Option<&&OsmWay>> = members.map(|member| ways.get(&member.way)).collect();
    let mut cut = found.iter().any(Option::is_none);
    let mut open: Vec<Vec<i64>> =
        found.into_iter().flatten().map(|way| way.nodes.clone()).filter(|nodes| nodes.len() >= 2).collect();

    let mut rings = Vec::new();
    while !open.is_empty() {
        let mut chain = open.remove(0);
        while chain.first() != chain.last() {
            let end = chain.last().copied();
            let Some(next) =
                open.iter().position(|way| way.first().copied() == end || way.last().copied() == end)
            else {
                break;
            };
            let mut way = open.remove(next);
            if way.first().copied() != end {
                way.reverse();
            }
            chain.extend(way.into_iter().skip(1));
        }
        let closed = chain.len() >= 4 && chain.first() == chain.last();
        match ring_of(&chain, places).filter(|_| closed) {
            Some(ring) => rings.push(ring),
            None => cut = true,
        }
    }
    (rings, cut)
}

/// The places of a ring's nodes. Where the border of the extract cuts the ring, nodes are missing, and the straight
/// line between those before and after is about that border. `None` if no area is left.
fn ring_of(nodes: &[i64], places: &Places) -> Option<Ring> {
    let mut ring: Ring = nodes.iter().filter_map(|&node| places.get(node)).collect();
    if ring.first() != ring.last() {
        ring.push(*ring.first()?);
    }
    (ring.len() >= 4).then_some(ring)
}

/// The ring, turned if need be: counter-clockwise outside, clockwise for holes, as GeoJSON wants it.
pub fn oriented(mut ring: Ring, counter_clockwise: bool) -> Ring {
    if (signed_area(&ring) > 0.0) != counter_clockwise {
        ring.reverse();
    }
    ring
}

/// Twice the area in square degrees, positive for a counter-clockwise ring.
pub fn signed_area(ring: &[LatLon]) -> f64 {
    ring.windows(2).map(|pair| pair[0].lon * pair[1].lat - pair[1].lon * pair[0].lat).sum()
}

/// Whether a point lies within a ring (even-odd rule).
pub fn contains(ring: &[LatLon], point: LatLon) -> bool {
    let crossings = ring.windows(2).filter(|pair| {
        let (a, b) = (pair[0], pair[1]);
        (a.lat > point.lat) != (b.lat > point.lat)
            && point.lon < (b.lon - a.lon) * (point.lat - a.lat) / (b.lat - a.lat) + a.lon
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use roadnet::osm::WayMember;

    fn way(id: i64, nodes: &[i64]) -> OsmWay {
        OsmWay { id, tags: roadnet::Tags::default(), nodes: nodes.to_vec() }
    }

    /// Node 10·x + y lies at longitude x, latitude y.
    fn grid() -> Places {
        (0..100).map(|n| (n, LatLon::new((n % 10) as f64, (n / 10) as f64))).collect()
    }

    fn relation(members: &[(i64, &str)]) -> OsmRelation {
        let ways = members.iter().map(|&(way, role)| WayMember { way, role: role.into() }).collect();
        OsmRelation { id: 1, tags: roadnet::Tags::default(), ways }
    }

    #[test]
    fn pieces_drawn_either_way_join_to_a_ring_with_its_hole() {
        // A square of side 9 in two pieces, the second against the first; a hole of side 1 inside.
        let all = [way(1, &[0, 90, 99]), way(2, &[0, 9, 99]), way(3, &[44, 45, 55, 54, 44])];
        let ways = all.iter().map(|way| (way.id, way)).collect();
        let members = [(1, "outer"), (2, "outer"), (3, "inner")];
        let (areas, cut) = areas_of_relation(&relation(&members), &ways, &grid());
        assert!(!cut);
        assert_eq!(areas.len(), 1);
        assert_eq!(areas[0].outer.len(), 5);
        assert!(signed_area(&areas[0].outer) > 0.0);
        assert_eq!(areas[0].holes.len(), 1);
        assert!(signed_area(&areas[0].holes[0]) < 0.0);
    }

    #[test]
    fn a_ring_that_the_extract_cuts_is_left_out() {
        let all = [way(1, &[0, 90, 99])];
        let ways = all.iter().map(|way| (way.id, way)).collect();
        let (areas, cut) = areas_of_relation(&relation(&[(1, "outer"), (2, "outer")]), &ways, &grid());
        assert!(areas.is_empty());
        assert!(cut);
    }

    #[test]
    fn an_area_keeps_what_the_border_leaves_of_it() {
        let outer = |nodes: &[i64]| area_of_way(&way(1, nodes), &grid()).map(|area| area.outer.len());
        assert_eq!(outer(&[0, 9, 99, 90, 0]), Some(5));
        assert_eq!(outer(&[1234, 9, 99, 90, 1234]), Some(4));
        assert_eq!(outer(&[0, 1234, 99, 1235, 0]), None);
        assert_eq!(outer(&[0, 9, 99]), None);
    }
}

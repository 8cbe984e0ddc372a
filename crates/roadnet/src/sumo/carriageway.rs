//! What a SUMO edge is as a road: its class, its limit, its lanes.

use super::document::Edge;
use crate::{Carriageway, RoadClass};

/// Limits in m/s from which on a road without a known type counts as a motorway, a trunk road, an artery.
const MOTORWAY_MPS: f64 = 27.0;
const TRUNK_MPS: f64 = 19.0;
/// Up to this limit in m/s a road without a known type is a street with homes.
const RESIDENTIAL_MPS: f64 = 8.4;

/// The class that the edge's type names (`highway.primary`), else the one that its limit and lanes suggest.
pub(super) fn class(edge: &Edge, carriageway: &Carriageway) -> RoadClass {
    let of_type = |kind: &str| {
        let name = kind.split(['|', ';']).next().unwrap_or(kind);
        RoadClass::from_highway(name.strip_prefix("highway.").unwrap_or(name))
    };
    edge.kind.as_deref().and_then(of_type).unwrap_or(match carriageway {
        Carriageway { speed_limit_mps, lanes } if *speed_limit_mps >= MOTORWAY_MPS && *lanes >= 2 => {
            RoadClass::Motorway
        }
        Carriageway { speed_limit_mps, .. } if *speed_limit_mps >= TRUNK_MPS => RoadClass::Trunk,
        Carriageway { speed_limit_mps, .. } if *speed_limit_mps <= RESIDENTIAL_MPS => RoadClass::Residential,
        Carriageway { lanes, .. } if *lanes >= 2 => RoadClass::Secondary,
        Carriageway { .. } => RoadClass::Unclassified,
    })
}

/// The fastest lane's limit and the number of lanes; `None` if cars may use none.
pub(super) fn carriageway(edge: &Edge) -> Option<Carriageway> {
    let fastest = edge.lanes.iter().map(|lane| lane.speed_mps).max_by(f64::total_cmp)?;
    let lanes = u8::try_from(edge.lanes.len()).unwrap_or(u8::MAX);
    Some(Carriageway { speed_limit_mps: fastest, lanes })
}

#[cfg(test)]
mod tests {
    use super::super::document::Lane;
    use super::*;

    fn edge(kind: Option<&str>, speeds_mps: &[f64]) -> Edge {
        let lane = |&speed_mps: &f64| Lane { index: 0, speed_mps, shape: Vec::new() };
        Edge {
            id: "e".to_owned(),
            from: "a".to_owned(),
            to: "b".to_owned(),
            name: None,
            kind: kind.map(str::to_owned),
            shape: Vec::new(),
            lanes: speeds_mps.iter().map(lane).collect(),
        }
    }

    #[test]
    fn a_type_from_openstreetmap_says_the_class_and_else_the_limit_does() {
        for (kind, speeds_mps, expected) in [
            (Some("highway.motorway_link"), &[22.2][..], RoadClass::MotorwayLink),
            (Some("highway.primary|railway.tram"), &[13.9], RoadClass::Primary),
            (Some("mine"), &[33.3, 33.3], RoadClass::Motorway),
            (None, &[25.0], RoadClass::Trunk),
            (None, &[13.9, 13.9], RoadClass::Secondary),
            (None, &[13.9], RoadClass::Unclassified),
            (None, &[8.33], RoadClass::Residential),
        ] {
            let edge = edge(kind, speeds_mps);
            assert_eq!(class(&edge, &carriageway(&edge).unwrap()), expected, "{kind:?}");
        }
    }

    #[test]
    fn an_edge_without_a_lane_for_cars_is_no_road() {
        assert_eq!(carriageway(&edge(None, &[])), None);
        let two = carriageway(&edge(None, &[10.0, 12.0])).unwrap();
        assert_eq!((two.speed_limit_mps, two.lanes), (12.0, 2));
    }
}

//! Small networks for tests.

use std::sync::Arc;

use roadnet::{LinkIdx, Network};
use serde_json::json;

/// A ring of four one-way sides (names `south`, `east`, `north`, `west`), each `side_m` long, with as many lanes as asked.
pub(super) fn ring(side_m: f64, lanes: u8, limit_kmh: u32) -> Arc<Network> {
    let (lat, lon) = (60.0, 25.0);
    let (up, right) = (side_m / 111_195.0, side_m / (111_195.0 * 60.0_f64.to_radians().cos()));
    let corners = [[lon, lat], [lon + right, lat], [lon + right, lat + up], [lon, lat + up], [lon, lat]];
    let sides = ["south", "east", "north", "west"].iter().zip(corners.windows(2));
    let features: Vec<_> = sides
        .map(|(name, ends)| {
            json!({"type": "Feature", "id": name,
                "properties": {"highway": "primary", "name": name, "oneway": "yes", "lanes": lanes, "maxspeed": limit_kmh},
                "geometry": {"type": "LineString", "coordinates": ends}})
        })
        .collect();
    read(json!({"type": "FeatureCollection", "features": features}))
}

/// Two streets that cross in the middle, both ways, each arm 300 m long with a dead end.
pub(super) fn crossing() -> Arc<Network> {
    let (lat, lon) = (60.0, 25.0);
    let (up, right) = (300.0 / 111_195.0, 300.0 / (111_195.0 * 60.0_f64.to_radians().cos()));
    let ends = [[lon, lat + up], [lon + right, lat], [lon, lat - up], [lon - right, lat]];
    let arms = ["north", "east", "south", "west"].iter().zip(ends);
    let features: Vec<_> = arms
        .map(|(name, end)| {
            json!({"type": "Feature", "id": name,
                "properties": {"highway": "secondary", "name": name, "maxspeed": 50},
                "geometry": {"type": "LineString", "coordinates": [[lon, lat], end]}})
        })
        .collect();
    read(json!({"type": "FeatureCollection", "features": features}))
}

/// The link of the road with this id, in drawing direction.
pub(super) fn link(network: &Network, id: &str) -> LinkIdx {
    let found = network
        .links()
        .find(|(_, link)| link.road_id.as_ref() == id && link.direction == roadnet::Direction::Forward);
    found.unwrap().0
}

fn read(roads: serde_json::Value) -> Arc<Network> {
    let (network, warnings) = roadnet::read_geojson(roads.to_string().as_bytes()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    Arc::new(network)
}

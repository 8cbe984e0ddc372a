//! Small networks for tests.

use std::sync::Arc;

use roadnet::{Connection, LinkIdx, Network, Rules};
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

/// One straight one-way road that leads nowhere: traffic comes in at its start and leaves at its end.
pub(super) fn straight(length_m: f64, lanes: u8, limit_kmh: u32) -> Arc<Network> {
    let right = length_m / (111_195.0 * 60.0_f64.to_radians().cos());
    let class = if limit_kmh > 60 { "trunk" } else { "residential" };
    read(json!({"type": "FeatureCollection", "features": [{"type": "Feature", "id": "road",
        "properties": {"highway": class, "name": "road", "oneway": "yes", "lanes": lanes, "maxspeed": limit_kmh},
        "geometry": {"type": "LineString", "coordinates": [[25.0, 60.0], [25.0 + right, 60.0]]}}]}))
}

/// Two one-way streets that cross at lights, from the west and from the north; nobody turns.
pub(super) fn crossing_of_one_ways() -> Arc<Network> {
    let (lat, lon) = (60.0, 25.0);
    let (up, right) = (400.0 / 111_195.0, 400.0 / (111_195.0 * 60.0_f64.to_radians().cos()));
    let street = |id: &str, from: [f64; 2], to: [f64; 2]| {
        json!({"type": "Feature", "id": id,
            "properties": {"highway": "residential", "name": id, "oneway": "yes", "maxspeed": 50},
            "geometry": {"type": "LineString", "coordinates": [from, to]}})
    };
    let middle = [lon, lat];
    let features = json!([
        street("west", [lon - right, lat], middle),
        street("east", middle, [lon + right, lat]),
        street("north", [lon, lat + up], middle),
        street("south", middle, [lon, lat - up]),
        {"type": "Feature", "properties": {"highway": "traffic_signals"},
            "geometry": {"type": "Point", "coordinates": middle}},
    ]);
    let network = read(json!({"type": "FeatureCollection", "features": features}));
    let connection = |from: &str, to: &str| Connection {
        from: link(&network, from),
        to: link(&network, to),
        from_lane: 0,
        to_lane: 0,
        light: None,
    };
    let connections = vec![connection("west", "east"), connection("north", "south")];
    let rules = Rules { connections, ..Rules::default() };
    let network = Arc::into_inner(network).unwrap();
    Arc::new(network.with_rules(rules))
}

/// A main road from the west to the east, with a side street from the north; each arm 300 m long with a dead end.
pub(super) fn side_street() -> Arc<Network> {
    let (lat, lon) = (60.0, 25.0);
    let (up, right) = (300.0 / 111_195.0, 300.0 / (111_195.0 * 60.0_f64.to_radians().cos()));
    let arms = [
        ("west", "primary", [lon - right, lat]),
        ("east", "primary", [lon + right, lat]),
        ("north", "residential", [lon, lat + up]),
    ];
    let features = arms.map(|(name, class, end)| {
        json!({"type": "Feature", "id": name,
            "properties": {"highway": class, "name": name, "maxspeed": 50},
            "geometry": {"type": "LineString", "coordinates": [[lon, lat], end]}})
    });
    read(json!({"type": "FeatureCollection", "features": features}))
}

use model::LatLon;
use roadnet::osm::{Extract, NotRoad, OsmNode, OsmRoads, OsmWay, roads};
use roadnet::{Direction, Network, Road, RoadClass};

/// Node n lies n/1000 degrees east of the first; the extract holds nodes 0 to 9.
fn place(node: i64) -> LatLon {
    LatLon::new(60.17, 24.94 + node as f64 / 1000.0)
}

fn way(id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> OsmWay {
    let highway = [("highway", "residential")];
    let tags =
        if tags.iter().any(|(key, _)| *key == "highway") { tags.to_vec() } else { [&highway, tags].concat() };
    OsmWay { id, tags: tags.into_iter().collect(), nodes: nodes.to_vec() }
}

fn roads_of(ways: &[OsmWay]) -> OsmRoads {
    let places = (0..10).map(|node| (node, place(node))).collect();
    let signal =
        |id| OsmNode { id, place: place(id), tags: [("highway", "traffic_signals")].into_iter().collect() };
    roads(&Extract { places, ways: ways.to_vec(), nodes: vec![signal(1), signal(8)], ..Extract::default() })
}

/// The road's id and its nodes.
fn described(road: &Road) -> (String, Vec<i64>) {
    let node = |point: &LatLon| ((point.lon - 24.94) * 1000.0).round() as i64;
    (road.id.to_string(), road.line.points().iter().map(node).collect())
}

fn pieces(found: &OsmRoads) -> Vec<(String, Vec<i64>)> {
    found.roads.iter().map(described).collect()
}

fn piece(id: &str, nodes: &[i64]) -> (String, Vec<i64>) {
    (id.to_owned(), nodes.to_vec())
}

#[test]
fn ways_split_at_every_node_they_share() {
    let found = roads_of(&[way(1, &[0, 1, 2, 3, 4], &[]), way(2, &[5, 2], &[]), way(3, &[4, 6], &[])]);
    assert_eq!(
        pieces(&found),
        [piece("1.0", &[0, 1, 2]), piece("1.1", &[2, 3, 4]), piece("2.0", &[5, 2]), piece("3.0", &[4, 6])]
    );
    let network = Network::new(found.roads, found.signals);
    assert_eq!((network.node_count(), network.link_count()), (5, 8));
}

#[test]
fn a_way_that_meets_itself_is_split_there() {
    let found = roads_of(&[way(1, &[0, 1, 2, 3, 1, 4], &[])]);
    assert_eq!(pieces(&found), [piece("1.0", &[0, 1]), piece("1.1", &[1, 2, 3, 1]), piece("1.2", &[1, 4])]);
}

#[test]
fn ways_that_are_no_roads_split_nothing() {
    let found = roads_of(&[way(1, &[0, 1, 2], &[]), way(2, &[5, 1], &[("highway", "footway")])]);
    assert_eq!(pieces(&found), [piece("1.0", &[0, 1, 2])]);
    assert_eq!(found.dropped[&NotRoad::NotForMotorVehicles], 1);
}

#[test]
fn a_way_cut_by_the_border_keeps_the_pieces_inside() {
    let found = roads_of(&[way(1, &[90, 0, 1, 91, 92, 2, 3, 93], &[]), way(2, &[94, 4, 95], &[])]);
    assert_eq!(pieces(&found), [piece("1.0", &[0, 1]), piece("1.1", &[2, 3])]);
    assert_eq!((found.ways_used, found.ways_cut), (1, 2));
    assert_eq!(found.dropped[&NotRoad::NoNodes], 1);
}

#[test]
fn oneway_minus_one_goes_against_the_way() {
    let found = roads_of(&[way(1, &[0, 1], &[("oneway", "-1")])]);
    let network = Network::new(found.roads, found.signals);
    let (_, link) = network.links().next().unwrap();
    assert_eq!((network.link_count(), link.direction), (1, Direction::Backward));
    assert_eq!((link.line.start(), link.line.end()), (place(1), place(0)));
}

#[test]
fn a_roundabout_is_driven_one_way_between_its_exits() {
    let found = roads_of(&[
        way(1, &[0, 1, 2, 3, 0], &[("junction", "roundabout"), ("highway", "tertiary")]),
        way(2, &[5, 1], &[]),
        way(3, &[6, 3], &[]),
    ]);
    let ring: Vec<_> = found.roads.iter().filter(|road| road.class == RoadClass::Tertiary).collect();
    assert_eq!(ring.len(), 3);
    assert!(ring.iter().all(|road| road.forward.is_some() && road.backward.is_none()));
    // From one exit to the other only the way round.
    let network = Network::new(found.roads.clone(), Vec::new());
    let idx = |from, to| {
        let found = network.links().find(|(_, l)| l.line.start() == place(from) && l.line.end() == place(to));
        found.unwrap().0
    };
    let way = roadnet::route(&network, idx(6, 3), idx(1, 5), |link| link.line.length_m()).unwrap();
    assert_eq!(way, [idx(6, 3), idx(3, 0), idx(0, 1), idx(1, 5)]);
}

#[test]
fn limits_and_lanes_follow_the_tags_or_else_the_class() {
    let found = roads_of(&[
        way(1, &[0, 1], &[("maxspeed", "30 mph"), ("lanes", "3"), ("lanes:forward", "2")]),
        way(2, &[2, 3], &[("highway", "primary")]),
        way(3, &[4, 5], &[("highway", "motorway")]),
    ]);
    let sides: Vec<_> = found.roads.iter().map(|road| (road.forward, road.backward)).collect();
    let kmh_lanes =
        |side: Option<roadnet::Carriageway>| side.map(|s| ((s.speed_limit_mps * 36.0).round(), s.lanes));
    assert_eq!((kmh_lanes(sides[0].0), kmh_lanes(sides[0].1)), (Some((483.0, 2)), Some((483.0, 1))));
    assert_eq!((kmh_lanes(sides[1].0), kmh_lanes(sides[1].1)), (Some((600.0, 1)), Some((600.0, 1))));
    assert_eq!((kmh_lanes(sides[2].0), kmh_lanes(sides[2].1)), (Some((1100.0, 2)), None));
}

#[test]
fn ways_closed_to_motor_vehicles_are_left_out() {
    let found = roads_of(&[
        way(1, &[0, 1], &[("access", "no")]),
        way(2, &[1, 2], &[("access", "no"), ("motor_vehicle", "destination")]),
        way(3, &[2, 3], &[("motor_vehicle", "no"), ("bus", "yes")]),
        way(4, &[3, 4, 5, 3], &[("highway", "service"), ("area", "yes")]),
    ]);
    assert_eq!(pieces(&found), [piece("2.0", &[1, 2])]);
    assert_eq!(found.dropped[&NotRoad::NoAccess], 2);
    assert_eq!(found.dropped[&NotRoad::NotForMotorVehicles], 1);
}

#[test]
fn traffic_lights_count_where_they_stand_on_a_road() {
    let found = roads_of(&[way(1, &[0, 1, 2], &[])]);
    assert_eq!(found.signals, [place(1)]);
}

#[test]
fn unreadable_tags_are_told_by_way() {
    let found = roads_of(&[way(7, &[0, 1], &[("maxspeed", "slow"), ("oneway", "sometimes")])]);
    let told: Vec<String> = found.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "way 7: oneway=sometimes is not known; read as if it were not there",
            "way 7: maxspeed=slow is not a speed; took 40 km/h for residential"
        ]
    );
}

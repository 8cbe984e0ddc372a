//! SUMO networks: which edges are roads, where they lie, how they join.

use model::LatLon;
use roadnet::{Network, ReadError, RoadClass, read, route, sumo::read_geo_reference};

const UTM_33: &str = "+proj=utm +zone=33 +ellps=WGS84 +datum=WGS84 +units=m +no_defs";

fn net(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<net version="1.9"><location netOffset="0.00,0.00" projParameter="!"/>{body}</net>"#
    )
}

fn network(text: &str) -> Network {
    let (network, warnings) = read(text.as_bytes()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    network
}

/// An edge with lanes for cars at these distances to the left of the x axis.
fn edge(id: &str, from: &str, to: &str, xs: (f64, f64), ys: &[f64]) -> String {
    let lanes: String = ys
        .iter()
        .enumerate()
        .map(|(i, y)| {
            format!(
                r#"<lane id="{id}_{i}" index="{i}" speed="13.89" length="1" shape="{},{y} {},{y}"/>"#,
                xs.0, xs.1
            )
        })
        .collect();
    format!(r#"<edge id="{id}" from="{from}" to="{to}" priority="1">{lanes}</edge>"#)
}

fn junction(id: &str, kind: &str, x: f64) -> String {
    format!(r#"<junction id="{id}" type="{kind}" x="{x}" y="0" incLanes="" intLanes="" shape=""/>"#)
}

/// A road with two lanes each way from a over b to c, which nobody may turn round on.
fn two_way() -> String {
    let connect = |from: &str, to: &str| {
        format!(r#"<connection from="{from}" to="{to}" fromLane="0" toLane="0" dir="s" state="M"/>"#)
    };
    [
        edge("ab", "a", "b", (0.0, 199.0), &[-5.0, -2.0]),
        edge("-ab", "b", "a", (199.0, 0.0), &[5.0, 2.0]),
        edge("bc", "b", "c", (201.0, 400.0), &[-5.0, -2.0]),
        edge("cb", "c", "b", (400.0, 201.0), &[5.0, 2.0]),
        junction("a", "dead_end", 0.0),
        junction("b", "priority", 200.0),
        junction("c", "dead_end", 400.0),
        connect("ab", "bc"),
        connect("cb", "-ab"),
    ]
    .concat()
}

fn link<'a>(network: &'a Network, id: &str) -> (roadnet::LinkIdx, &'a roadnet::Link) {
    network.links().find(|(_, link)| &*link.road_id == id).unwrap()
}

#[test]
fn an_edge_is_a_road_along_the_middle_of_its_lanes() {
    let network = network(&net(&two_way()));
    assert_eq!(network.link_count(), 4);
    let (_, ab) = link(&network, "ab");
    assert_eq!((ab.lanes, ab.class, ab.speed_limit_mps), (2, RoadClass::Secondary, 13.89));
    assert!((ab.line.length_m() - 200.0).abs() < 0.1, "{}", ab.line.length_m());
    let middle = LatLon::new(0.0, 0.0).distance_m(ab.line.point_at(100.0));
    assert!((middle - 100.0f64.hypot(3.5)).abs() < 0.1, "{middle}");
    assert!((ab.line.heading_at(100.0) - 90.0).abs() < 0.1);
}

#[test]
fn roads_join_where_the_file_connects_them_and_only_there() {
    let network = network(&net(&two_way()));
    let (ab, _) = link(&network, "ab");
    let (bc, _) = link(&network, "bc");
    let (cb, _) = link(&network, "cb");
    assert_eq!(route(&network, ab, bc, roadnet::Link::free_flow_s), Some(vec![ab, bc]));
    assert_eq!(network.outgoing(network.link(ab).to), [bc]);
    assert_ne!(network.link(ab).to, network.link(cb).to);
}

#[test]
fn the_two_directions_of_a_road_know_each_other() {
    let network = network(&net(&two_way()));
    for (one, other) in [("ab", "-ab"), ("bc", "cb")] {
        let ((one, one_link), (other, other_link)) = (link(&network, one), link(&network, other));
        assert_eq!((one_link.opposite, other_link.opposite), (Some(other), Some(one)));
    }
    assert!((network.road_length_m() - 400.0).abs() < 0.5, "{}", network.road_length_m());
    assert_eq!(network.roads().len(), 4);
    assert!(network.roads().iter().all(|road| road.backward.is_none()));
}

#[test]
fn without_connections_roads_join_at_every_junction() {
    let body = two_way();
    let network = network(&net(&body[..body.find("<connection").unwrap()]));
    let ((ab, _), (bc, _), (cb, _)) = (link(&network, "ab"), link(&network, "bc"), link(&network, "cb"));
    assert_eq!(network.link(ab).to, network.link(cb).to);
    assert_eq!(network.outgoing(network.link(ab).to).len(), 2);
    assert!(network.outgoing(network.link(ab).to).contains(&bc));
}

#[test]
fn edges_inside_junctions_and_those_not_for_cars_are_left_out() {
    let inside = r#"<edge id=":b_0" function="internal"><lane id=":b_0_0" index="0" speed="9" length="2" shape="199,-2 201,-2"/></edge>"#;
    let footway = r#"<edge id="walk" from="a" to="b"><lane id="walk_0" index="0" allow="pedestrian" speed="2" length="9" shape="0,9 200,9"/></edge>"#;
    let busway = r#"<edge id="bus" from="a" to="b"><lane id="bus_0" index="0" allow="bus" speed="9" length="9" shape="0,9 200,9"/><lane id="bus_1" index="1" disallow="passenger bicycle" speed="9" length="9" shape="0,9 200,9"/></edge>"#;
    let network = network(&net(&[two_way().as_str(), inside, footway, busway].concat()));
    assert_eq!(network.link_count(), 4);
}

#[test]
fn traffic_lights_stand_where_the_roads_that_obey_them_end() {
    let lit = two_way()
        .replace(r#"<connection from="ab" to="bc""#, r#"<connection from="ab" to="bc" tl="b" linkIndex="0""#);
    let network = network(&net(&lit));
    let (ab, _) = link(&network, "ab");
    assert_eq!(network.signals().len(), 1);
    assert!(network.signals()[0].distance_m(network.node(network.link(ab).to)) < 0.01);
}

#[test]
fn a_network_in_utm_lies_where_sumo_says() {
    // Printed by SUMO 1.15 itself for these x and y of a network in this projection.
    let text = net("").replace(
        r#"netOffset="0.00,0.00" projParameter="!""#,
        &format!(r#"netOffset="-402990.32,-5794389.48" projParameter="{UTM_33}""#),
    );
    let place = read_geo_reference(text.as_bytes()).unwrap();
    for (x_m, y_m, lat, lon) in [
        (335.7564, 3156.4578, 52.319_715_333, 13.581_633_804),
        (1055.3071, 2843.9809, 52.317_033_126, 13.592_276_467),
        (1499.9719, 2520.8883, 52.314_206_785, 13.598_889_636),
    ] {
        let apart_m = place.to_lat_lon(x_m, y_m).distance_m(LatLon::new(lat, lon));
        assert!(apart_m < 0.001, "{apart_m} m off");
        let (back_x_m, back_y_m) = place.to_xy_m(LatLon::new(lat, lon));
        assert!((back_x_m - x_m).hypot(back_y_m - y_m) < 0.001);
    }
}

#[test]
fn what_is_no_sumo_network_is_refused_with_the_reason() {
    let refused = |text: &str| read(text.as_bytes()).unwrap_err();
    assert!(matches!(refused("<osm/>"), ReadError::NotSumo { root } if root == "osm"));
    assert!(matches!(refused("<net><edge id='a'></net>"), ReadError::Xml(_)));
    assert!(matches!(refused("<!-- nothing -->"), ReadError::NotSumo { .. }));
    let lambert = net("").replace(r#"projParameter="!""#, r#"projParameter="+proj=lcc""#);
    assert!(matches!(refused(&lambert), ReadError::Projection { .. }));
}

#[test]
fn a_damaged_edge_costs_only_itself() {
    let text = net(&format!(
        r#"{}<edge id="x" from="a" to="nowhere"><lane id="x_0" index="0" speed="9" length="1" shape="1,a"/></edge>"#,
        two_way()
    ));
    let (network, warnings) = read(text.as_bytes()).unwrap();
    assert_eq!(network.link_count(), 4);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].to_string(), "edge \"x\": skipped: it has no shape");
}

#[test]
fn connections_and_plans_of_lights_are_rules_by_link_and_lane() {
    let lit = [
        edge("ab", "a", "b", (0.0, 199.0), &[-5.0, -2.0]),
        edge("bc", "b", "c", (201.0, 400.0), &[-5.0, -2.0]),
        junction("a", "dead_end", 0.0),
        junction("b", "traffic_light", 200.0),
        junction("c", "dead_end", 400.0),
        r#"<connection from="ab" to="bc" fromLane="1" toLane="0" dir="s" state="o" tl="b" linkIndex="1"/>"#.to_owned(),
        r#"<tlLogic id="b" type="static" programID="0" offset="7"><phase duration="30" state="rG"/><phase duration="3" state="ry"/></tlLogic>"#
            .to_owned(),
        r#"<tlLogic id="b" type="static" programID="1" offset="0"><phase duration="9" state="gg"/></tlLogic>"#.to_owned(),
    ]
    .concat();
    let network = network(&net(&lit));
    let rules = network.rules();
    let expected = roadnet::Connection {
        from: link(&network, "ab").0,
        to: link(&network, "bc").0,
        from_lane: 1,
        to_lane: 0,
        light: Some((0, 1)),
    };
    assert_eq!(rules.connections, [expected]);
    assert_eq!((rules.light_plans.len(), rules.light_plans[0].offset_s), (1, 7.0));
    let shows: Vec<_> = rules.light_plans[0].phases.iter().map(|phase| phase.shows[1]).collect();
    assert_eq!(shows, [roadnet::LightColour::Green, roadnet::LightColour::Amber]);
}

#[test]
fn plans_that_wait_to_be_switched_by_hand_take_turns() {
    let plan = |number: u8, state: &str| {
        format!(
            r#"<tlLogic id="b" type="static" programID="{number}" offset="0"><phase duration="10000" state="{state}"/></tlLogic>"#
        )
    };
    let network = network(&net(&[two_way(), plan(0, "Gr"), plan(1, "rG")].concat()));
    let plans = &network.rules().light_plans;
    assert_eq!((plans.len(), plans[0].phases.len()), (1, 2));
    assert!(plans[0].phases.iter().all(|phase| phase.duration_s < 60.0));
}

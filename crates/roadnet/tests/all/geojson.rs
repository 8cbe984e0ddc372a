use roadnet::{Direction, Link, Network, ReadError, RoadClass, Warning, read, read_geojson};

/// A collection of features, each given as its properties (after the brace) and its geometry.
fn collection(features: &[(&str, &str)]) -> String {
    let features: Vec<String> = features
        .iter()
        .map(|(properties, geometry)| {
            format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn line(positions: &str) -> String {
    format!(r#"{{"type":"LineString","coordinates":{positions}}}"#)
}

fn read_ok(text: &str) -> (Network, Vec<Warning>) {
    read_geojson(text.as_bytes()).unwrap()
}

/// Reads one road from west to east with these properties.
fn one_road(properties: &str) -> (Vec<Link>, Vec<Warning>) {
    let (network, warnings) = read_ok(&collection(&[(properties, &line("[[24.94,60.17],[24.95,60.17]]"))]));
    let links = network.links().map(|(_, link)| link.clone()).collect();
    (links, warnings)
}

fn kmh(link: &Link) -> f64 {
    (link.speed_limit_mps * 3.6 * 1e6).round() / 1e6
}

#[test]
fn a_plain_road_is_one_link_each_way_with_its_tags() {
    let (links, warnings) =
        one_road(r#""id":"r1","highway":"primary","name":"Kaivokatu","ref":"E12","maxspeed":40,"lanes":4"#);
    assert_eq!(warnings, []);
    assert_eq!(links.len(), 2);
    for (link, direction) in links.iter().zip([Direction::Forward, Direction::Backward]) {
        assert_eq!(&*link.road_id, "r1");
        assert_eq!(link.direction, direction);
        assert_eq!(link.class, RoadClass::Primary);
        assert_eq!(link.name.as_deref(), Some("Kaivokatu"));
        assert_eq!(link.reference.as_deref(), Some("E12"));
        assert_eq!(kmh(link), 40.0);
        assert_eq!(link.lanes, 2);
    }
    assert_eq!((links[0].opposite, links[1].opposite).0.map(|l| l.0), Some(1));
    assert_eq!(links[1].opposite.map(|l| l.0), Some(0));
    assert!((links[0].line.heading_at(0.0) - 90.0).abs() < 0.1);
    assert!((links[1].line.heading_at(0.0) - 270.0).abs() < 0.1);
    assert!((links[0].line.length_m() - 553.0).abs() < 1.0);
}

#[test]
fn one_way_roads_have_a_single_link() {
    for (oneway, direction) in [
        (r#""yes""#, Direction::Forward),
        ("true", Direction::Forward),
        ("1", Direction::Forward),
        (r#""1""#, Direction::Forward),
        (r#""-1""#, Direction::Backward),
        ("-1", Direction::Backward),
    ] {
        let (links, warnings) = one_road(&format!(r#""highway":"residential","oneway":{oneway},"lanes":2"#));
        assert_eq!((links.len(), warnings.len()), (1, 0), "{oneway}");
        assert_eq!((links[0].direction, links[0].lanes, links[0].opposite), (direction, 2, None), "{oneway}");
        let east = links[0].line.heading_at(0.0) < 180.0;
        assert_eq!(east, direction == Direction::Forward, "{oneway}");
    }
    for oneway in [r#""no""#, "false", "null", "0"] {
        assert_eq!(one_road(&format!(r#""highway":"residential","oneway":{oneway}"#)).0.len(), 2, "{oneway}");
    }
    assert_eq!(one_road(r#""highway":"tertiary","junction":"roundabout""#).0.len(), 1);
    assert_eq!(one_road(r#""highway":"motorway""#).0.len(), 2);
}

#[test]
fn speed_limits_come_in_many_spellings() {
    for (value, expected_kmh) in [
        ("50", 50.0),
        (r#""50""#, 50.0),
        ("50.0", 50.0),
        (r#""30 mph""#, 48.28032),
        (r#""walk""#, 7.0),
        (r#""none""#, 130.0),
        (r#""FI:urban""#, 50.0),
        (r#"["60","40"]"#, 60.0),
        ("null", 40.0),
    ] {
        let (links, warnings) = one_road(&format!(r#""highway":"residential","maxspeed":{value}"#));
        assert_eq!(kmh(&links[0]), expected_kmh, "{value}");
        assert_eq!(warnings, [], "{value}");
    }
}

#[test]
fn an_unreadable_limit_keeps_the_road_and_warns() {
    let (links, warnings) = one_road(r#""id":"r9","highway":"residential","maxspeed":"quick""#);
    assert_eq!(kmh(&links[0]), 40.0);
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].to_string(),
        "feature \"r9\": maxspeed=quick is not a speed; took 40 km/h for residential"
    );
}

#[test]
fn ids_come_from_the_feature_then_its_properties_then_its_place() {
    let text = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":"a","properties":{"id":"b","highway":"service"},"geometry":{"type":"LineString","coordinates":[[0,0],[0,1]]}},
        {"type":"Feature","properties":{"id":4711,"highway":"service"},"geometry":{"type":"LineString","coordinates":[[1,0],[1,1]]}},
        {"type":"Feature","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[[2,0],[2,1]]}},
        {"type":"Feature","id":12,"properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[[3,0],[3,1]]}}]}"#;
    let (network, _) = read_ok(text);
    let ids: Vec<&str> = network
        .links()
        .filter(|(_, l)| l.direction == Direction::Forward)
        .map(|(_, l)| &*l.road_id)
        .collect();
    assert_eq!(ids, ["a", "4711", "2", "12"]);
}

#[test]
fn lines_join_at_shared_ends_and_only_there() {
    let road = r#""highway":"residential""#;
    let text = collection(&[
        (road, &line("[[24.94,60.17],[24.95,60.17],[24.96,60.17]]")),
        (road, &line("[[24.96,60.17],[24.97,60.17]]")),
        // Crosses the first one at an inner point of both.
        (road, &line("[[24.95,60.16],[24.95,60.17],[24.95,60.18]]")),
    ]);
    let (network, _) = read_ok(&text);
    assert_eq!(network.node_count(), 5);
    let degrees: Vec<usize> = (0..5).map(|n| network.outgoing(roadnet::NodeIdx(n)).len()).collect();
    assert_eq!(degrees, [1, 2, 1, 1, 1]);
}

#[test]
fn the_lines_of_a_multilinestring_are_roads_under_one_id() {
    let geometry = r#"{"type":"MultiLineString","coordinates":[[[24.94,60.17],[24.95,60.17]],[[24.95,60.17],[24.96,60.17]]]}"#;
    let (network, warnings) = read_ok(&collection(&[(r#""id":"m","highway":"residential""#, geometry)]));
    assert_eq!((network.link_count(), network.node_count(), warnings.len()), (4, 3, 0));
    assert!(network.links().all(|(_, link)| &*link.road_id == "m"));
}

#[test]
fn other_things_on_the_map_are_ignored_in_silence() {
    let polygon = r#"{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}"#;
    let text = collection(&[
        (r#""highway":"service""#, &line("[[0,0],[0,1]]")),
        (r#""highway":"footway""#, &line("[[0,0],[0,2]]")),
        (r#""railway":"tram""#, &line("[[0,0],[0,3]]")),
        (r#""building":"yes""#, polygon),
        (r#""highway":"bus_stop""#, r#"{"type":"Point","coordinates":[0,0]}"#),
        (r#""name":"nowhere""#, "null"),
    ]);
    let (network, warnings) = read_ok(&text);
    assert_eq!((network.link_count(), warnings), (2, vec![]));
}

#[test]
fn traffic_lights_are_kept() {
    let text = collection(&[
        (r#""highway":"service""#, &line("[[0,0],[0,1]]")),
        (r#""highway":"traffic_signals""#, r#"{"type":"Point","coordinates":[0,1]}"#),
    ]);
    assert_eq!(read_ok(&text).0.signals(), [model::LatLon::new(1.0, 0.0)]);
}

#[test]
fn bad_features_are_skipped_each_with_its_reason() {
    let good = line("[[24.94,60.17],[24.95,60.17]]");
    let features = [
        format!(r#"{{"type":"Feature","id":"good","properties":{{"highway":"service"}},"geometry":{good}}}"#),
        r#"42"#.to_owned(),
        r#"{"type":"Feature","id":"far","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[[24.94,60.17],[24.95,160.17]]}}"#.to_owned(),
        r#"{"type":"Feature","id":"short","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[[24.94,60.17],[24.94,60.17]]}}"#.to_owned(),
        r#"{"type":"Feature","id":"text","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[["24.94",60.17],[24.95,60.17]]}}"#.to_owned(),
        r#"{"type":"Feature","id":"flat","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":"none"}}"#.to_owned(),
        r#"{"type":"Feature","id":"list","properties":[],"geometry":null}"#.to_owned(),
        r#"{"type":"Thing","id":"thing","properties":{},"geometry":null}"#.to_owned(),
        format!(r#"{{"type":"Feature","id":"bare","properties":null,"geometry":{good}}}"#),
    ];
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let (network, warnings) = read_ok(&text);
    assert_eq!(network.link_count(), 4, "the good one and the one without tags, both ways");
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let expected = [
        "feature 1: skipped: not a GeoJSON feature",
        "feature \"far\": line skipped: position 1 is not on the Earth: longitude 24.95, latitude 160.17",
        "feature \"short\": line skipped: it has fewer than two different points",
        "feature \"text\": line skipped: position 0 is not [longitude, latitude]",
        "feature \"flat\": line skipped: its coordinates are not a list of positions",
        "feature 6: skipped: not a GeoJSON feature",
        "feature \"thing\": skipped: its type is \"Thing\", not \"Feature\"",
        "feature \"bare\": has no highway tag; taken as an unclassified road",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn a_repeated_id_is_kept_and_told() {
    let text = collection(&[
        (r#""id":"x","highway":"service""#, &line("[[0,0],[0,1]]")),
        (r#""id":"x","highway":"service""#, &line("[[0,1],[0,2]]")),
    ]);
    let (network, warnings) = read_ok(&text);
    assert_eq!(network.link_count(), 4);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].reason.contains("id of an earlier feature"));
}

#[test]
fn a_file_that_is_no_geojson_says_what_it_is() {
    let error = |bytes: &[u8]| read(bytes).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(error(b"").contains("not a road network"));
    assert!(error(b"<osm/>").contains("not a road network"));
    assert!(error(br#"{"type":"FeatureCollection","features":["#).contains("not valid JSON"));
    assert!(error(br#"{"type":"FeatureCollection"}"#).contains("without features"));
    assert!(error(br#"{"type":"Topology"}"#).contains("Topology"));
    assert!(error(b"{}").contains("without a type"));
    assert!(matches!(read(b"{\"a\":\xFF}"), Err(ReadError::Json(_))));
}

#[test]
fn a_network_without_roads_can_be_asked_and_holds_nothing() {
    let (network, warnings) = read_ok(r#"{"type":"FeatureCollection","features":[]}"#);
    assert_eq!((network.link_count(), network.bounds()), (0, None));
    assert!(network.near(model::LatLon::new(60.17, 24.94), 1e6).is_empty());
    assert_eq!(warnings.len(), 1);
    assert_eq!(roadnet::keep_largest_strongly_connected_part(&network).0.link_count(), 0);
}

#[test]
fn a_single_feature_and_a_byte_order_mark_are_read_too() {
    let feature = r#"{"type":"Feature","id":"f","properties":{"highway":"service"},"geometry":{"type":"LineString","coordinates":[[0,0],[0,1]]}}"#;
    assert_eq!(read_ok(feature).0.link_count(), 2);
    assert_eq!(read(format!("\u{feff}{feature}").as_bytes()).unwrap().0.link_count(), 2);
}

#[test]
fn what_is_written_reads_back_as_the_same_network() {
    let text = collection(&[
        (
            r#""id":"a \"quoted\"","highway":"primary","name":"Ääni","maxspeed":"30 mph","lanes":3"#,
            &line("[[24.94,60.17],[24.95,60.17]]"),
        ),
        (
            r#""id":"b","highway":"motorway_link","oneway":-1,"ref":"E 75""#,
            &line("[[24.95,60.17],[24.96,60.17]]"),
        ),
        (
            r#""id":"c","highway":"residential","maxspeed:forward":50,"maxspeed:backward":30,"lanes:forward":2,"lanes:backward":1"#,
            &line("[[24.95,60.17],[-24.95,-60.1712345]]"),
        ),
        (r#""highway":"traffic_signals""#, r#"{"type":"Point","coordinates":[24.95,60.17]}"#),
    ]);
    let (network, _) = read_ok(&text);
    let mut written = Vec::new();
    roadnet::geojson::write_network(&network, "somebody", &mut written).unwrap();
    let (again, warnings) = read_geojson(&written).unwrap();
    assert_eq!(warnings, []);
    let links = |network: &Network| network.links().map(|(_, link)| link.clone()).collect::<Vec<_>>();
    assert_eq!(links(&again), links(&network));
    assert_eq!(again.signals(), network.signals());
    assert_eq!(written.iter().filter(|&&byte| byte == b'\n').count(), 6, "one feature a line");
}

#[test]
fn turn_restrictions_forbid_turns_and_are_written_again() {
    let cross = |restriction: &str| {
        collection(&[
            (r#""id":"a","highway":"primary""#, &line("[[24.94,60.17],[24.95,60.17]]")),
            (r#""id":"b","highway":"primary""#, &line("[[24.95,60.17],[24.96,60.17]]")),
            (r#""id":"c","highway":"primary""#, &line("[[24.95,60.17],[24.95,60.18]]")),
            (
                &format!(r#""type":"restriction","restriction":"{restriction}","from":"a","to":"b""#),
                r#"{"type":"Point","coordinates":[24.95,60.17]}"#,
            ),
        ])
    };
    let forbidden = |text: &str| {
        let (network, _) = read_ok(text);
        let name = |link| network.link(link).road_id.to_string();
        let turns = network.rules().forbidden.iter().map(|&(from, to)| (name(from), name(to)));
        turns.collect::<Vec<_>>()
    };
    let pair = |to: &str| ("a".to_owned(), to.to_owned());
    assert_eq!(forbidden(&cross("no_straight_on")), [pair("b")]);
    assert_eq!(forbidden(&cross("only_straight_on")), [pair("a"), pair("c")]);
    assert_eq!(forbidden(&cross("no_thing:conditional").replace("no_thing", "maxspeed")), []);

    let (network, _) = read_ok(&cross("only_straight_on"));
    let mut written = Vec::new();
    roadnet::geojson::write_network(&network, "somebody", &mut written).unwrap();
    let (again, _) = read_geojson(&written).unwrap();
    assert_eq!(again.rules(), network.rules());
}

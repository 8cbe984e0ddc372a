use std::path::Path;

use model::LatLon;
use roadnet::{Direction, Network, NodeIdx, keep_largest_strongly_connected_part, read, route};

use crate::connected::reachable;

fn helsinki() -> Network {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/roads/helsinki");
    let (network, warnings) = read(&std::fs::read(folder.join("network.geojson")).unwrap()).unwrap();
    assert_eq!(warnings, []);
    network
}

#[test]
fn the_shipped_network_is_central_helsinki() {
    let network = helsinki();
    assert_eq!((network.link_count(), network.node_count(), network.signals().len()), (1397, 817, 122));
    assert!((network.road_length_m() - 24_071.4).abs() < 1.0, "{}", network.road_length_m());
    let bounds = network.bounds().unwrap();
    assert!(bounds.west > 24.935 && bounds.east < 24.954 && bounds.south > 60.164 && bounds.north < 60.180);
}

#[test]
fn its_streets_have_their_names_limits_and_directions() {
    let network = helsinki();
    let named = |name: &str| -> Vec<_> {
        network.links().map(|(_, link)| link).filter(|link| link.name.as_deref() == Some(name)).collect()
    };
    let mannerheimintie = named("Mannerheimintie");
    assert!(mannerheimintie.len() > 40, "{}", mannerheimintie.len());
    assert!(mannerheimintie.iter().all(|link| (30.0..=50.0).contains(&(link.speed_limit_mps * 3.6).round())));
    // The esplanade's two sides are one-way against each other.
    let heading = |name: &str| {
        let (mut east, mut north) = (0.0, 0.0);
        for link in named(name) {
            assert_eq!(link.opposite, None, "{name}");
            let (start, end) = (link.line.start(), link.line.end());
            let (x, y) = model::LocalPlane::at(start).to_xy_m(end);
            (east, north) = (east + x, north + y);
        }
        east.atan2(north).to_degrees()
    };
    let apart = model::geo::heading_difference_deg(heading("Pohjoisesplanadi"), heading("Eteläesplanadi"));
    assert!(apart > 170.0, "{apart}");
    assert!(
        network.links().any(|(_, link)| link.direction == Direction::Backward && link.opposite.is_some())
    );
    assert!(network.links().all(|(_, link)| link.speed_limit_mps >= 1.0 && link.lanes >= 1));
}

#[test]
fn everything_reaches_everything() {
    let network = helsinki();
    for forward in [true, false] {
        assert_eq!(reachable(&network, NodeIdx(0), forward).len(), network.node_count());
    }
    assert_eq!(keep_largest_strongly_connected_part(&network).0.link_count(), network.link_count());
    let (first, _) = network.links().next().unwrap();
    for (to, _) in network.links() {
        assert!(route(&network, first, to, roadnet::Link::free_flow_s).is_some(), "{to:?}");
    }
}

#[test]
fn the_central_station_is_at_kaivokatu() {
    let near = helsinki().near(LatLon::new(60.1704, 24.9414), 40.0);
    let network = helsinki();
    let names: Vec<_> = near.iter().filter_map(|found| network.link(found.link).name.as_deref()).collect();
    assert!(names.contains(&"Kaivokatu"), "{names:?}");
}

#[test]
fn writing_it_again_gives_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/roads/helsinki");
    let shipped = std::fs::read(folder.join("network.geojson")).unwrap();
    let attribution = "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright";
    let mut written = Vec::new();
    roadnet::geojson::write_network(&helsinki(), attribution, &mut written).unwrap();
    assert!(written == shipped, "{} and {} bytes", written.len(), shipped.len());
}

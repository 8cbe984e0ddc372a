use proptest::prelude::*;
use roadnet::Projection;

use crate::random_network::{at, network, sketches};

proptest! {
    #[test]
    fn near_finds_what_trying_every_link_finds(
        roads in sketches(30),
        x_m in -200.0..700.0f64,
        y_m in -200.0..700.0f64,
        radius_m in 0.0..300.0f64,
    ) {
        let network = network(&roads);
        let point = at(x_m, y_m);
        let mut expected: Vec<Projection> = Vec::new();
        for (idx, link) in network.links() {
            let found = link.line.project(point);
            if found.distance_m <= radius_m {
                let heading_deg = link.line.heading_at(found.offset_m);
                expected.push(Projection { link: idx, offset_m: found.offset_m, distance_m: found.distance_m, heading_deg });
            }
        }
        let near = network.near(point, radius_m);
        prop_assert!(near.is_sorted_by(|a, b| (a.distance_m, a.link) <= (b.distance_m, b.link)));
        prop_assert_eq!(near.len(), expected.len());
        for found in near {
            let brute = expected.iter().find(|projection| projection.link == found.link).unwrap();
            prop_assert!((brute.distance_m - found.distance_m).abs() < 1e-6);
            // Two places of a link can be equally near; then either will do.
            let place = network.link(found.link).line.point_at(found.offset_m);
            prop_assert!((place.distance_m(point) - found.distance_m).abs() < 0.01);
        }
    }
}

#[test]
fn both_directions_of_a_road_are_found_with_their_own_offset_and_heading() {
    let network = network(&[(0, 4, (200.0, 0.0), 2)]);
    let near = network.near(at(100.0, 12.0), 20.0);
    assert_eq!(near.len(), 2);
    assert_eq!((near[0].link.0, near[1].link.0), (0, 1));
    assert!((near[0].offset_m - 100.0).abs() < 0.01 && (near[1].offset_m - 300.0).abs() < 0.01, "{near:?}");
    assert!((near[0].heading_deg - 90.0).abs() < 0.1 && (near[1].heading_deg - 270.0).abs() < 0.1);
    assert!(near.iter().all(|projection| (projection.distance_m - 12.0).abs() < 0.01));
    assert!(network.near(at(100.0, 12.0), 11.9).is_empty());
}

#[test]
fn a_place_that_is_no_number_is_near_nothing() {
    let network = network(&[(0, 4, (200.0, 0.0), 2)]);
    assert!(network.near(model::LatLon::new(f64::NAN, 24.94), 100.0).is_empty());
    assert!(network.near(at(0.0, 0.0), f64::NAN).is_empty());
    assert!(network.near(at(0.0, 0.0), -1.0).is_empty());
}

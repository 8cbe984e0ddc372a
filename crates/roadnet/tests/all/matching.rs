//! Drives of known course over the shipped network, seen through noise, put back on the roads they came from.

use model::LocalPlane;
use model::geo::unit_vector;
use roadnet::matching::{MatchSettings, Matcher, Place, Sighting};
use roadnet::{LinkIdx, Network, route};
use std::sync::Arc;

/// A small generator of numbers, the same every time.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

fn helsinki() -> Arc<Network> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/roads/helsinki/network.geojson");
    let (network, _) = roadnet::read(&std::fs::read(path).unwrap()).unwrap();
    Arc::new(network)
}

/// Share of sightings put on the very link, and on it or a link that it touches.
fn share_right(network: &Arc<Network>, every_s: f64, sigma_m: f64, with_course: bool) -> (f64, f64) {
    let matcher = Matcher::new(Arc::clone(network), MatchSettings::default());
    let mut random = Random(42);
    let (mut seen, mut right, mut near) = (0, 0, 0);
    for _ in 0..60 {
        let pick = |random: &mut Random| LinkIdx((random.unit() * network.link_count() as f64) as u32);
        let (from, to) = (pick(&mut random), pick(&mut random));
        let Some(way) = route(network, from, to, |link| link.free_flow_s()) else { continue };
        let mut noise = (0.0, 0.0);
        let mut last: Option<(Place, model::LatLon)> = None;
        let (mut clock_s, mut due_s) = (0.0, 0.0);
        for link_idx in way {
            let link = network.link(link_idx);
            let mut offset_m = 0.0;
            while offset_m < link.line.length_m() {
                if clock_s >= due_s {
                    due_s = clock_s + every_s;
                    let keep: f64 = 0.8_f64.powf(every_s);
                    let fresh = (1.0 - keep * keep).sqrt() * sigma_m;
                    noise =
                        (noise.0 * keep + fresh * random.normal(), noise.1 * keep + fresh * random.normal());
                    let truth = link.line.point_at(offset_m);
                    let position = LocalPlane::at(truth).to_lat_lon(noise.0, noise.1);
                    let course = with_course.then(|| link.line.heading_at(offset_m) + 8.0 * random.normal());
                    let moved_m = last.map_or(0.0, |(_, before)| before.distance_m(position));
                    let course = course.map(unit_vector);
                    let sighting = Sighting { position, course, sigma_m, moved_m };
                    let place = matcher.place(last.map(|(place, _)| place), &sighting);
                    seen += 1;
                    if let Some(place) = place {
                        let found = network.link(place.link);
                        let touches = found.to == link.from || found.from == link.to;
                        right += usize::from(place.link == link_idx);
                        near += usize::from(place.link == link_idx || touches);
                        last = Some((place, position));
                    }
                }
                offset_m += link.speed_limit_mps * 0.25;
                clock_s += 0.25;
            }
        }
    }
    assert!(seen > 100, "{seen}");
    (f64::from(right as u32) / f64::from(seen), f64::from(near as u32) / f64::from(seen))
}

#[test]
fn noisy_drives_are_put_back_on_their_roads() {
    let network = helsinki();
    // The links of a town centre are 17 m long on average: beside the right one, those that touch it are near.
    for (every_s, sigma_m, with_course, least_right, least_near) in [
        (1.0, 3.0, true, 0.87, 0.97),
        (1.0, 5.0, true, 0.81, 0.95),
        (1.0, 8.0, true, 0.74, 0.91),
        (5.0, 5.0, true, 0.80, 0.96),
        (15.0, 5.0, true, 0.77, 0.95),
        (30.0, 5.0, true, 0.75, 0.93),
        (1.0, 5.0, false, 0.60, 0.80),
        (5.0, 5.0, false, 0.65, 0.87),
    ] {
        let (right, near) = share_right(&network, every_s, sigma_m, with_course);
        assert!(
            right >= least_right && near >= least_near,
            "every {every_s} s, sigma {sigma_m} m, course {with_course}: {right:.3} right, {near:.3} near"
        );
    }
}

#[test]
fn the_way_between_two_places_follows_the_bends_and_cuts_the_turns() {
    // 1,000 m east, with a bend of 100 m to the north half way; from its end a street to the north.
    let m = |x: f64, y: f64| model::LatLon::new(y / 111_195.08, x / 111_195.08);
    let line = |points: &[(f64, f64)]| {
        let corners: Vec<String> =
            points.iter().map(|(x, y)| format!("[{:.7},{:.7}]", m(*x, *y).lon, m(*x, *y).lat)).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"highway":"primary"}},"geometry":{{"type":"LineString","coordinates":[{}]}}}}"#,
            corners.join(",")
        )
    };
    let bent = line(&[(0.0, 0.0), (400.0, 0.0), (500.0, 100.0), (600.0, 0.0), (1_000.0, 0.0)]);
    let north = line(&[(1_000.0, 0.0), (1_000.0, 400.0)]);
    let text = format!(r#"{{"type":"FeatureCollection","features":[{bent},{north}]}}"#);
    let (network, _) = roadnet::read_geojson(text.as_bytes()).unwrap();
    let matcher = Matcher::new(Arc::new(network), MatchSettings::default());
    let place = |x, y, course: f64| {
        let sighting =
            Sighting { position: m(x, y), course: Some(unit_vector(course)), sigma_m: 3.0, moved_m: 0.0 };
        matcher.place(None, &sighting).unwrap()
    };
    let corners = |from: &Place, to: &Place, most_m| -> Option<Vec<(f64, f64)>> {
        let metres = |degrees: f64| (degrees * 111_195.08).round();
        let way = matcher.way(from, to, most_m)?;
        Some(way.into_iter().map(|corner| (metres(corner.lon), metres(corner.lat))).collect())
    };
    let (west, east, up) = (place(350.0, 0.0, 90.0), place(650.0, 0.0, 90.0), place(1_000.0, 100.0, 0.0));
    assert_eq!(corners(&west, &east, 500.0), Some(vec![(400.0, 0.0), (500.0, 100.0), (600.0, 0.0)]));
    assert_eq!(corners(&west, &east, 300.0), None);
    assert_eq!(corners(&east, &up, 500.0), Some(vec![(985.0, 0.0), (1_000.0, 15.0)]));
    // Nobody drives backwards.
    assert_eq!(corners(&east, &west, 900.0), None);
}

#[test]
fn a_place_beside_the_carriageway_is_pulled_onto_it() {
    let network = helsinki();
    let matcher = Matcher::new(Arc::clone(&network), MatchSettings::default());
    let (_, link) = network.links().find(|(_, link)| link.line.length_m() > 100.0).unwrap();
    let middle = link.line.point_at(50.0);
    let heading = link.line.heading_at(50.0);
    let (east, north) = (heading + 90.0).to_radians().sin_cos();
    let beside = |right_m: f64| LocalPlane::at(middle).to_lat_lon(east * right_m, north * right_m);
    let course = Some(unit_vector(heading));
    let sighting = Sighting { position: beside(12.0), course, sigma_m: 5.0, moved_m: 0.0 };
    let place = matcher.place(None, &sighting).unwrap();
    let pulled = matcher.on_carriageway(&place, beside(12.0), 15.0);
    assert!(pulled.distance_m(middle) < 8.0 && pulled.distance_m(beside(12.0)) > 4.0, "{pulled:?}");
    assert_eq!(matcher.on_carriageway(&place, beside(12.0), 2.0), beside(12.0));
}

//! The zones of a scene: every shape there is, laid over its roads.

use model::{LatLon, LocalPlane, Shape, Zone, ZoneId};
use roadnet::{Link, Network};

use crate::chance::Chance;

/// Half the width of a zone in metres: wide enough that one can be well inside.
const HALF_M: f64 = 110.0;
/// Half the width of a hole.
const HOLE_M: f64 = 35.0;
/// Half the width of a corridor.
const BUFFER_M: f64 = 60.0;
/// Shorter links get no zone.
const LINK_M: f64 = 100.0;
const ZONES: usize = 8;

/// Zones for a network, the same for the same seed.
#[must_use]
pub fn lay(network: &Network, seed: u64) -> Vec<Zone> {
    let mut chance = Chance::new("zones", seed);
    let long: Vec<&Link> =
        network.links().map(|(_, link)| link).filter(|link| link.line.length_m() >= LINK_M).collect();
    if long.is_empty() {
        return Vec::new();
    }
    (0..ZONES)
        .filter_map(|i| {
            let line = &long[chance.index(long.len())].line;
            let at_m = chance.between(0.2, 0.8) * line.length_m();
            let center = line.point_at(at_m);
            let turn = chance.between(0.0, 90.0);
            let shape = match i % 4 {
                0 => Shape::Polygons(vec![vec![square(center, HALF_M, turn)]]),
                1 => Shape::Circle { center, radius_m: HALF_M },
                2 => Shape::Corridor { line: line.slice(at_m - 150.0, at_m + 150.0), buffer_m: BUFFER_M },
                _ => Shape::Polygons(vec![vec![
                    square(center, 2.0 * HALF_M, turn),
                    // The hole lies beside the road, or it would be entered by nobody or everybody.
                    square(LocalPlane::at(center).to_lat_lon(70.0, 40.0), HOLE_M, turn),
                ]]),
            };
            let id = ZoneId::new(&format!("zone-{i}")).ok()?;
            Some(Zone {
                id,
                name: format!("Zone {i}"),
                shape,
                min_dwell_s: 0.0,
                hysteresis_m: 0.0,
                max_accuracy_m: 0.0,
            })
        })
        .collect()
}

fn square(center: LatLon, half_m: f64, turn_deg: f64) -> Vec<LatLon> {
    let plane = LocalPlane::at(center);
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)]
        .map(|(x, y)| plane.to_lat_lon(half_m * (x * cos - y * sin), half_m * (x * sin + y * cos)))
        .to_vec()
}

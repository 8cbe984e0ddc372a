//! The zones: most are yards and stops, some are blocks, a few are districts; polygons, circles and corridors.

use crate::chance::Chance;
use crate::city::City;
use model::{LatLon, LocalPlane, Shape, Zone, ZoneId};
use std::f64::consts::TAU;

/// So many zones, spread over the city. The first ones are the same however many there are.
#[must_use]
pub fn zones(city: &City, count: usize) -> Vec<Zone> {
    let mut chance = Chance::new(2);
    (0..count)
        .map(|number| {
            let half_m = City::half_side_m();
            let (x_m, y_m) = (chance.between(-half_m, half_m), chance.between(-half_m, half_m));
            let reach_m = match number % 100 {
                0 => chance.between(500.0, 1_500.0),
                1..10 => chance.between(100.0, 300.0),
                _ => chance.between(15.0, 60.0),
            };
            let id = format!("zone-{number}");
            Zone {
                id: ZoneId::new(&id).unwrap_or_else(|_| unreachable!("letters, digits and a dash")),
                name: format!("Zone {number}"),
                shape: shape(number, &city.plane, (x_m, y_m), reach_m, &mut chance),
                min_dwell_s: 0.0,
                hysteresis_m: 0.0,
                max_accuracy_m: 0.0,
            }
        })
        .collect()
}

fn shape(
    number: usize,
    plane: &LocalPlane,
    (x_m, y_m): (f64, f64),
    reach_m: f64,
    chance: &mut Chance,
) -> Shape {
    let at = |angle: f64, by_m: f64| plane.to_lat_lon(x_m + by_m * angle.cos(), y_m + by_m * angle.sin());
    match number % 5 {
        0 | 1 => Shape::Circle { center: plane.to_lat_lon(x_m, y_m), radius_m: reach_m },
        2 => {
            let angle = chance.between(0.0, TAU);
            let ends = vec![at(angle, reach_m), at(angle + TAU / 2.0, reach_m)];
            Shape::Corridor { line: ends, buffer_m: reach_m / 4.0 }
        }
        _ => {
            let corners = 4 + chance.below(9);
            let mut ring: Vec<LatLon> = (0..corners)
                .map(|corner| {
                    let by_m = reach_m * chance.between(0.6, 1.0);
                    at(TAU * corner as f64 / corners as f64, by_m)
                })
                .collect();
            ring.push(ring[0]);
            Shape::Polygons(vec![vec![ring]])
        }
    }
}

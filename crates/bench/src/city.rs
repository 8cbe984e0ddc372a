//! The streets: a grid of square blocks.

use model::{LatLon, LocalPlane};
use roadnet::{Carriageway, Line, Network, Road, RoadClass};
use std::sync::Arc;

/// Side of a block in metres.
const BLOCK_M: f64 = 150.0;
/// Crossings on a side: 71 × 71 of them are joined by 19,880 links.
const CROSSINGS: u32 = 71;
/// The speed limit, 50 km/h.
const LIMIT_MPS: f64 = 50.0 / 3.6;
const CENTRE: LatLon = LatLon::new(60.17, 24.94);

/// A city of 10.5 km on each side.
#[derive(Debug)]
pub struct City {
    /// Its streets.
    pub network: Arc<Network>,
    pub(crate) plane: LocalPlane,
}

impl City {
    /// The city; it is the same every time.
    #[must_use]
    pub fn new() -> Self {
        let plane = LocalPlane::at(CENTRE);
        let at = |column: u32, row: u32| plane.to_lat_lon(along_m(column), along_m(row));
        let mut roads = Vec::new();
        for row in 0..CROSSINGS {
            for column in 0..CROSSINGS {
                if column + 1 < CROSSINGS {
                    roads.extend(road(roads.len(), [at(column, row), at(column + 1, row)]));
                }
                if row + 1 < CROSSINGS {
                    roads.extend(road(roads.len(), [at(column, row), at(column, row + 1)]));
                }
            }
        }
        Self { network: Arc::new(Network::new(roads, Vec::new())), plane }
    }

    /// Half a side of the city in metres.
    pub(crate) fn half_side_m() -> f64 {
        along_m(CROSSINGS - 1)
    }
}

impl Default for City {
    fn default() -> Self {
        Self::new()
    }
}

/// Metres from the centre to a row or column.
fn along_m(number: u32) -> f64 {
    (f64::from(number) - f64::from(CROSSINGS - 1) / 2.0) * BLOCK_M
}

fn road(number: usize, ends: [LatLon; 2]) -> Option<Road> {
    let side = Some(Carriageway { speed_limit_mps: LIMIT_MPS, lanes: 1 });
    Some(Road {
        id: number.to_string().into(),
        line: Line::new(ends)?,
        class: RoadClass::Secondary,
        name: None,
        reference: None,
        forward: side,
        backward: side,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_has_twenty_thousand_links() {
        let city = City::new();
        assert_eq!((city.network.node_count(), city.network.link_count()), (5_041, 19_880));
    }
}

//! Networks for property tests: roads between places of a grid of about 100 m.

use model::{LatLon, LocalPlane};
use proptest::prelude::*;
use roadnet::{Carriageway, Line, Network, Road, RoadClass};

pub const ORIGIN: LatLon = LatLon::new(60.17, 24.94);

/// A place `x_m` east and `y_m` north of the origin.
pub fn at(x_m: f64, y_m: f64) -> LatLon {
    LocalPlane::at(ORIGIN).to_lat_lon(x_m, y_m)
}

/// A road by the grid places (0..25) that it joins, a bend in metres, and the directions it is open in.
pub type Sketch = (u8, u8, (f64, f64), u8);

pub fn sketches(most: usize) -> impl Strategy<Value = Vec<Sketch>> {
    prop::collection::vec((0..25u8, 0..25u8, (-80.0..480.0, -80.0..480.0), 0..4u8), 1..most)
}

/// The network of some sketches; those without a length are left out.
pub fn network(sketches: &[Sketch]) -> Network {
    let grid = |place: u8| at(f64::from(place % 5) * 100.0, f64::from(place / 5) * 100.0);
    let side = Some(Carriageway { speed_limit_mps: 10.0, lanes: 1 });
    let roads = sketches.iter().enumerate().filter_map(|(i, &(from, to, bend, open))| {
        let line = Line::new([grid(from), at(bend.0, bend.1), grid(to)])?;
        let (forward, backward) = match open {
            0 => (side, None),
            1 => (None, side),
            _ => (side, side),
        };
        let id = format!("r{i}").into();
        Some(Road { id, line, class: RoadClass::Residential, name: None, reference: None, forward, backward })
    });
    Network::new(roads.collect::<Vec<_>>(), Vec::new())
}

//! SUMO networks (`.net.xml`): the roads that cars may use, placed on the Earth.

mod carriageway;
mod document;
mod ends;
mod lanes;
mod opposites;
mod parse;
mod place;
mod read;
mod rules;
mod transverse_mercator;

pub use place::{GeoReference, read_geo_reference};
pub use read::read_sumo;

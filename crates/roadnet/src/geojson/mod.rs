//! Roads as GeoJSON with OSM's tags as properties.

mod feature;
mod read;
mod write;

pub use read::read_geojson;
pub use write::{FeatureWriter, Properties, coordinates, position, write_network};

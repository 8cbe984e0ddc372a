//! The road network: read from files, searched by place, and by route.
//!
//! [`read()`] takes the bytes of an OSM extract (`.osm.pbf`), of OSM-tagged GeoJSON or of a SUMO network (`.net.xml`) and
//! gives a [`Network`]: directed [`Link`]s between nodes, found by place with [`Network::near`] and joined to ways by [`route()`]. Nothing here opens
//! a file, reads a clock or depends on chance: the same bytes give the same network, with the same numbers.

mod bounds;
mod class;
pub mod geojson;
mod index;
mod line;
pub mod matching;
mod network;
pub mod osm;
mod part;
mod read;
mod restriction;
mod road;
mod route;
mod rules;
mod scc;
pub mod sumo;
mod tags;
mod warning;

pub use bounds::Bounds;
pub use class::RoadClass;
pub use geojson::read_geojson;
pub use index::Projection;
pub use line::{Line, LineProjection};
pub use network::{Direction, Link, LinkIdx, Network, NodeIdx};
pub use part::keep_links;
pub use read::read;
pub use road::{Carriageway, Road};
pub use route::{U_TURN_S, route};
pub use rules::{Connection, LightColour, LightPhase, LightPlan, Rules};
pub use scc::{KeptPart, keep_largest_strongly_connected_part};
pub use sumo::read_sumo;
pub use tags::Tags;
pub use warning::{ReadError, Warning};

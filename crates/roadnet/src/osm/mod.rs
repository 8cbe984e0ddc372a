//! Roads from OpenStreetMap extracts.
//!
//! [`read_pbf`] takes from an extract what is wanted as plain elements ([`Extract`]); [`roads()`] makes roads of the
//! ways among them. What else an extract holds (water, buildings, …) is there for whoever draws a map.

mod elements;
mod extract;
mod pbf;
mod restrictions;
mod roads;

pub use elements::{OsmNode, OsmRelation, OsmRestriction, OsmWay, WayMember};
pub use extract::{Counts, Extract, Places};
pub use pbf::{Wanted, read_pbf};
pub use restrictions::rules;
pub use roads::{NotRoad, OsmRoads, is_drivable, roads};

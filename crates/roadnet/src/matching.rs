//! Map matching: on which link a moving vehicle is, report by report.
//!
//! [`Matcher::place`] follows the vehicle along the network from its last place. It looks around anew only where the
//! way it was on no longer explains what is seen, and changes over only when another road explains it clearly better:
//! so a match holds through noise, past junctions and beside parallel roads.

mod grid;
mod matcher;
mod segments;
mod way;

pub use matcher::{MatchSettings, Matcher, Place, Sighting};

//! The track stage: what each vehicle did. Cleans its reports, puts them on the road, follows its visits to
//! zones, and hands observations to the watch stage.

pub(crate) mod area;
pub(crate) mod clean;
pub(crate) mod filter;
mod stage;
mod tracks;
pub(crate) mod visits;
pub(crate) mod zones;

pub use stage::{TrackStage, Tracked};

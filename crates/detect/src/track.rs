//! The track stage: what each vehicle did. Cleans its reports, puts them on the road, follows its visits to
//! zones, and hands observations to the watch stage.

pub(crate) mod area;
pub(crate) mod clean;
mod course;
pub(crate) mod filter;
pub(crate) mod fix;
mod stage;
mod stop;
mod tracks;
pub(crate) mod visit;
pub(crate) mod visits;
pub(crate) mod zones;

pub(crate) use stage::Memory;
pub use stage::{TrackStage, Tracked};

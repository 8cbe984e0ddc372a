//! The watch stage: what happens on each piece of road. Makes jams and accidents of observations.

mod accidents;
mod claims;
mod jams;
mod queues;
pub(crate) mod road_traffic;
pub(crate) mod roads;
mod stage;

pub(crate) use stage::Watch;

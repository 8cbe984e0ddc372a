//! The watch stage: what happens on each piece of road. Makes jams and accidents of observations.

mod accidents;
mod around;
mod braking;
mod claims;
mod course;
mod involved;
mod jams;
mod layout;
mod nearby;
mod queues;
pub(crate) mod road_traffic;
pub(crate) mod roads;
mod stage;
mod stops;
mod suspects;
mod suspicion;

pub(crate) use stage::Watch;

//! The watch stage: what happens on each piece of road. Makes jams and accidents of observations.

pub(crate) mod accidents;
pub(crate) mod claims;
pub(crate) mod jams;
pub(crate) mod queues;
pub(crate) mod road_traffic;
pub(crate) mod roads;

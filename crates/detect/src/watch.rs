//! The watch stage: what happens on each piece of road. Makes jams and accidents of observations.

mod accident_event;
mod accidents;
mod around;
mod bottleneck;
mod braking;
mod claims;
mod course;
mod covered;
mod involved;
mod jam;
mod jam_event;
mod jams;
mod layout;
mod lights;
mod nearby;
mod obstacle;
mod occupant;
mod queues;
mod red;
mod reporting;
pub(crate) mod road_traffic;
pub(crate) mod roads;
mod second_red;
mod spot;
mod stage;
mod stops;
mod suspects;
mod suspicion;

pub(crate) use stage::{Memory, Watch};

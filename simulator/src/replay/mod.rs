//! `simulator replay`: plays what vehicles did into the broker. A recording is played as it is, topics and payloads; SUMO's
//! floating car data and GPX tracks are made into position reports.

mod counted;
mod dates;
mod fcd;
mod found;
mod gpx;
mod lines;
mod pace;
mod player;
mod progress;
mod report;
mod source;
mod xml;

pub use player::replay;

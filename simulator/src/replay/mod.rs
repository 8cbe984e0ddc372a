//! `simulator replay`: plays a recording into the broker, topics and payloads as they are.

mod pace;
mod player;
mod progress;

pub use player::replay;

//! The detector from outside: reports in, events out.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_in_result)]

mod accidents;
mod arrival;
mod bent_roads;
mod course;
mod crashes;
mod jams;
mod laws;
mod life_cycle;
mod oracle;
mod parts;
mod restart;
mod road;
mod snapshot;
mod world;
mod zone_oracle;
mod zones;

//! The detector from outside: reports in, events out.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_in_result)]

mod accidents;
mod course;
mod crashes;
mod jams;
mod parts;
mod restart;
mod road;
mod world;
mod zone_oracle;
mod zones;

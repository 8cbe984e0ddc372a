//! The whole chain, from MQTT to REST and BOSH: the four programs as they are built, on the real servers.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_in_result, clippy::print_stderr)]

mod bad_input;
mod broker;
mod helsinki;
mod history;
mod live;
mod score;
mod staged;
mod sumo;
mod tuning;
mod zones;

//! The gateway as an operator runs it, against the real servers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may fail as loudly as tests"
)]

mod bad_input;
mod command_line;
mod delivery;
mod outside;
mod record;
mod recording;
mod scene;
mod traffic;
mod zones;

//! The program against a real broker, as an operator would run it.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

mod broker_away;
mod commands;
mod drive;
mod generate;
mod replay;
mod world;

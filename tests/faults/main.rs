//! What is killed, cut off or started twice leaves no trace: over one recording the store ends up as in a run in which
//! nothing happened. The servers are real, the programs are those that ship.
//!
//! `VIGIROUTE_SOAK=1` (`cargo xtask test --soak`) runs the longest of them whole; `VIGIROUTE_FAULTS_SEED` repeats a run.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_in_result, clippy::print_stderr)]

mod away;
mod compare;
mod crossings;
mod drill;
mod fault;
mod killed;
mod links;
mod lost_data;
mod outbox;
mod recording;
mod reference;
mod schedule;
mod soak;
mod state;
mod twins;

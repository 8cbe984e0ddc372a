//! The real servers, with the deployment's configuration.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

mod broker;
mod database;
mod stack;
mod xmpp;

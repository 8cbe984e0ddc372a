//! The clients against the real servers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail as loudly as tests")]

mod mqtt;
mod xmpp;

//! The web program against real servers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod accounts;
mod api;
mod bosh;
mod client;
mod events;
mod history;
mod openapi;
mod page;
mod places;
mod statistics;
mod world;
mod zones;

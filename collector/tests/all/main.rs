//! The collector against real servers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod backup;
mod delivery;
mod events;
mod nodes;
mod outside;
mod retention;
mod server;
mod store;
mod store_any_order;
mod store_throughput;
mod world;

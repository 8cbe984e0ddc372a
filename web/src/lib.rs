//! The web program: REST over the history of events, zones to read and draw, roads and basemap, the page, and the
//! browsers' way to the live feed.
//!
//! It reads what the collector stores. It writes zones, which it publishes to the broker, where the gateway reads them;
//! accounts, sessions and keys; and who changed what. **Invariants:** the database is the master of zones, what the broker
//! has follows it; nothing is changed by whom nobody knows.

pub mod accounts;
pub mod app;
mod audit;
pub mod bosh;
pub mod database;
pub mod events;
pub mod http;
pub mod live;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod roads;
pub mod run;
pub mod settings;
pub mod simulation;
pub mod statistics;
pub mod trouble;
pub mod zones;

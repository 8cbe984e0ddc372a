//! The road network, tested from outside: what readers make of files, and what the network then answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod connected;
mod geojson;
mod helsinki;
mod matching;
mod near;
mod osm_roads;
mod pbf;
mod pbf_encoder;
mod random_network;
mod routes;
mod sumo;

//! The city with traffic lights at its crossings, as simulated traffic drives in it.

use crate::City;
use roadnet::Network;

/// The same streets as [`City`], with a traffic light at every crossing.
#[must_use]
pub fn lit_city() -> Network {
    let network = City::new().network;
    let crossings = (0..network.node_count() as u32).map(|node| network.node(roadnet::NodeIdx(node)));
    Network::new(network.roads(), crossings.collect())
}

//! Where buses stop.

use roadnet::{Network, RoadClass};

use super::street::Street;

/// A link shorter than this has no room for a stop, m.
const SHORTEST_LINK_M: f64 = 60.0;
/// The stop is this far before the end of its link, beyond the queue of a light, m.
const BEFORE_END_M: f64 = 25.0;
/// One link in so many that would do has a stop.
const ONE_IN: u32 = 3;

/// Puts stops on main streets, always at the same places.
pub(crate) fn place_bus_stops(network: &Network, streets: &mut [Street]) {
    for (idx, link) in network.links() {
        let is_main = (RoadClass::Primary..=RoadClass::Unclassified).contains(&link.class);
        let street = &mut streets[idx.0 as usize];
        let drawn = idx.0.wrapping_mul(2_654_435_761) >> 16;
        if is_main && street.length_m >= SHORTEST_LINK_M && drawn.is_multiple_of(ONE_IN) {
            street.bus_stop_m = Some(street.length_m - BEFORE_END_M);
        }
    }
}

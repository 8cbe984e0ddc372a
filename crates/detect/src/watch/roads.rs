//! How events name roads.

use crate::observation::OnRoad;
use model::RoadRef;
use roadnet::{Direction, Link, LinkIdx, Network};

/// The road of a link as events name it: by its name, or by its number where it has none.
pub(crate) fn road_ref(link: &Link) -> RoadRef {
    let name = link.name.as_ref().or(link.reference.as_ref());
    RoadRef { id: link.road_id.to_string(), name: name.map(ToString::to_string) }
}

/// The road at a place, if the network has it.
pub(crate) fn road_at(network: &Network, place: Option<OnRoad>) -> Option<RoadRef> {
    let place = place.filter(|place| (place.link as usize) < network.link_count())?;
    Some(road_ref(network.link(LinkIdx(place.link))))
}

/// A name for a link that outlives the network's indices: the road's id and `+` or `-`.
pub(crate) fn link_name(link: &Link) -> String {
    let sign = match link.direction {
        Direction::Forward => '+',
        Direction::Backward => '-',
    };
    format!("{}{sign}", link.road_id)
}

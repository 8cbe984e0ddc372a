//! Parts of a network.

use crate::{LinkIdx, Network, Road};

/// The part of a network that is made of the links for which `is_kept` holds. A road is kept or dropped whole, by its forward
/// direction. Signals are kept where they lie on a point of a kept road, rules where they are of kept links.
#[must_use]
pub fn keep_links(network: &Network, is_kept: impl Fn(LinkIdx) -> bool) -> Network {
    let kept: Vec<Road> = kept_roads(network, &is_kept);
    let signals = signals_on(&kept, network);
    // Roads keep their order, so links do.
    let mut next = 0;
    let numbers: Vec<Option<LinkIdx>> = network
        .links()
        .map(|(idx, link)| {
            let whole = link.opposite.filter(|_| link.direction != crate::Direction::Forward).unwrap_or(idx);
            let number = is_kept(whole).then_some(LinkIdx(next));
            next += u32::from(number.is_some());
            number
        })
        .collect();
    let number = |link: LinkIdx| numbers[link.0 as usize];
    let mut part = Network::new(kept, signals).with_rules(network.rules().renumbered(number));
    part.pair_opposites(
        network.links().filter_map(|(idx, link)| Some((number(idx)?, number(link.opposite?)?))),
    );
    part
}

/// A road is kept or dropped whole: its two directions join the same two nodes.
fn kept_roads(network: &Network, keep: impl Fn(LinkIdx) -> bool) -> Vec<Road> {
    let of_roads = network
        .links()
        .filter(|(_, link)| link.direction == crate::Direction::Forward || link.opposite.is_none());
    let keep_road: Vec<bool> = of_roads.map(|(idx, _)| keep(idx)).collect();
    network.roads().into_iter().zip(keep_road).filter_map(|(road, keep)| keep.then_some(road)).collect()
}

fn signals_on(roads: &[Road], network: &Network) -> Vec<model::LatLon> {
    let key = |point: &model::LatLon| (point.lat.to_bits(), point.lon.to_bits());
    let on_roads: std::collections::HashSet<(u64, u64)> =
        roads.iter().flat_map(|road| road.line.points().iter().map(key)).collect();
    network.signals().iter().filter(|signal| on_roads.contains(&key(signal))).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Carriageway, Line, RoadClass};
    use model::LatLon;

    #[test]
    fn roads_are_kept_whole_and_in_order() {
        let side = Carriageway { speed_limit_mps: 13.9, lanes: 1 };
        let road = |id: &str, lat: f64, class, backward| Road {
            id: id.into(),
            line: Line::new([LatLon::new(lat, 24.0), LatLon::new(lat, 24.1)]).unwrap(),
            class,
            name: None,
            reference: None,
            forward: Some(side),
            backward,
        };
        let roads = [
            road("a", 60.0, RoadClass::Residential, Some(side)),
            road("b", 60.1, RoadClass::Motorway, None),
            road("c", 60.2, RoadClass::Motorway, Some(side)),
        ];
        let network = Network::new(roads, vec![LatLon::new(60.0, 24.0), LatLon::new(60.2, 24.1)]);
        let part = keep_links(&network, |link| network.link(link).class == RoadClass::Motorway);
        let kept: Vec<String> = part.links().map(|(_, link)| link.road_id.to_string()).collect();
        assert_eq!(kept, ["b", "c", "c"]);
        assert_eq!(part.link(LinkIdx(1)).opposite, Some(LinkIdx(2)));
        assert_eq!(part.signals(), [LatLon::new(60.2, 24.1)]);
    }
}

//! What the road itself explains: where vehicles stop for others, and where the carriageway ends.

use roadnet::{Link, LinkIdx, Network};

/// A traffic light belongs to the ends of links this near, in metres: it may stand in the middle of a wide crossing.
const LIGHT_REACH_M: f64 = 30.0;
/// A lane's width, in metres, where nothing else is known.
const LANE_M: f64 = 3.2;
/// Two lines whose middles are closer than this, in metres, are one line drawn for both directions.
const SAME_LINE_M: f64 = 0.5;

/// Who stands this close to the beginning of a link that begins in a junction waits in the junction, or before it, in metres.
const JUNCTION_M: f64 = 20.0;
/// A vehicle that comes to rest has not come over more ends of links than this since it was driving.
const MOST_HOPS: usize = 3;

/// Where lanes end or roads meet, traffic sorts itself out for so long behind, in metres.
const BEHIND_NODE_M: f64 = 200.0;
/// Drivers change over for a lane that ends so many times as far ahead as for anything else.
const LANE_END_REACHES: f64 = 2.0;

/// What is known of one link.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    /// Metres from the link's start to where vehicles wait for others; `None` = the road just goes on.
    stop_line_m: Option<f32>,
    has_light: bool,
    /// Whether its beginning is the middle of a junction where vehicles wait.
    begins_in_junction: bool,
}

/// The layout of all links.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pieces: Vec<Piece>,
}

impl Layout {
    pub(crate) fn of(network: &Network) -> Self {
        let mut pieces: Vec<Piece> = network
            .links()
            .map(|(index, link)| {
                #[allow(clippy::cast_possible_truncation)]
                let end_m = link.line.length_m() as f32;
                let stop_line_m = is_junction(network, index).then_some(end_m);
                Piece { stop_line_m, has_light: false, begins_in_junction: false }
            })
            .collect();
        for &light in network.signals() {
            for seen in network.near(light, LIGHT_REACH_M) {
                let length_m = network.link(seen.link).line.length_m();
                // Lights stand behind the junction that a link comes from, too; those are not for its traffic.
                if seen.offset_m < LIGHT_REACH_M && length_m > 2.0 * LIGHT_REACH_M {
                    continue;
                }
                let piece = &mut pieces[seen.link.0 as usize];
                #[allow(clippy::cast_possible_truncation)]
                let offset_m = seen.offset_m as f32;
                piece.stop_line_m = Some(piece.stop_line_m.map_or(offset_m, |known| known.max(offset_m)));
                piece.has_light = true;
            }
        }
        for (index, link) in network.links() {
            let mut before =
                network.incoming(link.from).iter().filter(|&&other| link.opposite != Some(other));
            pieces[index.0 as usize].begins_in_junction =
                before.any(|other| pieces[other.0 as usize].stop_line_m.is_some());
        }
        Self { pieces }
    }

    /// Whether one who was on the link `from` can be on `to` a little later.
    pub(crate) fn leads(network: &Network, from: LinkIdx, to: LinkIdx) -> bool {
        let mut links = vec![from];
        let mut done = 0;
        for _ in 0..MOST_HOPS {
            if links.contains(&to) {
                return true;
            }
            let ends = done..links.len();
            done = links.len();
            for index in ends {
                let Some(&link) = links.get(index) else { break };
                let opposite = network.link(link).opposite;
                let ways_on = network.outgoing(network.link(link).to).iter().copied();
                links.extend(ways_on.filter(|&next| Some(next) != opposite));
            }
        }
        links.contains(&to)
    }

    /// Whether the road just goes on for `reach_m` ahead of a place: nobody waits there, merges, leaves or loses a lane; lanes
    /// that end are looked for farther on, as drivers are told of them long before.
    pub(crate) fn is_open(&self, network: &Network, link: LinkIdx, offset_m: f64, reach_m: f64) -> bool {
        let has_line = self.pieces.get(link.0 as usize).is_none_or(|piece| piece.stop_line_m.is_some());
        // Most streets of a city: what follows need not be looked at.
        if has_line && network.link(link).line.length_m() - offset_m <= reach_m {
            return false;
        }
        if offset_m < BEHIND_NODE_M && !begins_as_road(network, link) {
            return false;
        }
        let (mut link, mut begins_m) = (link, -offset_m);
        for _ in 0..64 {
            let has_line = self.pieces.get(link.0 as usize).is_none_or(|piece| piece.stop_line_m.is_some());
            begins_m += network.link(link).line.length_m();
            let is_far = begins_m > reach_m;
            if begins_m > LANE_END_REACHES * reach_m || (is_far && has_line) {
                return true;
            }
            let node = network.link(link).to;
            let opposite = network.link(link).opposite;
            let mut ways_on = network.outgoing(node).iter().filter(|&&next| Some(next) != opposite);
            let others_in =
                network.incoming(node).iter().filter(|&&other| other != link && opposite != Some(other));
            let next = match (ways_on.next(), ways_on.next()) {
                (Some(&next), None) => next,
                // The map ends here, not the road.
                (None, _) => return is_far || !has_line,
                _ => return is_far,
            };
            let loses_lane = network.link(next).lanes < network.link(link).lanes;
            let comes_back = others_in.clone().all(|&other| network.link(next).opposite == Some(other));
            if has_line || !comes_back {
                return is_far;
            }
            if loses_lane {
                return false;
            }
            link = next;
        }
        true
    }

    /// Metres from a place to the next line where vehicles wait for others, and whether it has a traffic light; `None` if
    /// there is none within `reach_m`. Who stands in a junction is at the line: its lanes are no roads of their own.
    pub(crate) fn to_stop_line(
        &self,
        network: &Network,
        link: LinkIdx,
        offset_m: f64,
        reach_m: f64,
    ) -> Option<(f64, bool)> {
        if let Some(piece) = self.pieces.get(link.0 as usize).filter(|piece| piece.begins_in_junction)
            && offset_m < JUNCTION_M
        {
            return Some((0.0, piece.has_light));
        }
        let (mut link, mut begins_m) = (link, -offset_m);
        // A chain of links that just go on is followed; its length is bounded by the reach.
        for _ in 0..64 {
            let piece = self.pieces.get(link.0 as usize)?;
            if let Some(line_m) = piece.stop_line_m {
                let away_m = begins_m + f64::from(line_m);
                return (away_m <= reach_m).then_some((away_m.max(0.0), piece.has_light));
            }
            begins_m += network.link(link).line.length_m();
            let opposite = network.link(link).opposite;
            link = *network.outgoing(network.link(link).to).iter().find(|&&next| Some(next) != opposite)?;
            if begins_m > reach_m {
                return None;
            }
        }
        None
    }
}

/// Whether a link begins as the one before it ends: nothing merges or leaves there, no lane is lost.
fn begins_as_road(network: &Network, index: LinkIdx) -> bool {
    let link = network.link(index);
    let mut before = network.incoming(link.from).iter().filter(|&&other| link.opposite != Some(other));
    match (before.next(), before.next()) {
        (Some(&only), None) => network.goes_on(only) && network.link(only).lanes <= link.lanes,
        (before, _) => before.is_none(),
    }
}

/// Whether vehicles at the end of a link may have to wait for others: more than one other way comes in or goes on there,
/// and it is not a motorway, whose slip roads leave it without a stop.
fn is_junction(network: &Network, index: LinkIdx) -> bool {
    let link = network.link(index);
    let others_in =
        network.incoming(link.to).iter().filter(|&&other| other != index && link.opposite != Some(other));
    let ways_out = network.outgoing(link.to).iter().filter(|&&next| link.opposite != Some(next));
    let (others_in, ways_out) = (others_in.count(), ways_out.count());
    !is_motorway(link) && (others_in > 1 || ways_out > 1)
}

/// Whether nobody is meant to stop on it.
pub(crate) fn is_motorway(link: &Link) -> bool {
    use roadnet::RoadClass::{Motorway, MotorwayLink, Trunk, TrunkLink};
    matches!(link.class, Motorway | MotorwayLink | Trunk | TrunkLink)
}

/// The left and the right edge of a link's carriageway, in metres right of its line.
pub(crate) fn edges_m(network: &Network, link: &Link) -> (f64, f64) {
    let width_m = LANE_M * f64::from(link.lanes);
    let is_middle_of_road = link.opposite.is_some_and(|opposite| {
        // The ends say nothing: all links of a junction meet in one point.
        let other = &network.link(opposite).line;
        let middle = |line: &roadnet::Line| line.point_at(line.length_m() / 2.0);
        middle(other).distance_m(middle(&link.line)) < SAME_LINE_M
    });
    if is_middle_of_road { (0.0, width_m) } else { (-width_m / 2.0, width_m / 2.0) }
}

/// A lane's width in metres.
pub(crate) const fn lane_m() -> f64 {
    LANE_M
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A street in two pieces of 500 m, one that crosses it there, and how it goes on; all both ways.
    const STREETS: &str = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","id":"a","properties":{"highway":"primary","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0,0],[0.0044966,0]]}},
      {"type":"Feature","id":"b","properties":{"highway":"primary","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0.0044966,0],[0.0089932,0]]}},
      {"type":"Feature","id":"c","properties":{"highway":"primary","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0.0089932,0],[0.0134898,0]]}},
      {"type":"Feature","id":"d","properties":{"highway":"primary","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0.0089932,-0.004],[0.0089932,0]]}},
      {"type":"Feature","id":"e","properties":{"highway":"primary","maxspeed":50},
       "geometry":{"type":"LineString","coordinates":[[0.0089932,0],[0.0089932,0.004]]}}]}"#;

    fn link(network: &Network, road: &str, direction: roadnet::Direction) -> LinkIdx {
        let is_it = |(_, link): &(LinkIdx, &Link)| *link.road_id == *road && link.direction == direction;
        network.links().find(is_it).map(|(index, _)| index).unwrap()
    }

    #[test]
    fn a_way_leads_on_but_not_back() {
        let (network, _) = roadnet::read_geojson(STREETS.as_bytes()).unwrap();
        let forward = |road| link(&network, road, roadnet::Direction::Forward);
        let back = link(&network, "b", roadnet::Direction::Backward);
        assert!(Layout::leads(&network, forward("a"), forward("a")));
        assert!(Layout::leads(&network, forward("a"), forward("c")));
        assert!(!Layout::leads(&network, forward("a"), back));
        assert!(!Layout::leads(&network, forward("c"), forward("b")));
    }

    #[test]
    fn who_stands_in_a_junction_is_at_its_line() {
        let (network, _) = roadnet::read_geojson(STREETS.as_bytes()).unwrap();
        let layout = Layout::of(&network);
        let onward = link(&network, "c", roadnet::Direction::Forward);
        assert_eq!(layout.to_stop_line(&network, onward, 8.0, 200.0), Some((0.0, false)));
        assert_eq!(layout.to_stop_line(&network, onward, 60.0, 200.0), None);
    }

    #[test]
    fn a_lane_that_ends_is_seen_from_farther_away_than_a_slip_road() {
        // 3 km in three pieces, the last with a lane less; and where the same road parts instead.
        let road = |id: &str, from: f64, to: f64, lanes: u8| {
            format!(
                r#"{{"type":"Feature","id":"{id}","properties":{{"highway":"motorway","oneway":"yes","maxspeed":100,"lanes":{lanes}}},
                "geometry":{{"type":"LineString","coordinates":[[{from},0],[{to},0]]}}}}"#
            )
        };
        let network = |roads: &[String]| {
            let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, roads.join(","));
            roadnet::read_geojson(text.as_bytes()).unwrap().0
        };
        let pieces = [road("a", 0.0, 0.009, 3), road("b", 0.009, 0.018, 3)];
        let open_from = |network: &Network, to_end_m: f64| {
            let link = link(network, "b", roadnet::Direction::Forward);
            Layout::of(network).is_open(network, link, 1_000.8 - to_end_m, 400.0)
        };
        let narrows = network(&[pieces.as_slice(), &[road("c", 0.018, 0.027, 2)]].concat());
        assert!(!open_from(&narrows, 390.0) && !open_from(&narrows, 700.0) && open_from(&narrows, 810.0));
        let goes_on = network(&[pieces.as_slice(), &[road("c", 0.018, 0.027, 3)]].concat());
        assert!(open_from(&goes_on, 390.0));
        let slip_road = r#"{"type":"Feature","id":"exit","properties":{"highway":"motorway_link","oneway":"yes"},
            "geometry":{"type":"LineString","coordinates":[[0.018,0],[0.02,-0.001]]}}"#;
        let parts =
            network(&[pieces.as_slice(), &[road("c", 0.018, 0.027, 2), slip_road.to_owned()]].concat());
        assert!(!open_from(&parts, 390.0) && open_from(&parts, 410.0));
    }
}

//! The road network: directed links between nodes, ready to be searched.

use std::collections::HashMap;
use std::sync::Arc;

use model::LatLon;

use crate::index::SegmentIndex;
use crate::{Bounds, Carriageway, Line, Projection, Road, RoadClass, Rules};

/// A place where links meet or end, by its number in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdx(pub u32);

/// A directed link, by its number in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LinkIdx(pub u32);

/// Which way traffic on a link goes, seen along the drawing direction of the road's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// As drawn.
    Forward,
    /// Against it.
    Backward,
}

/// One direction of one road.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The id of the road, exactly as its file gives it; the same for both directions.
    pub road_id: Arc<str>,
    /// Which direction of the road this is.
    pub direction: Direction,
    /// Where the link starts.
    pub from: NodeIdx,
    /// Where the link ends.
    pub to: NodeIdx,
    /// The way from `from` to `to`, in the direction of travel.
    pub line: Line,
    /// What kind of road it is.
    pub class: RoadClass,
    /// The street's name.
    pub name: Option<Arc<str>>,
    /// The road's number (OSM's `ref`).
    pub reference: Option<Arc<str>>,
    /// The speed limit in m/s, above 0.
    pub speed_limit_mps: f64,
    /// The number of lanes in this direction, at least 1.
    pub lanes: u8,
    /// The same road in the other direction, if traffic may go there. It has the same `road_id`, except in a SUMO network,
    /// where each direction is a road of its own.
    pub opposite: Option<LinkIdx>,
}

impl Link {
    /// The time in seconds that the link takes at its speed limit.
    #[must_use]
    pub fn free_flow_s(&self) -> f64 {
        self.line.length_m() / self.speed_limit_mps
    }
}

/// Roads joined at their ends, with an index of where they run. Never changes once built.
#[derive(Debug)]
pub struct Network {
    nodes: Vec<LatLon>,
    links: Vec<Link>,
    outgoing: Adjacency,
    incoming: Adjacency,
    signals: Vec<LatLon>,
    rules: Rules,
    bounds: Option<Bounds>,
    index: SegmentIndex,
}

impl Network {
    /// Joins roads at equal end points (to 1e-7 degrees, about a centimetre). Node and link numbers follow the order
    /// of `roads`; roads closed in both directions are left out. `signals` are the places of traffic lights.
    #[must_use]
    pub fn new(roads: impl IntoIterator<Item = Road>, signals: Vec<LatLon>) -> Self {
        let mut nodes = Nodes::default();
        let mut links: Vec<Link> = Vec::new();
        for road in roads {
            let (start, end) = (nodes.at(road.line.start()), nodes.at(road.line.end()));
            let next = links.len() as u32;
            let both = road.forward.is_some() && road.backward.is_some();
            let mut add = |direction, from, to, carriageway: Option<Carriageway>, opposite: u32| {
                let Some(Carriageway { speed_limit_mps, lanes }) = carriageway else { return };
                let line = match direction {
                    Direction::Forward => road.line.clone(),
                    Direction::Backward => road.line.reversed(),
                };
                links.push(Link {
                    road_id: road.id.clone(),
                    direction,
                    from,
                    to,
                    line,
                    class: road.class,
                    name: road.name.clone(),
                    reference: road.reference.clone(),
                    speed_limit_mps,
                    lanes,
                    opposite: both.then_some(LinkIdx(opposite)),
                });
            };
            add(Direction::Forward, start, end, road.forward, next + 1);
            add(Direction::Backward, end, start, road.backward, next);
        }
        let nodes = nodes.places;
        Self {
            outgoing: Adjacency::new(nodes.len(), links.iter().map(|link| link.from)),
            incoming: Adjacency::new(nodes.len(), links.iter().map(|link| link.to)),
            bounds: Bounds::around(links.iter().flat_map(|link| link.line.points().iter().copied())),
            index: SegmentIndex::new(&links),
            nodes,
            links,
            signals,
            rules: Rules::default(),
        }
    }

    /// Makes pairs of one-way roads the two directions of one road.
    pub(crate) fn pair_opposites(&mut self, pairs: impl IntoIterator<Item = (LinkIdx, LinkIdx)>) {
        for (a, b) in pairs {
            self.links[a.0 as usize].opposite = Some(b);
            self.links[b.0 as usize].opposite = Some(a);
        }
    }

    /// All links with their numbers, in order.
    pub fn links(&self) -> impl ExactSizeIterator<Item = (LinkIdx, &Link)> + '_ {
        self.links.iter().enumerate().map(|(i, link)| (LinkIdx(i as u32), link))
    }

    /// One link. The number must come from this network.
    #[must_use]
    pub fn link(&self, link: LinkIdx) -> &Link {
        &self.links[link.0 as usize]
    }

    /// The number of links.
    #[must_use]
    pub fn link_count(&self) -> usize {
        self.links.len()
    }

    /// The number of nodes.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Where a node lies. The number must come from this network.
    #[must_use]
    pub fn node(&self, node: NodeIdx) -> LatLon {
        self.nodes[node.0 as usize]
    }

    /// The links that start at a node, in order of their numbers.
    #[must_use]
    pub fn outgoing(&self, node: NodeIdx) -> &[LinkIdx] {
        self.outgoing.of(node)
    }

    /// The links that end at a node, in order of their numbers.
    #[must_use]
    pub fn incoming(&self, node: NodeIdx) -> &[LinkIdx] {
        self.incoming.of(node)
    }

    /// The ways on from the end of a link, in order of their numbers; turning round is none.
    pub fn ways_on(&self, index: LinkIdx) -> impl Iterator<Item = LinkIdx> + '_ {
        let link = self.link(index);
        self.outgoing(link.to).iter().copied().filter(|&next| link.opposite != Some(next))
    }

    /// Whether the road just goes on where a link ends: no other way comes in or goes on there. It does so, too, where the map
    /// ends.
    #[must_use]
    pub fn goes_on(&self, index: LinkIdx) -> bool {
        let mut ways_on = self.ways_on(index);
        let Some(next) = ways_on.next() else { return true };
        let comes_back = self.link(next).opposite;
        let is_other = |other: &LinkIdx| *other != index && comes_back != Some(*other);
        ways_on.next().is_none() && !self.incoming(self.link(index).to).iter().any(is_other)
    }

    /// Where traffic lights stand.
    #[must_use]
    pub fn signals(&self) -> &[LatLon] {
        &self.signals
    }

    /// What regulates traffic at the nodes, as far as it is known.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The same network with these rules. The numbers in them must be of this network.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The box around all links; `None` for a network without any.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        self.bounds
    }

    /// The links within `radius_m` of a point, each at its closest place, nearest first (then by number). Both
    /// directions of a road are given, equally far.
    #[must_use]
    pub fn near(&self, point: LatLon, radius_m: f64) -> Vec<Projection> {
        self.index.near(&self.links, point, radius_m)
    }

    /// The total length of the roads in metres; a road open in both directions counts once.
    #[must_use]
    pub fn road_length_m(&self) -> f64 {
        let once = |(idx, link): &(LinkIdx, &Link)| link.opposite.is_none_or(|opposite| *idx < opposite);
        self.links().filter(once).map(|(_, link)| link.line.length_m()).sum()
    }

    /// The roads that the links were made of, in order.
    #[must_use]
    pub fn roads(&self) -> Vec<Road> {
        let side = |link: &Link| Carriageway { speed_limit_mps: link.speed_limit_mps, lanes: link.lanes };
        let mut roads = Vec::new();
        for link in &self.links {
            // Only the links of one road differ in direction; the opposite of a one-way road is a road by itself.
            let opposite = link
                .opposite
                .map(|opposite| self.link(opposite))
                .filter(|opposite| opposite.direction != link.direction);
            let (line, forward, backward) = match (link.direction, opposite) {
                (Direction::Forward, opposite) => (link.line.clone(), Some(side(link)), opposite.map(side)),
                (Direction::Backward, None) => (link.line.reversed(), None, Some(side(link))),
                (Direction::Backward, Some(_)) => continue,
            };
            roads.push(Road {
                id: link.road_id.clone(),
                line,
                class: link.class,
                name: link.name.clone(),
                reference: link.reference.clone(),
                forward,
                backward,
            });
        }
        roads
    }
}

/// Numbers places in the order in which they first come.
#[derive(Default)]
struct Nodes {
    places: Vec<LatLon>,
    by_place: HashMap<(i64, i64), NodeIdx>,
}

impl Nodes {
    fn at(&mut self, place: LatLon) -> NodeIdx {
        let rounded = |deg: f64| (deg * 1e7).round() as i64;
        *self.by_place.entry((rounded(place.lat), rounded(place.lon))).or_insert_with(|| {
            self.places.push(place);
            NodeIdx(self.places.len() as u32 - 1)
        })
    }
}

/// For each node its links, in one flat list.
#[derive(Debug)]
struct Adjacency {
    starts: Vec<u32>,
    links: Vec<LinkIdx>,
}

impl Adjacency {
    /// `node_of` gives the node of link 0, 1, 2, …
    fn new(node_count: usize, node_of: impl Iterator<Item = NodeIdx>) -> Self {
        let mut pairs: Vec<(NodeIdx, LinkIdx)> =
            node_of.enumerate().map(|(i, node)| (node, LinkIdx(i as u32))).collect();
        pairs.sort_unstable();
        let mut starts = vec![0u32; node_count + 1];
        for &(node, _) in &pairs {
            starts[node.0 as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { starts, links: pairs.into_iter().map(|(_, link)| link).collect() }
    }

    fn of(&self, node: NodeIdx) -> &[LinkIdx] {
        let at = node.0 as usize;
        &self.links[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

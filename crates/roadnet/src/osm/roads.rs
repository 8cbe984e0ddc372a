//! Roads from OSM ways.

use std::collections::{BTreeMap, HashMap};

use model::LatLon;

use super::{Extract, OsmWay};
use crate::tags::{Conventions, carriageways, motor_vehicles_may_pass};
use crate::{Line, Road, RoadClass, Tags, Warning};

/// The roads of an extract, and what became of the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OsmRoads {
    /// Ways that motor vehicles may use, split where they meet; ids are `way.n`, n counted from 0 along the way.
    pub roads: Vec<Road>,
    /// Traffic lights on those ways.
    pub signals: Vec<LatLon>,
    /// Ways that became roads.
    pub ways_used: usize,
    /// Ways of which the extract does not hold every node: their other parts are kept.
    pub ways_cut: usize,
    /// Ways with a `highway` tag that are no roads, by reason.
    pub dropped: BTreeMap<NotRoad, usize>,
    /// Tags that could not be read.
    pub warnings: Vec<Warning>,
}

/// Why a way with a `highway` tag became no road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotRoad {
    /// For feet or bicycles, not built yet, or an area.
    NotForMotorVehicles,
    /// Motor vehicles are not allowed.
    NoAccess,
    /// The extract holds no two neighbouring nodes of it.
    NoNodes,
}

/// Whether a way is a road that ordinary motor vehicles may use.
#[must_use]
pub fn is_drivable(tags: &Tags) -> bool {
    class_of(tags).is_ok()
}

fn class_of(tags: &Tags) -> Result<RoadClass, NotRoad> {
    let class = tags.get("highway").and_then(RoadClass::from_highway).ok_or(NotRoad::NotForMotorVehicles)?;
    if tags.get("area") == Some("yes") {
        Err(NotRoad::NotForMotorVehicles)
    } else if motor_vehicles_may_pass(tags) {
        Ok(class)
    } else {
        Err(NotRoad::NoAccess)
    }
}

/// Makes roads of the drivable ways of an extract: each way is split at the nodes that it shares with itself or with
/// another drivable way, and interrupted where the extract lacks a node (ways cut at its border). Ways of one extract
/// that are cut apart are still found under their OSM number, `way.0`, `way.1`, ….
#[must_use]
pub fn roads(extract: &Extract) -> OsmRoads {
    let mut found = OsmRoads::default();
    let mut drivable: Vec<(&OsmWay, RoadClass)> = Vec::new();
    for way in extract.ways.iter().filter(|way| way.tags.get("highway").is_some()) {
        match class_of(&way.tags) {
            Ok(class) => drivable.push((way, class)),
            Err(reason) => *found.dropped.entry(reason).or_default() += 1,
        }
    }

    let mut uses: HashMap<i64, u32> = HashMap::new();
    for node in drivable.iter().flat_map(|(way, _)| &way.nodes) {
        *uses.entry(*node).or_default() += 1;
    }
    let is_junction = |node: i64| uses.get(&node).is_some_and(|&uses| uses > 1);

    for (way, class) in drivable {
        let (pieces, cut) = split(way, extract, is_junction);
        found.ways_cut += usize::from(cut);
        if pieces.is_empty() {
            *found.dropped.entry(NotRoad::NoNodes).or_default() += 1;
            continue;
        }
        found.ways_used += 1;
        take_way(&mut found, way, class, pieces);
    }
    let on_road = extract.nodes.iter().filter(|node| uses.contains_key(&node.id));
    found.signals = on_road
        .filter(|node| node.tags.get("highway") == Some("traffic_signals"))
        .map(|node| node.place)
        .collect();
    found
}

fn take_way(found: &mut OsmRoads, way: &OsmWay, class: RoadClass, pieces: Vec<Line>) {
    let mut notes = Vec::new();
    let (forward, backward) = carriageways(&way.tags, class, Conventions::Osm, &mut notes);
    found.warnings.extend(notes.into_iter().map(|note| Warning::new(format!("way {}", way.id), note)));
    let (name, reference) = (way.tags.shared("name"), way.tags.shared("ref"));
    for (n, line) in pieces.into_iter().enumerate() {
        found.roads.push(Road {
            id: format!("{}.{n}", way.id).into(),
            line,
            class,
            name: name.clone(),
            reference: reference.clone(),
            forward,
            backward,
        });
    }
}

/// The pieces of a way between junctions and gaps, and whether there was a gap.
fn split(way: &OsmWay, extract: &Extract, is_junction: impl Fn(i64) -> bool) -> (Vec<Line>, bool) {
    let mut pieces = Vec::new();
    let mut cut = false;
    let mut piece: Vec<LatLon> = Vec::new();
    for &node in &way.nodes {
        let Some(place) = extract.places.get(node) else {
            cut = true;
            pieces.extend(Line::new(piece.drain(..)));
            continue;
        };
        piece.push(place);
        if is_junction(node) && piece.len() > 1 {
            pieces.extend(Line::new(piece.drain(..)));
            piece.push(place);
        }
    }
    pieces.extend(Line::new(piece));
    (pieces, cut)
}

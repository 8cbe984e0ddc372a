//! From the parts of a SUMO network to roads.

use model::LatLon;

use super::carriageway::{carriageway, class};
use super::document::{Edge, Xy};
use super::ends::{End, Ends};
use super::lanes::{distance_m, length_m, middle, point_at};
use super::opposites::opposites;
use super::parse;
use super::place::GeoReference;
use super::rules::rules;
use crate::{Line, LinkIdx, Network, ReadError, Road, Warning};

/// Over this many metres a line swings from its lanes to the node at its end.
const SWING_M: f64 = 10.0;
/// Shorter than this many metres a line is not worth swinging.
const TOO_SHORT_M: f64 = 4.0 * SWING_M;

/// Reads the bytes of a SUMO network (`.net.xml`): every edge that cars may use is a one-way road whose id is the edge's
/// id and whose line runs along the middle of its lanes for cars. Edges that are the two directions of one road know each
/// other as opposite links. Roads meet where the file has a connection between them (in a file without connections, at
/// every junction), so a junction without any turn from one direction to the other is two nodes. Its connections and its
/// plans of traffic lights are the network's [rules](Network::rules).
///
/// The class is that of the edge's type where it comes from OpenStreetMap, else taken from its limit and lanes. For where
/// the network lies see [`GeoReference`].
///
/// # Errors
/// The bytes are no XML, no SUMO network, or the projection is not known. What is wrong with single edges is in the warnings.
pub fn read_sumo(bytes: &[u8]) -> Result<(Network, Vec<Warning>), ReadError> {
    let document = parse::parse(bytes)?;
    let mut warnings = Vec::new();
    let mut edges: Vec<(&Edge, Vec<Xy>)> = Vec::new();
    for edge in document.edges.iter().filter(|edge| !edge.lanes.is_empty()) {
        let lanes = middle(&edge.lanes);
        let ends = || Some([document.junctions.get(&edge.from)?.at, document.junctions.get(&edge.to)?.at]);
        let line = match (lanes.len(), edge.shape.len()) {
            (2.., _) => lanes,
            (_, 2..) => edge.shape.clone(),
            _ => ends().map(Vec::from).unwrap_or_default(),
        };
        if length_m(&line) > 0.0 {
            edges.push((edge, line));
        } else {
            warnings.push(Warning::new(format!("edge \"{}\"", edge.id), "skipped: it has no shape"));
        }
    }
    let ends = Ends::new(&document, &edges);
    let mut roads = Vec::new();
    let mut link_of = vec![None; edges.len()];
    for (i, (edge, line)) in edges.iter().enumerate() {
        let (start, stop) = (ends.place(i, End::Start), ends.place(i, End::Stop));
        let line = placed(&document.place, &joined(line, start, stop));
        let (Some(line), Some(forward)) = (line, carriageway(edge)) else {
            warnings.push(Warning::new(
                format!("edge \"{}\"", edge.id),
                "skipped: its shape does not lie on the Earth",
            ));
            continue;
        };
        link_of[i] = Some(LinkIdx(roads.len() as u32));
        roads.push(Road {
            id: edge.id.as_str().into(),
            line,
            class: class(edge, &forward),
            name: edge.name.as_deref().map(Into::into),
            reference: None,
            forward: Some(forward),
            backward: None,
        });
    }
    if roads.is_empty() {
        warnings.push(Warning::new("file", "holds no road that motor vehicles can use"));
    }
    let signals = ends.lights().into_iter().map(|(x, y)| document.place.to_lat_lon(x, y)).collect();
    let mut network = Network::new(roads, signals);
    network
        .pair_opposites(opposites(&edges).into_iter().filter_map(|(a, b)| Some((link_of[a]?, link_of[b]?))));
    let rules = rules(&document, &edges, &link_of);
    Ok((network.with_rules(rules), warnings))
}

/// The line with its ends on the nodes. A long line leaves its lanes some metres before, so that a node beside the lanes
/// bends it gently.
fn joined(line: &[Xy], start: Option<Xy>, stop: Option<Xy>) -> Vec<Xy> {
    let total_m = length_m(line);
    let mut points = line.to_vec();
    if total_m >= TOO_SHORT_M {
        let mut run_m = 0.0;
        points = Vec::from([point_at(line, SWING_M)]);
        for pair in line.windows(2) {
            run_m += distance_m(pair[0], pair[1]);
            if run_m > SWING_M && run_m < total_m - SWING_M {
                points.push(pair[1]);
            }
        }
        points.push(point_at(line, total_m - SWING_M));
    } else if points.len() > 2 {
        points.remove(0);
        points.pop();
    } else {
        points.clear();
    }
    points.insert(0, start.unwrap_or(line[0]));
    points.push(stop.unwrap_or(line[line.len() - 1]));
    points
}

fn placed(place: &GeoReference, line: &[Xy]) -> Option<Line> {
    let points: Option<Vec<LatLon>> = line
        .iter()
        .map(|&(x, y)| {
            let point = place.to_lat_lon(x, y);
            LatLon::checked(point.lat, point.lon)
        })
        .collect();
    Line::new(points?)
}

//! What is true of the traffic, in the form in which it is told.

use model::simulation::{Truth, TruthKind};
use model::{Geometry, LatLon, Phase, RoadRef, Timestamp, VehicleId};
use roadnet::{LinkIdx, Network};
use yardstick::{JamNews, JamState, Piece};

use crate::traffic::{Incident, IncidentKind, IncidentPhase};

/// The shortest line that a jam is told as, m.
const SHORTEST_M: f64 = 1.0;

/// The truth about an incident that is called `id`, and began when.
#[must_use]
pub fn of_incident(
    incident: &Incident,
    id: String,
    since: Timestamp,
    at: Timestamp,
    network: &Network,
    name: impl Fn(crate::traffic::VehicleIdx) -> Option<VehicleId>,
) -> Truth {
    let vehicles = incident.vehicles.iter().filter_map(|&vehicle| name(vehicle));
    Truth {
        id,
        kind: match incident.kind {
            IncidentKind::Crash => TruthKind::Crash,
            IncidentKind::Breakdown => TruthKind::Breakdown,
            IncidentKind::LaneClosure => TruthKind::LaneClosure,
            IncidentKind::Roadworks => TruthKind::Roadworks,
        },
        phase: match incident.phase {
            IncidentPhase::Started => Phase::Started,
            IncidentPhase::Updated => Phase::Updated,
            IncidentPhase::Ended => Phase::Ended,
        },
        at,
        since,
        position: incident.position,
        geometry: Geometry::point(incident.position),
        road: Some(road(network, incident.link)),
        vehicles: vehicles.map(|id| id.as_str().to_owned()).collect(),
        marginal: false,
    }
}

/// The truth about a jam. `start` is what the clock showed at time 0, `word` what the jam's name begins with.
#[must_use]
pub fn of_jam(news: &JamNews, word: &str, start: Timestamp, now_ms: i64, network: &Network) -> Option<Truth> {
    let (state, phase, at_ms) = match news {
        JamNews::Began(state) => (state, Phase::Started, now_ms),
        JamNews::Changed(state) => (state, Phase::Updated, now_ms),
        JamNews::Ended(state) => (state, Phase::Ended, state.to_ms),
    };
    let JamState { number, from_ms, pieces, marginal, .. } = state;
    let tail = pieces.first()?;
    let lines: Vec<Vec<LatLon>> = pieces.iter().map(|piece| line(network, piece)).collect();
    Some(Truth {
        id: format!("{word}-{}", number + 1),
        kind: TruthKind::Jam,
        phase,
        at: start + at_ms,
        since: start + *from_ms,
        position: *lines.first()?.first()?,
        geometry: geometry(&lines),
        road: Some(road(network, LinkIdx(tail.link))),
        vehicles: Vec::new(),
        marginal: *marginal,
    })
}

fn road(network: &Network, link: LinkIdx) -> RoadRef {
    let link = network.link(link);
    RoadRef {
        id: link.road_id.to_string(),
        name: link.name.as_deref().or(link.reference.as_deref()).map(str::to_owned),
    }
}

/// A stretch of a link, tail first.
fn line(network: &Network, piece: &Piece) -> Vec<LatLon> {
    let line = &network.link(LinkIdx(piece.link)).line;
    let from_m = piece.from_m.min(line.length_m() - SHORTEST_M).max(0.0);
    line.slice(from_m, piece.to_m.max(from_m + SHORTEST_M).min(line.length_m()))
}

fn geometry(lines: &[Vec<LatLon>]) -> Geometry {
    let positions =
        |line: &Vec<LatLon>| line.iter().map(|at| [model::round7(at.lon), model::round7(at.lat)]).collect();
    match lines {
        [only] => Geometry::LineString(positions(only)),
        several => Geometry::MultiLineString(several.iter().map(positions).collect()),
    }
}

//! Places on the road network: by coordinates, or by street and how far along it.

use model::LatLon;
use model::geo::heading_difference_deg;
use roadnet::{LinkIdx, Network};
use serde::Serialize;

/// How far a road may be from the coordinates that mean it, m.
const REACH_M: f64 = 50.0;
/// How far the course of a road may be from the heading asked for, degrees.
const HEADING_TOLERANCE_DEG: f64 = 60.0;

/// A place as a scenario names it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// The road nearest to a point.
    Point {
        /// Latitude, degrees.
        lat: f64,
        /// Longitude, degrees.
        lon: f64,
        /// The direction of travel, degrees clockwise from north, to tell the two sides of a road apart.
        #[serde(skip_serializing_if = "Option::is_none")]
        heading: Option<f64>,
    },
    /// A point of a street.
    Along {
        /// The street's name.
        road: String,
        /// How far along, from 0 (where traffic comes in) to 1.
        fraction: f64,
        /// The direction of travel, degrees clockwise from north.
        #[serde(skip_serializing_if = "Option::is_none")]
        heading: Option<f64>,
    },
}

impl Place {
    /// The link of the place and the metres from its start, or why there is none.
    pub(super) fn find(&self, network: &Network) -> Result<(LinkIdx, f64), String> {
        match self {
            Self::Point { lat, lon, heading } => find_point(network, LatLon::new(*lat, *lon), *heading),
            Self::Along { road, fraction, heading } => find_along(network, road, *fraction, *heading),
        }
    }
}

/// All links of the street of this name.
pub(super) fn links_named(network: &Network, road: &str) -> Result<Vec<LinkIdx>, String> {
    let named = network.links().filter(|(_, link)| link.name.as_deref() == Some(road));
    let links: Vec<LinkIdx> = named.map(|(idx, _)| idx).collect();
    if links.is_empty() { Err(format!("the road network has no street named \"{road}\"")) } else { Ok(links) }
}

fn find_point(network: &Network, point: LatLon, heading: Option<f64>) -> Result<(LinkIdx, f64), String> {
    let fits = |course_deg: f64| {
        heading.is_none_or(|wanted| heading_difference_deg(course_deg, wanted) <= HEADING_TOLERANCE_DEG)
    };
    let near = network.near(point, REACH_M);
    let found = near.iter().find(|projection| fits(projection.heading_deg));
    found.map(|projection| (projection.link, projection.offset_m)).ok_or_else(|| {
        match (near.len(), heading) {
            (1.., Some(heading)) => {
                format!("no road within {REACH_M} m of {}, {} leads towards {heading}°", point.lat, point.lon)
            }
            _ => format!("no road within {REACH_M} m of {}, {}", point.lat, point.lon),
        }
    })
}

fn find_along(
    network: &Network,
    road: &str,
    fraction: f64,
    heading: Option<f64>,
) -> Result<(LinkIdx, f64), String> {
    let links = links_named(network, road)?;
    let fits = |chain: &[LinkIdx]| {
        let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else { return false };
        let (start, end) = (network.link(first).line.start(), network.link(last).line.end());
        heading.is_none_or(|wanted| {
            heading_difference_deg(start.bearing_deg(end), wanted) <= HEADING_TOLERANCE_DEG
        })
    };
    let mut longest: Option<(f64, Vec<LinkIdx>)> = None;
    for chain in chains(network, &links).into_iter().filter(|chain| fits(chain)) {
        let length_m = chain.iter().map(|&link| network.link(link).line.length_m()).sum();
        if longest.as_ref().is_none_or(|(longest_m, _)| length_m > *longest_m) {
            longest = Some((length_m, chain));
        }
    }
    let Some((length_m, chain)) = longest else {
        return Err(format!("\"{road}\" has no stretch that leads towards {}°", heading.unwrap_or_default()));
    };
    let mut left_m = fraction * length_m;
    for &link in &chain {
        let here_m = network.link(link).line.length_m();
        if left_m <= here_m {
            return Ok((link, left_m));
        }
        left_m -= here_m;
    }
    let last = chain[chain.len() - 1];
    Ok((last, network.link(last).line.length_m()))
}

/// A street's links put in a row, in the direction of travel; each link in one row only.
fn chains(network: &Network, links: &[LinkIdx]) -> Vec<Vec<LinkIdx>> {
    let mut left: Vec<LinkIdx> = links.to_vec();
    let comes_from = |link: LinkIdx, left: &[LinkIdx]| {
        left.iter().any(|&other| straightest(network, other, left) == Some(link))
    };
    let mut chains = Vec::new();
    while !left.is_empty() {
        // Where a street is a ring, it is cut at its first link.
        let start = left.iter().copied().find(|&link| !comes_from(link, &left)).unwrap_or(left[0]);
        left.retain(|&link| link != start);
        let mut chain = vec![start];
        let mut end = start;
        while let Some(next) = straightest(network, end, &left) {
            left.retain(|&link| link != next);
            chain.push(next);
            end = next;
        }
        chains.push(chain);
    }
    chains
}

/// Of `links`, the one that goes on from the end of another with the least turn; never back.
fn straightest(network: &Network, from: LinkIdx, links: &[LinkIdx]) -> Option<LinkIdx> {
    let here = network.link(from);
    let course_deg = here.line.heading_at(here.line.length_m());
    let turn_deg =
        |&next: &LinkIdx| heading_difference_deg(course_deg, network.link(next).line.heading_at(0.0));
    let onward = network.outgoing(here.to).iter().copied();
    let onward = onward.filter(|&next| here.opposite != Some(next) && next != from && links.contains(&next));
    onward.min_by(|a, b| turn_deg(a).total_cmp(&turn_deg(b)))
}

//! Reads a road network in whichever of the known formats it comes.

use std::io::Cursor;

use crate::osm::{Wanted, is_drivable, read_pbf, roads, rules};
use crate::{Network, ReadError, Warning, read_geojson, read_sumo};

/// Reads roads from the bytes of a file: OSM-tagged GeoJSON (see [`read_geojson`]), a SUMO network (see
/// [`read_sumo`]) or an OSM extract (`.osm.pbf`), told apart by their first bytes. An extract's roads are all there; see
/// [`keep_largest_strongly_connected_part`](crate::keep_largest_strongly_connected_part).
///
/// # Errors
/// The bytes are none of these, or are damaged. What is wrong with single roads is in the warnings.
pub fn read(bytes: &[u8]) -> Result<(Network, Vec<Warning>), ReadError> {
    let first_letter =
        bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
    match first_letter {
        Some(b'{') => return read_geojson(bytes),
        Some(b'<') => return read_sumo(bytes),
        _ => {}
    }
    let extract = read_pbf(Cursor::new(bytes), &ROADS)?;
    let found = roads(&extract);
    let mut warnings = found.warnings;
    if found.roads.is_empty() {
        warnings.push(Warning::new("file", "holds no road that motor vehicles can use"));
    }
    let network = Network::new(found.roads, found.signals);
    let rules = rules(&extract, &network);
    Ok((network.with_rules(rules), warnings))
}

/// What of an extract makes its roads.
const ROADS: Wanted = Wanted {
    way: is_drivable,
    relation: |_| false,
    node: |tags| tags.get("highway") == Some("traffic_signals"),
};

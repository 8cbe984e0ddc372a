//! Reads roads from GeoJSON.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::feature::{Feature, position, positions};
use crate::restriction::{Restriction, forbidden_turns, is_only};
use crate::tags::{Conventions, Tags, carriageways};
use crate::{Line, Network, ReadError, Road, RoadClass, Rules, Warning};

/// Tags that say that a line without `highway` is something else than a road.
const OTHER_KINDS: [&str; 13] = [
    "railway", "waterway", "building", "natural", "landuse", "leisure", "boundary", "barrier", "power",
    "aeroway", "route", "man_made", "amenity",
];

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(borrow, default)]
    features: Option<Vec<&'a RawValue>>,
}

/// Reads a FeatureCollection (or one Feature) of roads with OSM's tags as properties: `highway`, `name`, `ref`,
/// `oneway`, `maxspeed` (km/h, or as OSM writes it), `lanes`, `junction`; `id` of the feature or among the
/// properties, else the feature's place in the file, counted from 0.
///
/// LineStrings and MultiLineStrings are roads; lines that share an end coordinate join there, and only there. Points
/// with `highway=traffic_signals` are traffic lights; Points with `type=restriction`, `restriction` as in OSM (`no_…`, `only_…`) and
/// the ids of roads `from` and `to` restrict the turns at the node where they lie; other geometries and `highway` values that are not for motor
/// vehicles are ignored. No `oneway` means both ways, on a roundabout one way. A line without any `highway` tag
/// counts as an unclassified road, with a warning.
///
/// # Errors
/// The bytes are not JSON, or the JSON is not GeoJSON. What is wrong with single features is in the warnings.
pub fn read_geojson(bytes: &[u8]) -> Result<(Network, Vec<Warning>), ReadError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let document: Document<'_> = serde_json::from_slice(bytes)?;
    let mut reader = Reader::default();
    match (document.kind.as_deref(), document.features) {
        (Some("FeatureCollection"), Some(features)) => {
            for (i, raw) in features.into_iter().enumerate() {
                reader.take_raw(i, raw.get());
            }
        }
        (Some("Feature"), _) => reader.take(0, &serde_json::from_slice(bytes)?),
        (Some("FeatureCollection"), None) => {
            return Err(ReadError::NotFeatures { found: "a FeatureCollection without features".to_owned() });
        }
        (Some(kind), _) => return Err(ReadError::NotFeatures { found: format!("type \"{kind}\"") }),
        (None, _) => return Err(ReadError::NotFeatures { found: "an object without a type".to_owned() }),
    }
    if reader.roads.is_empty() {
        reader.warnings.push(Warning::new("file", "holds no road that motor vehicles can use"));
    }
    let network = Network::new(reader.roads, reader.signals);
    let forbidden = forbidden_turns(&network, &reader.restrictions, |id, road| id == road);
    Ok((network.with_rules(Rules { forbidden, ..Rules::default() }), reader.warnings))
}

#[derive(Default)]
struct Reader {
    roads: Vec<Road>,
    signals: Vec<model::LatLon>,
    restrictions: Vec<Restriction<String>>,
    warnings: Vec<Warning>,
    ids: HashSet<Arc<str>>,
}

impl Reader {
    fn take_raw(&mut self, number: usize, raw: &str) {
        match serde_json::from_str::<Feature>(raw) {
            Ok(feature) => self.take(number, &feature),
            Err(e) => {
                self.warn(&format!("feature {number}"), format!("skipped: not a GeoJSON feature ({e})"))
            }
        }
    }

    fn take(&mut self, number: usize, feature: &Feature) {
        let given = feature.given_id();
        let label =
            given.as_ref().map_or_else(|| format!("feature {number}"), |id| format!("feature \"{id}\""));
        if feature.kind != "Feature" {
            self.warn(&label, format!("skipped: its type is \"{}\", not \"Feature\"", feature.kind));
            return;
        }
        let Some(geometry) = &feature.geometry else { return };
        let tags = feature.tags();
        let id: Arc<str> = given.unwrap_or_else(|| number.to_string()).into();
        match geometry.kind.as_str() {
            "Point" if tags.get("highway") == Some("traffic_signals") => {
                match position(&geometry.coordinates) {
                    Ok(place) => self.signals.push(place),
                    Err(e) => self.warn(&label, format!("skipped: its position {e}")),
                }
            }
            "Point" if tags.get("type") == Some("restriction") => {
                self.take_restriction(&label, &tags, position(&geometry.coordinates));
            }
            "LineString" => self.take_lines(&label, id, &tags, &[&geometry.coordinates]),
            "MultiLineString" => match geometry.coordinates.as_array() {
                Some(lines) => self.take_lines(&label, id, &tags, &lines.iter().collect::<Vec<_>>()),
                None => self.warn(&label, "skipped: its coordinates are not a list of lines".to_owned()),
            },
            _ => {}
        }
    }

    fn take_restriction(&mut self, label: &str, tags: &Tags, place: Result<model::LatLon, String>) {
        let Some(is_only) = is_only(tags) else { return };
        match (place, tags.get("from"), tags.get("to")) {
            (Ok(via), Some(from), Some(to)) => {
                let (from, to) = (from.to_owned(), to.to_owned());
                self.restrictions.push(Restriction { is_only, from, via, to });
            }
            (Err(e), ..) => self.warn(label, format!("skipped: its position {e}")),
            _ => {
                self.warn(label, "skipped: a turn restriction needs `from` and `to`, ids of roads".to_owned())
            }
        }
    }

    fn take_lines(&mut self, label: &str, id: Arc<str>, tags: &Tags, lines: &[&serde_json::Value]) {
        let Some(class) = self.class_of(label, tags) else { return };
        let mut notes = Vec::new();
        let (forward, backward) = carriageways(tags, class, Conventions::GeoJson, &mut notes);
        for note in notes {
            self.warn(label, note);
        }
        if !self.ids.insert(id.clone()) {
            self.warn(label, "has the id of an earlier feature; both are kept under it".to_owned());
        }
        let (name, reference) = (tags.shared("name"), tags.shared("ref"));
        for coordinates in lines {
            let line = match positions(coordinates) {
                Ok(points) => Line::new(points),
                Err(e) => {
                    self.warn(label, format!("line skipped: {e}"));
                    continue;
                }
            };
            let Some(line) = line else {
                self.warn(label, "line skipped: it has fewer than two different points".to_owned());
                continue;
            };
            let (id, name, reference) = (id.clone(), name.clone(), reference.clone());
            self.roads.push(Road { id, line, class, name, reference, forward, backward });
        }
    }

    /// The class of a line, or `None` if it is no road for motor vehicles.
    fn class_of(&mut self, label: &str, tags: &Tags) -> Option<RoadClass> {
        match tags.get("highway") {
            // Of several values (a list, where a tool has merged ways) the first that is a road counts.
            Some(highway) => highway.split(';').find_map(|value| RoadClass::from_highway(value.trim())),
            None if OTHER_KINDS.iter().any(|key| tags.get(key).is_some()) => None,
            None => {
                self.warn(label, "has no highway tag; taken as an unclassified road".to_owned());
                Some(RoadClass::Unclassified)
            }
        }
    }

    fn warn(&mut self, label: &str, reason: String) {
        self.warnings.push(Warning::new(label, reason));
    }
}

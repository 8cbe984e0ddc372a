//! Zones: areas whose entries and exits are events. Read from and written as GeoJSON Features.

use crate::{IdError, LatLon, ZoneId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A zone as an operator draws it. Its serde form is for state that a program keeps; people and other programs read and
/// write zones as GeoJSON ([`Zone::from_geojson`], [`Zone::to_feature`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// Its name, 1–200 characters.
    pub name: String,
    /// Its area.
    pub shape: Shape,
    /// A visit shorter than this is none, in seconds.
    pub min_dwell_s: f64,
    /// How far over the border a vehicle must be to have crossed it, in metres.
    pub hysteresis_m: f64,
    /// Positions less exact than this are not looked at, one standard deviation in metres; 0 = all are.
    pub max_accuracy_m: f64,
}

/// The area of a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Polygons, each an outer ring and its holes; rings are closed (first = last).
    Polygons(Vec<Vec<Vec<LatLon>>>),
    /// All within `radius_m` of a point.
    Circle {
        /// Centre.
        center: LatLon,
        /// Radius in metres.
        radius_m: f64,
    },
    /// All within `buffer_m` of a line.
    Corridor {
        /// The line, at least two points.
        line: Vec<LatLon>,
        /// Half the width in metres.
        buffer_m: f64,
    },
}

/// Largest radius, buffer, hysteresis and accuracy, in metres.
const MAX_REACH_M: f64 = 1_000_000.0;
/// Longest dwell, one day.
const MAX_DWELL_S: f64 = 86_400.0;
/// Most points a shape may have; a bound on the work one zone can ask for.
pub const MAX_POINTS: usize = 10_000;

/// Why a text is no zone.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ZoneError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// JSON, but not a GeoJSON Feature with a geometry.
    #[error("not a GeoJSON Feature with a geometry and properties")]
    NotAFeature,
    /// No id, neither as the Feature's `id` nor as property `id`.
    #[error("a zone needs an id (property `id`)")]
    NoId,
    /// An id that breaks the rules.
    #[error("property `id`: {0}")]
    Id(#[from] IdError),
    /// A property with an impossible value.
    #[error("property `{name}`: {problem}")]
    Property {
        /// Which one.
        name: &'static str,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A geometry that is no area.
    #[error("geometry: {0}")]
    Geometry(String),
}

impl Zone {
    /// Reads a GeoJSON Feature: Polygon, MultiPolygon, Point with `radius_m`, or LineString with `buffer_m`.
    ///
    /// # Errors
    /// Says what is wrong with which part.
    pub fn from_geojson(bytes: &[u8]) -> Result<Self, ZoneError> {
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| ZoneError::Json(error.to_string()))?;
        Self::from_feature(&value)
    }

    /// Reads a parsed GeoJSON Feature.
    ///
    /// # Errors
    /// Says what is wrong with which part.
    pub fn from_feature(feature: &Value) -> Result<Self, ZoneError> {
        if feature.get("type").and_then(Value::as_str) != Some("Feature") {
            return Err(ZoneError::NotAFeature);
        }
        let empty = Map::new();
        let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let geometry = feature.get("geometry").filter(|g| g.is_object()).ok_or(ZoneError::NotAFeature)?;
        let id = properties.get("id").or_else(|| feature.get("id")).and_then(Value::as_str);
        let id = ZoneId::new(id.ok_or(ZoneError::NoId)?)?;
        let name = match properties.get("name") {
            None | Some(Value::Null) => id.to_string(),
            Some(Value::String(name)) if (1..=200).contains(&name.trim().chars().count()) => {
                name.trim().to_owned()
            }
            Some(_) => {
                return Err(ZoneError::Property { name: "name", problem: "1 to 200 characters".into() });
            }
        };
        let shape = shape::read(geometry, properties)?;
        let min_dwell_s = number(properties, "min_dwell_s", MAX_DWELL_S)?.unwrap_or(0.0);
        let hysteresis_m = number(properties, "hysteresis_m", MAX_REACH_M)?.unwrap_or(0.0);
        let max_accuracy_m = number(properties, "max_accuracy_m", MAX_REACH_M)?.unwrap_or(0.0);
        Ok(Self { id, name, shape, min_dwell_s, hysteresis_m, max_accuracy_m })
    }

    /// The zone as a GeoJSON Feature, readable by [`Zone::from_feature`].
    #[must_use]
    pub fn to_feature(&self) -> Value {
        let (geometry, reach) = shape::write(&self.shape);
        let mut properties = json!({ "id": self.id, "name": self.name });
        if let (Some(properties), Some((name, metres))) = (properties.as_object_mut(), reach) {
            properties.insert(name.to_owned(), json!(metres));
        }
        if let Some(properties) = properties.as_object_mut() {
            if self.min_dwell_s > 0.0 {
                properties.insert("min_dwell_s".into(), json!(self.min_dwell_s));
            }
            if self.hysteresis_m > 0.0 {
                properties.insert("hysteresis_m".into(), json!(self.hysteresis_m));
            }
            if self.max_accuracy_m > 0.0 {
                properties.insert("max_accuracy_m".into(), json!(self.max_accuracy_m));
            }
        }
        json!({ "type": "Feature", "id": self.id, "geometry": geometry, "properties": properties })
    }
}

/// A property that is a number from 0 to `max`, if it is there.
fn number(properties: &Map<String, Value>, name: &'static str, max: f64) -> Result<Option<f64>, ZoneError> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) if (0.0..=max).contains(&number) => Ok(Some(number)),
            _ => Err(ZoneError::Property { name, problem: format!("a number from 0 to {max}") }),
        },
    }
}

mod shape {
    use super::{LatLon, MAX_POINTS, MAX_REACH_M, Shape, ZoneError, number};
    use serde_json::{Map, Value, json};

    pub(super) fn read(geometry: &Value, properties: &Map<String, Value>) -> Result<Shape, ZoneError> {
        let kind = geometry.get("type").and_then(Value::as_str).unwrap_or_default();
        let coordinates = geometry.get("coordinates").ok_or_else(|| wrong("no coordinates"))?;
        let shape = match kind {
            "Polygon" => Shape::Polygons(vec![polygon(coordinates)?]),
            "MultiPolygon" => {
                Shape::Polygons(list(coordinates)?.iter().map(polygon).collect::<Result<_, _>>()?)
            }
            "Point" => {
                Shape::Circle { center: position(coordinates)?, radius_m: reach(properties, "radius_m")? }
            }
            "LineString" => {
                let line = positions(coordinates)?;
                if line.len() < 2 {
                    return Err(wrong("a LineString has at least two points"));
                }
                Shape::Corridor { line, buffer_m: reach(properties, "buffer_m")? }
            }
            other => {
                return Err(wrong(&format!(
                    "`{other}` is no area: use Polygon, MultiPolygon, Point with radius_m or LineString with buffer_m"
                )));
            }
        };
        let points = match &shape {
            Shape::Polygons(polygons) if polygons.is_empty() => return Err(wrong("no polygon in it")),
            Shape::Polygons(polygons) => polygons.iter().flatten().map(Vec::len).sum(),
            Shape::Circle { .. } => 1,
            Shape::Corridor { line, .. } => line.len(),
        };
        if points > MAX_POINTS { Err(wrong(&format!("more than {MAX_POINTS} points"))) } else { Ok(shape) }
    }

    pub(super) fn write(shape: &Shape) -> (Value, Option<(&'static str, f64)>) {
        let point = |p: &LatLon| json!([p.lon, p.lat]);
        let ring = |r: &Vec<LatLon>| Value::Array(r.iter().map(point).collect());
        let polygon = |p: &Vec<Vec<LatLon>>| Value::Array(p.iter().map(ring).collect());
        match shape {
            Shape::Polygons(polygons) => match polygons.as_slice() {
                [one] => (json!({ "type": "Polygon", "coordinates": polygon(one) }), None),
                many => {
                    let all: Vec<Value> = many.iter().map(polygon).collect();
                    (json!({ "type": "MultiPolygon", "coordinates": all }), None)
                }
            },
            Shape::Circle { center, radius_m } => {
                (json!({ "type": "Point", "coordinates": point(center) }), Some(("radius_m", *radius_m)))
            }
            Shape::Corridor { line, buffer_m } => {
                (json!({ "type": "LineString", "coordinates": ring(line) }), Some(("buffer_m", *buffer_m)))
            }
        }
    }

    fn wrong(problem: &str) -> ZoneError {
        ZoneError::Geometry(problem.to_owned())
    }

    fn reach(properties: &Map<String, Value>, name: &'static str) -> Result<f64, ZoneError> {
        match number(properties, name, MAX_REACH_M)? {
            Some(metres) if metres > 0.0 => Ok(metres),
            _ => Err(ZoneError::Property {
                name,
                problem: format!("this geometry needs it: metres, over 0 and up to {MAX_REACH_M}"),
            }),
        }
    }

    fn list(value: &Value) -> Result<&Vec<Value>, ZoneError> {
        value.as_array().ok_or_else(|| wrong("coordinates are nested arrays of numbers"))
    }

    fn position(value: &Value) -> Result<LatLon, ZoneError> {
        let pair = list(value)?;
        let degrees = |i: usize| pair.get(i).and_then(Value::as_f64);
        let (Some(lon), Some(lat)) = (degrees(0), degrees(1)) else {
            return Err(wrong("a position is [longitude, latitude]"));
        };
        LatLon::checked(lat, lon).ok_or_else(|| wrong(&format!("[{lon}, {lat}] is not on the globe")))
    }

    fn positions(value: &Value) -> Result<Vec<LatLon>, ZoneError> {
        list(value)?.iter().map(position).collect()
    }

    fn polygon(value: &Value) -> Result<Vec<Vec<LatLon>>, ZoneError> {
        let rings: Vec<Vec<LatLon>> = list(value)?.iter().map(positions).collect::<Result<_, _>>()?;
        if rings.is_empty() {
            return Err(wrong("a polygon has an outer ring"));
        }
        for ring in &rings {
            if ring.len() < 4 || ring.first() != ring.last() {
                return Err(wrong("a ring has at least four points, the last the same as the first"));
            }
        }
        Ok(rings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(geometry: &str, properties: &str) -> Result<Zone, ZoneError> {
        let text = format!(r#"{{"type":"Feature","geometry":{geometry},"properties":{properties}}}"#);
        Zone::from_geojson(text.as_bytes())
    }

    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[24,60],[25,60],[25,61],[24,61],[24,60]]]}"#;

    #[test]
    fn every_shape_survives_being_written_and_read() -> Result<(), ZoneError> {
        for (geometry, properties) in [
            (SQUARE, r#"{"id":"a","name":"Centre","min_dwell_s":5,"hysteresis_m":12.5,"max_accuracy_m":30}"#),
            (r#"{"type":"Point","coordinates":[24.9,60.1]}"#, r#"{"id":"b","radius_m":150}"#),
            (
                r#"{"type":"LineString","coordinates":[[24.9,60.1],[24.8,60.1]]}"#,
                r#"{"id":"c","buffer_m":20}"#,
            ),
        ] {
            let read = zone(geometry, properties)?;
            assert_eq!(Zone::from_feature(&read.to_feature())?, read);
        }
        Ok(())
    }

    #[test]
    fn a_zone_without_a_name_is_called_by_its_id() {
        assert_eq!(zone(SQUARE, r#"{"id":"a"}"#).map(|z| z.name), Ok("a".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_a_zone_is_said() {
        let said = |geometry: &str, properties: &str| {
            zone(geometry, properties).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(said(SQUARE, "{}").contains("needs an id"));
        assert!(said(SQUARE, r#"{"id":"a/b"}"#).contains("A-Z"));
        assert!(said(SQUARE, r#"{"id":"a","min_dwell_s":-1}"#).contains("min_dwell_s"));
        assert!(said(r#"{"type":"Point","coordinates":[24.9,60.1]}"#, r#"{"id":"a"}"#).contains("radius_m"));
        assert!(
            said(r#"{"type":"Point","coordinates":[24.9,160.1]}"#, r#"{"id":"a","radius_m":1}"#)
                .contains("globe")
        );
        let open = r#"{"type":"Polygon","coordinates":[[[24,60],[25,60],[25,61],[24,61]]]}"#;
        assert!(said(open, r#"{"id":"a"}"#).contains("ring"));
        assert!(said(r#"{"type":"MultiPoint","coordinates":[]}"#, r#"{"id":"a"}"#).contains("no area"));
        assert!(said("null", r#"{"id":"a"}"#).contains("Feature"));
    }
}

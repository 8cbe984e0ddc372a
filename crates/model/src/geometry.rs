//! The shape of an event, as GeoJSON has it.

use crate::LatLon;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The geometries events have, as GeoJSON: coordinates are `[longitude, latitude]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// One place.
    Point([f64; 2]),
    /// A stretch of road, tail first.
    LineString(Vec<[f64; 2]>),
    /// Several stretches.
    MultiLineString(Vec<Vec<[f64; 2]>>),
}

/// How it is written where fields have names: as GeoJSON.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Geometry", tag = "type", content = "coordinates")]
enum Named {
    Point([f64; 2]),
    LineString(Vec<[f64; 2]>),
    MultiLineString(Vec<Vec<[f64; 2]>>),
}

/// How it is written where fields are known by their order.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Geometry")]
enum Ordered {
    Point([f64; 2]),
    LineString(Vec<[f64; 2]>),
    MultiLineString(Vec<Vec<[f64; 2]>>),
}

impl Serialize for Geometry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            Named::serialize(self, serializer)
        } else {
            Ordered::serialize(self, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Geometry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            Named::deserialize(deserializer)
        } else {
            Ordered::deserialize(deserializer)
        }
    }
}

impl Geometry {
    /// The geometry of one place.
    #[must_use]
    pub fn point(at: LatLon) -> Self {
        Self::Point(lon_lat(at))
    }

    /// The geometry of a stretch of road.
    #[must_use]
    pub fn line(points: &[LatLon]) -> Self {
        Self::LineString(points.iter().copied().map(lon_lat).collect())
    }
}

/// GeoJSON's order, to 7 decimals (1 cm), so that the text is short and the same everywhere.
fn lon_lat(at: LatLon) -> [f64; 2] {
    [round7(at.lon), round7(at.lat)]
}

/// A number of degrees cut to 7 decimals (1 cm).
#[must_use]
pub fn round7(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

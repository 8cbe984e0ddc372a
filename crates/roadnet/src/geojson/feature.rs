//! The parts of a GeoJSON feature that roads need.

use model::LatLon;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::tags::Tags;

/// A feature as it stands in the file.
#[derive(Debug, Deserialize)]
pub(super) struct Feature {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub id: Value,
    #[serde(default)]
    pub properties: Option<Map<String, Value>>,
    #[serde(default)]
    pub geometry: Option<Geometry>,
}

/// A geometry of any type; its coordinates are looked at only where the type is one for roads.
#[derive(Debug, Deserialize)]
pub(super) struct Geometry {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub coordinates: Value,
}

impl Feature {
    /// The id that the feature gives itself, or that its properties give it, as text.
    pub fn given_id(&self) -> Option<String> {
        let in_properties = self.properties.as_ref().and_then(|properties| properties.get("id"));
        [Some(&self.id), in_properties].into_iter().flatten().find_map(|id| match id {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The properties as tags: numbers and booleans as text, lists joined by `;` as OSM does, nothing else.
    pub fn tags(&self) -> Tags {
        let pairs = self.properties.iter().flatten();
        pairs.filter_map(|(key, value)| Some((key.as_str(), text(value)?))).collect()
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(values) => {
            let parts: Vec<String> =
                values.iter().filter(|value| !value.is_array()).filter_map(text).collect();
            (!parts.is_empty()).then(|| parts.join(";"))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A list of positions; the error says which one is wrong.
pub(super) fn positions(coordinates: &Value) -> Result<Vec<LatLon>, String> {
    let list = coordinates.as_array().ok_or("its coordinates are not a list of positions")?;
    list.iter()
        .enumerate()
        .map(|(i, value)| position(value).map_err(|e| format!("position {i} {e}")))
        .collect()
}

/// One position, `[lon, lat]` and perhaps an altitude.
pub(super) fn position(value: &Value) -> Result<LatLon, String> {
    let number = |i: usize| value.get(i).and_then(Value::as_f64);
    let (Some(lon), Some(lat)) = (number(0), number(1)) else {
        return Err("is not [longitude, latitude]".to_owned());
    };
    LatLon::checked(lat, lon).ok_or_else(|| format!("is not on the Earth: longitude {lon}, latitude {lat}"))
}

//! What the shared types look like as JSON, for the description alone. A test compares them with the types themselves.

use serde::Deserialize;
use utoipa::ToSchema;

/// One revision of an event. A later revision replaces an earlier one of the same id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "0199c82c-c07b-8b69-8d22-62a8b423422c", "revision": 2, "type": "jam", "phase": "updated",
    "occurred_at": "2025-10-09T08:53:20.123Z", "detected_at": "2025-10-09T08:54:05.000Z", "ended_at": null,
    "position": {"lat": 60.17, "lon": 24.94},
    "geometry": {"type": "LineString", "coordinates": [[24.94, 60.17], [24.941, 60.171]]},
    "road": {"id": "4236349.0", "name": "Mannerheimintie"}, "zone": null, "vehicles": [], "confidence": 0.93,
    "cause": {"code": 1, "subcause": 5},
    "measures": {"vehicles": 41, "mean_speed_mps": 1.9, "length_m": 620.0, "delay_s": 140.0}
}))]
#[allow(dead_code)]
pub struct Event {
    /// Names the episode; sorts by its first `occurred_at`.
    #[schema(format = "uuid")]
    id: String,
    /// Counts from 1.
    #[schema(minimum = 1)]
    revision: u32,
    /// What happened.
    #[serde(rename = "type")]
    kind: EventType,
    /// Where in its life it is.
    phase: Phase,
    /// When it began, by the vehicles' time.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// When this revision was sure, by the vehicles' time.
    #[schema(format = DateTime)]
    detected_at: String,
    /// When it was over; there exactly in phase `ended`.
    #[schema(format = DateTime, required = true)]
    ended_at: Option<String>,
    /// The crash, the tail of the jam, the crossing of the border.
    position: Position,
    /// Its extent.
    geometry: Geometry,
    /// The road it is on.
    #[schema(required = true)]
    road: Option<Road>,
    /// The zone that was entered or left.
    #[schema(required = true)]
    zone: Option<ZoneName>,
    /// The vehicles involved.
    vehicles: Vec<String>,
    /// How sure the detector is.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    /// Cause by ETSI EN 302 637-3, where one stands for it.
    #[schema(required = true)]
    cause: Option<Cause>,
    /// What was measured; absent where it does not apply.
    measures: Measures,
}

/// What happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// A crash.
    Accident,
    /// A queue on the road.
    Jam,
    /// A vehicle came into a zone.
    ZoneEntry,
    /// A vehicle left a zone.
    ZoneExit,
}

/// Where in its life an event is. Zone entries and exits are `started` only.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// First revision.
    Started,
    /// It goes on, and something about it changed.
    Updated,
    /// It is over.
    Ended,
}

/// A place on the globe.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Position {
    /// Latitude in degrees.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Longitude in degrees.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
}

/// A GeoJSON geometry: Point, LineString (tail of the jam first) or MultiLineString.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Geometry {
    /// `Point`, `LineString` or `MultiLineString`.
    #[serde(rename = "type")]
    kind: String,
    /// Positions as `[longitude, latitude]`, nested as the type says.
    #[schema(value_type = Vec<Value>)]
    coordinates: Vec<serde_json::Value>,
}

/// A road as events name it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Road {
    /// Its id in the network.
    id: String,
    /// Its name, or its number where it has no name.
    #[schema(required = true)]
    name: Option<String>,
}

/// A zone as events name it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct ZoneName {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
}

/// A cause by ETSI EN 302 637-3.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Cause {
    /// 1 traffic condition, 2 accident, 27 end of queue, 91 breakdown, 92 post-crash, 94 stationary vehicle …
    code: u8,
    /// Says more; 0 if not known.
    subcause: u8,
}

/// What was measured of an event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Measures {
    /// Vehicles in the queue, or involved.
    vehicles: Option<u32>,
    /// Mean speed there, m/s.
    mean_speed_mps: Option<f64>,
    /// Length along the road, m.
    length_m: Option<f64>,
    /// Time lost by driving through, s.
    delay_s: Option<f64>,
    /// Speed at the crossing, m/s.
    speed_mps: Option<f64>,
}

/// A zone: a GeoJSON Feature whose geometry is a Polygon, a MultiPolygon, a Point with `radius_m`, or a LineString with
/// `buffer_m`.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "type": "Feature", "id": "centre", "properties": {"id": "centre", "name": "Centre", "min_dwell_s": 5.0},
    "geometry": {"type": "Polygon", "coordinates": [[[24.93, 60.16], [24.95, 60.16], [24.95, 60.18], [24.93, 60.18], [24.93, 60.16]]]}
}))]
#[allow(dead_code)]
pub struct Zone {
    /// `Feature`.
    #[schema(rename = "type", pattern = "^Feature$")]
    kind: String,
    /// The same as the property `id`.
    id: Option<String>,
    /// Id, name and how the zone is watched.
    properties: ZoneProperties,
    /// Its area.
    #[schema(value_type = Object)]
    geometry: serde_json::Value,
}

/// What is said of a zone.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub struct ZoneProperties {
    /// Its id.
    #[schema(pattern = "^[A-Za-z0-9_.:-]{1,64}$")]
    id: Option<String>,
    /// Its name; its id if not given.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// A visit shorter than this is none, s.
    #[schema(minimum = 0, maximum = 86400)]
    min_dwell_s: Option<f64>,
    /// How far over the border a vehicle must be to have crossed it, m.
    #[schema(minimum = 0, maximum = 1_000_000)]
    hysteresis_m: Option<f64>,
    /// Positions less exact than this are not looked at, one standard deviation, m; 0 or absent: all are.
    #[schema(minimum = 0, maximum = 1_000_000)]
    max_accuracy_m: Option<f64>,
    /// With a Point: all within this many metres are in the zone.
    #[schema(minimum = 0, maximum = 1_000_000)]
    radius_m: Option<f64>,
    /// With a LineString: all within this many metres are in the zone.
    #[schema(minimum = 0, maximum = 1_000_000)]
    buffer_m: Option<f64>,
}

/// All zones.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub struct ZoneCollection {
    /// `FeatureCollection`.
    #[schema(rename = "type", pattern = "^FeatureCollection$")]
    kind: String,
    /// The zones, by id.
    features: Vec<Zone>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        Geometry as Line, LatLon, Measures as Measured, RoadRef, Timestamp, VehicleId, ZoneId, ZoneRef,
    };

    #[test]
    fn an_event_has_what_its_description_says_and_nothing_else() {
        let at = Timestamp::from_ms_clamped(1_760_000_000_123);
        let position = LatLon::new(60.17, 24.94);
        let event = model::Event {
            id: model::EventId::derive(model::EventKind::Jam, at, "r", ""),
            revision: 3,
            kind: model::EventKind::Jam,
            phase: model::Phase::Ended,
            occurred_at: at,
            detected_at: at,
            ended_at: Some(at),
            position,
            geometry: Line::line(&[position, position]),
            road: Some(RoadRef { id: "r".into(), name: None }),
            zone: Some(ZoneRef { id: ZoneId::new("z").unwrap(), name: "Z".into() }),
            vehicles: vec![VehicleId::new("v").unwrap()],
            confidence: 0.5,
            cause: Some(model::Cause { code: 1, subcause: 5 }),
            measures: Measured {
                vehicles: Some(1),
                mean_speed_mps: Some(1.0),
                length_m: Some(2.0),
                delay_s: Some(3.0),
                speed_mps: Some(4.0),
            },
        };
        let json = serde_json::to_value(&event).unwrap();
        serde_json::from_value::<Event>(json.clone()).unwrap();
        let (described, written) =
            (utoipa_members(), json.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        for name in described {
            assert!(written.contains(&name), "{name} is described but not written");
        }
    }

    fn utoipa_members() -> Vec<String> {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(Event::schema()).unwrap();
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }
}

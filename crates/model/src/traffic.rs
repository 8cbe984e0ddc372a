//! A sample of the traffic, once a second, for maps: vehicles and the roads' states.

use crate::{LatLon, Timestamp, VehicleId, VehicleKind, round7};
use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};

/// What is published on the PubSub node `urn:vigiroute:traffic`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traffic {
    /// The newest report time taken.
    pub at: Timestamp,
    /// Vehicles heard of lately.
    pub vehicles: usize,
    /// Position reports taken per second.
    pub reports_per_s: f64,
    /// From measurement to here, median of the last second, in seconds.
    pub delay_s: f64,
    /// Vehicles, at most as many as fit a message.
    pub sample: Vec<VehicleSample>,
    /// Roads on which traffic is slower than it could be.
    pub roads: Vec<RoadState>,
}

/// A vehicle, written as `[id, lat, lon, speed_mps, heading_deg, age_ms, type]`.
#[derive(Debug, Clone, PartialEq)]
pub struct VehicleSample {
    /// Who.
    pub vehicle: VehicleId,
    /// Where it was last.
    pub position: LatLon,
    /// Speed, m/s.
    pub speed_mps: Option<f64>,
    /// Course, degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// How much older than [`Traffic::at`] the report is, ms.
    pub age_ms: i64,
    /// What sort of vehicle.
    pub kind: Option<VehicleKind>,
}

impl Serialize for VehicleSample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let mut tuple = serializer.serialize_tuple(7)?;
        tuple.serialize_element(&self.vehicle)?;
        tuple.serialize_element(&round7(self.position.lat))?;
        tuple.serialize_element(&round7(self.position.lon))?;
        tuple.serialize_element(&self.speed_mps.map(tenth))?;
        tuple.serialize_element(&self.heading_deg.map(f64::round))?;
        tuple.serialize_element(&self.age_ms)?;
        tuple.serialize_element(&self.kind)?;
        tuple.end()
    }
}

/// One direction of a road, written as `[road id, "+" or "-", ratio]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadState {
    /// The road's id in the network.
    pub road_id: String,
    /// Along the drawing direction (`+`) or against it (`-`).
    pub forward: bool,
    /// Mean speed over free-flow speed, 0…1.
    pub speed_ratio: f64,
}

impl Serialize for RoadState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(3)?;
        tuple.serialize_element(&self.road_id)?;
        tuple.serialize_element(if self.forward { "+" } else { "-" })?;
        tuple.serialize_element(&((self.speed_ratio * 100.0).round() / 100.0))?;
        tuple.end()
    }
}

//! What the track stage tells the watch stage: plain data, so that the stages can run apart.

use model::{Cause, LatLon, Timestamp, VehicleId, VehicleKind};
use serde::{Deserialize, Serialize};

/// A cleaned position report, put on the road where it is on one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Who.
    pub vehicle: VehicleId,
    /// The vehicle's number in the track stage: the same for as long as it is known there.
    pub track: u32,
    /// When, by the vehicle's clock.
    pub ts: Timestamp,
    /// Where, as estimated.
    pub position: LatLon,
    /// Standard deviation of the position, in metres.
    pub sigma_m: f32,
    /// Standard deviation of the position as reported, or the usual one, in metres.
    pub accuracy_m: f32,
    /// Speed, reported or taken from the last two positions, m/s.
    pub speed_mps: Option<f64>,
    /// Acceleration along the course as reported, m/s²; negative = braking.
    pub acceleration_mps2: Option<f32>,
    /// The sort of vehicle.
    pub kind: Option<VehicleKind>,
    /// The place on the road.
    pub on_road: Option<OnRoad>,
    /// Metres right of the link's line, negative = left; 0 off every road.
    pub right_m: f32,
    /// The link the vehicle's last observation was on, if it is another one than now.
    pub left_link: Option<u32>,
    /// Since when the vehicle has stood still.
    pub still_since: Option<Timestamp>,
}

/// What the track stage makes of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    /// Where a vehicle is.
    Position(Observation),
    /// What danger it met, and the newest report time then.
    Hazard(HazardObservation, Timestamp),
}

/// A place on a road.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OnRoad {
    /// Index of the link in the network.
    pub link: u32,
    /// Metres from the link's beginning.
    pub offset_m: f64,
}

/// A cleaned hazard report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HazardObservation {
    /// Who.
    pub vehicle: VehicleId,
    /// When, by the vehicle's clock.
    pub ts: Timestamp,
    /// Where the danger is.
    pub position: LatLon,
    /// What it is.
    pub cause: Cause,
    /// Until when the report holds.
    pub until: Timestamp,
    /// Takes back the earlier report.
    pub cancel: bool,
    /// The place on the road.
    pub on_road: Option<OnRoad>,
}

//! What vehicles say: where they are, and what danger they met.

use crate::{LatLon, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};

/// A decoded position report, all values inside their ranges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionReport {
    /// Who reports.
    pub vehicle: VehicleId,
    /// When it was measured, by the vehicle's clock.
    pub ts: Timestamp,
    /// Where the vehicle was.
    pub position: LatLon,
    /// Speed over ground, 0…100 m/s.
    #[serde(default)]
    pub speed_mps: Option<f64>,
    /// Course in degrees clockwise from north, 0 ≤ h < 360.
    #[serde(default)]
    pub heading_deg: Option<f64>,
    /// Longitudinal acceleration, −20…20 m/s².
    #[serde(default)]
    pub acceleration_mps2: Option<f64>,
    /// One sigma of the horizontal error, in metres.
    #[serde(default)]
    pub accuracy_m: Option<f64>,
    /// What sort of vehicle it is, if it says so.
    #[serde(rename = "type", default)]
    pub kind: Option<VehicleKind>,
}

/// The sorts of vehicle that reports tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VehicleKind {
    /// Passenger car.
    Car,
    /// Lorry.
    Truck,
    /// Bus, and whatever else carries passengers by a timetable.
    Bus,
    /// Motorcycle.
    Motorcycle,
    /// Fire engine, ambulance, police.
    Emergency,
    /// Anything else.
    Other,
}

impl VehicleKind {
    /// The word for it in payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Motorcycle => "motorcycle",
            Self::Emergency => "emergency",
            Self::Other => "other",
        }
    }

    /// The kind a payload's word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "car" => Self::Car,
            "truck" => Self::Truck,
            "bus" => Self::Bus,
            "motorcycle" => Self::Motorcycle,
            "emergency" => Self::Emergency,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

/// A decoded hazard report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HazardReport {
    /// Who reports.
    pub vehicle: VehicleId,
    /// When the danger was met.
    pub ts: Timestamp,
    /// Where the danger is.
    pub position: LatLon,
    /// What it is, in the numbers of ETSI EN 302 637-3.
    pub cause: Cause,
    /// Course of the reporting vehicle, degrees clockwise from north.
    #[serde(default)]
    pub heading_deg: Option<f64>,
    /// How long the report holds, in seconds from `ts`.
    pub validity_s: u32,
    /// Takes back what the same vehicle reported of the same cause.
    #[serde(default)]
    pub cancel: bool,
}

/// A cause as ETSI EN 302 637-3 numbers them (causeCode, subCauseCode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// causeCode, 0…255.
    pub code: u8,
    /// subCauseCode, 0 = not known.
    #[serde(default)]
    pub subcause: u8,
}

impl Cause {
    /// trafficCondition.
    pub const TRAFFIC_CONDITION: u8 = 1;
    /// accident.
    pub const ACCIDENT: u8 = 2;
    /// dangerousEndOfQueue.
    pub const END_OF_QUEUE: u8 = 27;
    /// vehicleBreakdown.
    pub const BREAKDOWN: u8 = 91;
    /// postCrash.
    pub const POST_CRASH: u8 = 92;
    /// stationaryVehicle.
    pub const STATIONARY: u8 = 94;

    /// A cause without a subcause.
    #[must_use]
    pub const fn new(code: u8) -> Self {
        Self { code, subcause: 0 }
    }

    /// Whether vehicles that report this claim that a crash happened.
    #[must_use]
    pub const fn is_crash(self) -> bool {
        matches!(self.code, Self::ACCIDENT | Self::POST_CRASH)
    }
}

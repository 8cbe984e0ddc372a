//! What was measured of an event.

use serde::{Deserialize, Serialize, Serializer};

/// What was measured of an event; absent where it does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
pub struct Measures {
    /// Vehicles in the queue, or involved.
    #[serde(default)]
    pub vehicles: Option<u32>,
    /// Mean speed of the vehicles there, m/s.
    #[serde(default)]
    pub mean_speed_mps: Option<f64>,
    /// Length along the road, m.
    #[serde(default)]
    pub length_m: Option<f64>,
    /// Time lost by driving through it, s.
    #[serde(default)]
    pub delay_s: Option<f64>,
    /// Speed of the vehicle at the crossing, m/s.
    #[serde(default)]
    pub speed_mps: Option<f64>,
}

/// How measures are written where fields have names: those that are not known are left out.
#[derive(Serialize)]
#[serde(remote = "Measures")]
struct Named {
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicles: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_speed_mps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed_mps: Option<f64>,
}

/// How measures are written where fields are known by their order.
#[derive(Serialize)]
#[serde(remote = "Measures")]
struct Ordered {
    vehicles: Option<u32>,
    mean_speed_mps: Option<f64>,
    length_m: Option<f64>,
    delay_s: Option<f64>,
    speed_mps: Option<f64>,
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            Named::serialize(self, serializer)
        } else {
            Ordered::serialize(self, serializer)
        }
    }
}

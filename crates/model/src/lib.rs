//! The words everybody in Vigiroute shares: ids, units, reports, zones, events, and the codecs for MQTT
//! payloads and event JSON. Pure: no clock, no network, no files.

pub mod codec;
mod drop_reason;
mod event;
mod event_id;
pub mod geo;
mod geometry;
mod ids;
mod measures;
mod report;
pub mod simulation;
#[cfg(feature = "xmpp")]
pub mod stanza;
mod timestamp;
pub mod topic;
mod traffic;
mod zone;

pub use drop_reason::DropReason;
pub use event::{Event, EventKind, Phase, RoadRef, ZoneRef};
pub use event_id::EventId;
pub use geo::{LatLon, LocalPlane};
pub use geometry::{Geometry, round7};
pub use ids::{IdError, MAX_ID_LEN, VehicleId, ZoneId, check_id};
pub use measures::Measures;
pub use report::{Cause, HazardReport, PositionReport, VehicleKind};
pub use timestamp::Timestamp;
pub use traffic::{RoadState, Traffic, VehicleSample};
pub use zone::{Shape, Zone, ZoneError};

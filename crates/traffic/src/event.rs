//! What happens in the traffic that the outside hears of.

use model::{Cause, LatLon};
use roadnet::LinkIdx;

use super::incident_plan::IncidentKind;
use super::vehicle::VehicleIdx;

/// Something that happened at the end of the last step.
#[derive(Debug, Clone, PartialEq)]
pub enum TrafficEvent {
    /// A vehicle reports a hazard, again, or takes it back.
    Hazard(Hazard),
    /// The truth about an incident.
    Incident(Incident),
    /// A vehicle is there that was not: it came into the network or left a yard.
    Entered(VehicleIdx),
    /// A vehicle is there no more; its number may be used again.
    Left(VehicleIdx),
}

/// A vehicle's word about a hazard at its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hazard {
    /// Who reports.
    pub vehicle: VehicleIdx,
    /// What.
    pub cause: Cause,
    /// How long it holds, s.
    pub validity_s: u32,
    /// Whether it takes back what was reported before.
    pub cancel: bool,
}

/// Where in its life an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentPhase {
    /// The first vehicle comes to a stop.
    Started,
    /// Another vehicle is involved.
    Updated,
    /// All drive on.
    Ended,
}

impl IncidentPhase {
    /// The word for it on the truth topic.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Updated => "updated",
            Self::Ended => "ended",
        }
    }
}

/// The truth about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its place among the planned incidents, from 0.
    pub number: usize,
    /// How often it has happened before.
    pub cycle: u32,
    /// What it is.
    pub kind: IncidentKind,
    /// Where in its life it is.
    pub phase: IncidentPhase,
    /// The link it is on.
    pub link: LinkIdx,
    /// Its place.
    pub position: LatLon,
    /// Those involved so far, in the order in which they came.
    pub vehicles: Vec<VehicleIdx>,
}

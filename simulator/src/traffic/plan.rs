//! What is to be simulated: how many vehicles, where they like to go, what befalls them.

use roadnet::LinkIdx;

use super::fleet::FleetMix;

/// Everything a simulation is made from beside the network.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficPlan {
    /// Decides every chance: the same seed gives the same traffic.
    pub seed: u64,
    /// How many vehicles drive.
    pub vehicles: usize,
    /// The shares of the kinds.
    pub mix: FleetMix,
    /// Links that more (or fewer) trips end at than their length would have it; a weight of 1 changes nothing.
    pub attraction: Vec<(LinkIdx, f64)>,
    /// Links that a share (0…1) of all trips pass on their way.
    pub through: Vec<Through>,
    /// What befalls the vehicles.
    pub incidents: Vec<IncidentPlan>,
    /// Seconds that the traffic runs before time 0, so that it begins in full flow.
    pub warm_up_s: f64,
}

/// A link that a share of all trips passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Through {
    /// The link.
    pub link: LinkIdx,
    /// The share of the trips, 0…1.
    pub share: f64,
}

/// The sorts of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentKind {
    /// Vehicles run into one another.
    Crash,
    /// A vehicle breaks down and stands in its lane.
    Breakdown,
}

impl IncidentKind {
    /// The word for it in scenarios and on the truth topic.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Breakdown => "breakdown",
        }
    }
}

/// An incident to be staged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidentPlan {
    /// What happens.
    pub kind: IncidentKind,
    /// On which link.
    pub link: LinkIdx,
    /// How far from its start, m.
    pub offset_m: f64,
    /// From when on; it happens as soon as the vehicles it needs come by. Seconds from time 0.
    pub at_s: f64,
    /// How long the vehicles stand, s.
    pub duration_s: f64,
    /// Seconds from one beginning to the next, if it comes again.
    pub repeat_s: Option<f64>,
    /// How many vehicles are involved, at least 1.
    pub vehicles: usize,
    /// How many of them report the hazard.
    pub reporters: usize,
    /// After how many seconds other drivers know of a blocked road and avoid it.
    pub known_after_s: f64,
}

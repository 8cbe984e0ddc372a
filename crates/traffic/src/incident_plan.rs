//! Incidents as they are planned or staged.

use roadnet::LinkIdx;
use thiserror::Error;

/// The sorts of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentKind {
    /// Vehicles run into one another.
    Crash,
    /// A vehicle breaks down and stands in its lane.
    Breakdown,
    /// Lanes are closed over a stretch.
    LaneClosure,
    /// Lanes are closed over a stretch, and past it one drives slowly.
    Roadworks,
}

impl IncidentKind {
    /// Whether it closes lanes instead of stopping vehicles.
    #[must_use]
    pub const fn closes_lanes(self) -> bool {
        matches!(self, Self::LaneClosure | Self::Roadworks)
    }

    /// The word for it in scenarios and on the truth topic.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Breakdown => "breakdown",
            Self::LaneClosure => "lane_closure",
            Self::Roadworks => "roadworks",
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
    /// Over how many metres from there lanes are closed, along the road on; of closures and roadworks only.
    pub length_m: f64,
    /// The lanes that are closed; of closures and roadworks only.
    pub lanes: LaneSet,
    /// The speed limit along the stretch, m/s; of closures and roadworks only.
    pub limit_mps: Option<f64>,
    /// From when on; it happens as soon as the vehicles it needs come by. Seconds from time 0.
    pub at_s: f64,
    /// How long the vehicles stand, or the lanes are closed, s.
    pub duration_s: f64,
    /// Seconds from one beginning to the next, if it comes again.
    pub repeat_s: Option<f64>,
    /// How many vehicles are involved, at least 1; none in closures and roadworks.
    pub vehicles: usize,
    /// How many of them report the hazard.
    pub reporters: usize,
    /// After how many seconds other drivers know of a blocked road and avoid it.
    pub known_after_s: f64,
}

/// Lanes of a link, counted from the right, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LaneSet(pub u32);

impl LaneSet {
    /// All lanes.
    pub const ALL: Self = Self(u32::MAX);

    /// These lanes; those over 31 are left out.
    #[must_use]
    pub fn of(lanes: &[u8]) -> Self {
        Self(lanes.iter().filter(|&&lane| lane < 32).fold(0, |set, &lane| set | (1 << lane)))
    }

    /// Whether a lane is among them.
    #[must_use]
    pub const fn holds(self, lane: u8) -> bool {
        lane < 32 && self.0 & (1 << lane) != 0
    }
}

/// Why an incident cannot be staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StageError {
    /// The link has no such lane.
    #[error(
        "the road has {lanes} lanes in this direction, numbered from 0 on the right; name at least one of those"
    )]
    NoSuchLane {
        /// How many it has.
        lanes: u8,
    },
    /// Too many at once.
    #[error("{most} incidents are planned or going on already; clear one first")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// Too many in one run: each keeps its number, also when it is over.
    #[error("{most} incidents have been staged in this run, as many as it takes; start the simulation anew")]
    RunIsFull {
        /// How many there may be.
        most: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_lanes_holds_those_it_was_made_of() {
        let set = LaneSet::of(&[0, 2, 40]);
        assert_eq!([0, 1, 2, 8, 40].map(|lane| set.holds(lane)), [true, false, true, false, false]);
        assert!(LaneSet::ALL.holds(31));
    }
}

//! Single mistakes, for whoever wants to know how they came about.

use std::fmt;

use model::LatLon;
use serde::{Deserialize, Serialize};

/// Of one sort and one recording at most so many are kept.
pub(super) const MOST: usize = 20;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What went wrong.
    pub what: Sort,
    /// When, in seconds since the start of the scene.
    pub at_s: f64,
    /// Where, if that is known.
    pub place: Option<LatLon>,
    /// The vehicle and the zone, or how large the jam was.
    pub about: String,
}

/// The sorts of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// An accident that was not found.
    MissedAccident,
    /// An alarm of an accident where there was none.
    FalseAccident,
    /// A jam that was not found.
    MissedJam,
    /// An alarm of a jam where there was none.
    FalseJam,
    /// An entry or exit that was not told.
    MissedCrossing,
    /// An entry or exit that was told and not made.
    FalseCrossing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Sort::MissedAccident => "missed accident",
            Sort::FalseAccident => "false accident",
            Sort::MissedJam => "missed jam",
            Sort::FalseJam => "false jam",
            Sort::MissedCrossing => "missed crossing",
            Sort::FalseCrossing => "false crossing",
        };
        write!(f, "{what} at {:.0} s", self.at_s)?;
        if let Some(place) = self.place {
            write!(f, ", {:.6} {:.6}", place.lat, place.lon)?;
        }
        if self.about.is_empty() { Ok(()) } else { write!(f, ", {}", self.about) }
    }
}

/// Keeps a mistake unless there are many of its sort already.
pub(super) fn note(faults: &mut Vec<Fault>, fault: Fault) {
    if faults.iter().filter(|known| known.what == fault.what).count() < MOST {
        faults.push(fault);
    }
}

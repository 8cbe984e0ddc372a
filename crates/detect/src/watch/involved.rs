//! The vehicles at rest that an accident names, and whether they are still there.

use super::stops::Stops;
use model::{LatLon, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};

/// A vehicle at rest that is part of an accident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Involved {
    pub(crate) vehicle: VehicleId,
    /// When it came to rest.
    pub(crate) since: Timestamp,
    /// Where it stands.
    pub(crate) position: LatLon,
    /// Since when it has been gone.
    pub(crate) left: Option<Timestamp>,
    /// Its number in the track stage, where that is known.
    #[serde(skip)]
    pub(crate) track: Option<u32>,
}

impl Involved {
    /// Looks whether the vehicle still stands.
    pub(crate) fn look(&mut self, stops: &Stops, now: Timestamp) {
        if self.left.is_some() {
            return;
        }
        if self.track.is_none() {
            self.track = stops.find(&self.vehicle);
        }
        let stands =
            self.track.and_then(|track| stops.get(track)).is_some_and(|at| at.vehicle == self.vehicle);
        if !stands && !stops.is_expected(&self.vehicle) {
            self.left = Some(now);
        }
    }
}

//! Vehicles that are slow, and where.

use crate::observation::Observation;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A slow vehicle.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct SlowVehicle {
    ts: Timestamp,
    link: u32,
    pub(super) offset_m: f64,
    pub(super) speed_mps: f64,
}

/// The latest of every vehicle that is slow on a road.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SlowVehicles {
    /// By the vehicle's number.
    known: BTreeMap<u32, SlowVehicle>,
}

impl SlowVehicles {
    pub(super) fn observe(&mut self, observation: &Observation, limit_mps: f64) {
        let slow = observation.speed_mps.filter(|speed| *speed < limit_mps).zip(observation.on_road);
        match slow {
            Some((speed_mps, place)) => {
                let (link, offset_m) = (place.link, place.offset_m);
                let vehicle = SlowVehicle { ts: observation.ts, link, offset_m, speed_mps };
                self.known.insert(observation.track, vehicle);
            }
            None => {
                self.known.remove(&observation.track);
            }
        }
    }

    /// Forgets those who have not reported since `before`.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.known.retain(|_, vehicle| vehicle.ts >= before);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// By link, in the order of driving.
    pub(super) fn by_link(&self) -> BTreeMap<u32, Vec<SlowVehicle>> {
        let mut links: BTreeMap<u32, Vec<SlowVehicle>> = BTreeMap::new();
        for vehicle in self.known.values() {
            links.entry(vehicle.link).or_default().push(*vehicle);
        }
        // Stable: those at one place stay in the order of their numbers.
        links.values_mut().for_each(|on_link| on_link.sort_by(|a, b| a.offset_m.total_cmp(&b.offset_m)));
        links
    }
}

//! Claims that a crash happened: each vehicle's latest hazard report about one, and what the vehicle did since.

use crate::observation::{HazardObservation, Observation};
use crate::settings::AccidentSettings;
use model::{EventId, LatLon, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A vehicle's claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// The vehicle's latest report, renewals included.
    pub(crate) report: HazardObservation,
    /// When the vehicle first reported this crash.
    pub(crate) first: Timestamp,
    /// The accident it belongs to.
    pub(crate) accident: Option<EventId>,
    /// Since when the vehicle has stood still, and where.
    pub(crate) still: Option<(Timestamp, LatLon)>,
    /// Since when the vehicle has been gone from the place: driving, far away, or it took its report back.
    pub(crate) left: Option<Timestamp>,
    /// Whether the vehicle took its report back.
    pub(crate) cancelled: bool,
}

/// The claims, one a vehicle.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    by_vehicle: BTreeMap<VehicleId, Claim>,
}

impl Claims {
    /// Takes a hazard report about a crash, or one that takes it back.
    pub(crate) fn hear(&mut self, report: HazardObservation, settings: &AccidentSettings) {
        let near = |claim: &Claim| claim.report.position.distance_m(report.position) <= settings.radius_m;
        match self.by_vehicle.get_mut(&report.vehicle) {
            Some(claim) if report.cancel => {
                claim.left.get_or_insert(report.ts);
                claim.cancelled = true;
            }
            Some(claim) if near(claim) && !claim.cancelled => claim.report = report,
            _ if report.cancel => {}
            _ => {
                let first = report.ts;
                let claim =
                    Claim { report, first, accident: None, still: None, left: None, cancelled: false };
                self.by_vehicle.insert(claim.report.vehicle.clone(), claim);
            }
        }
    }

    /// Takes note of what a claimant does.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &AccidentSettings) {
        let Some(claim) = self.by_vehicle.get_mut(&observation.vehicle) else { return };
        claim.still = observation.still_since.map(|since| (since, observation.position));
        let drives = observation.speed_mps.is_some_and(|speed| speed > settings.moving_mps);
        let far = claim.report.position.distance_m(observation.position) > settings.radius_m;
        if drives || far {
            claim.left.get_or_insert(observation.ts);
        } else if !claim.cancelled {
            claim.left = None;
        }
    }

    /// Takes claims whose validity is over as left, and forgets those that concern no accident.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.by_vehicle.retain(|_, claim| {
            if claim.report.until < now {
                claim.left.get_or_insert(claim.report.until);
            }
            claim.accident.is_some() || claim.left.is_none()
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_vehicle.is_empty()
    }

    /// Claims that hold and belong to no accident yet, by vehicle.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Claim> {
        self.by_vehicle.values().filter(|claim| claim.accident.is_none() && claim.left.is_none())
    }

    /// The claims that made this accident, by vehicle.
    pub(crate) fn of(&self, accident: EventId) -> impl Iterator<Item = &Claim> {
        self.by_vehicle.values().filter(move |claim| claim.accident == Some(accident))
    }

    /// Ties a vehicle's claim to an accident.
    pub(crate) fn assign(&mut self, vehicle: &VehicleId, accident: EventId) {
        if let Some(claim) = self.by_vehicle.get_mut(vehicle) {
            claim.accident = Some(accident);
        }
    }

    /// Forgets the claims of an accident that is over.
    pub(crate) fn close(&mut self, accident: EventId) {
        self.by_vehicle.retain(|_, claim| claim.accident != Some(accident));
    }

    /// Takes back a claim that a former run kept.
    pub(crate) fn restore(&mut self, claim: Claim) {
        self.by_vehicle.insert(claim.report.vehicle.clone(), claim);
    }
}

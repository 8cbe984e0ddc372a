//! The state of the traffic: streets, vehicles, lanes, and who may pass which node.

use std::sync::Arc;

use roadnet::{LinkIdx, Network};

use super::lanes::Lanes;
use super::street::{Movement, Streets};
use super::vehicle::{Control, Vehicle, VehicleIdx};
use super::weather::Weather;

/// The step of the simulation, s.
pub const STEP_S: f64 = 0.25;
/// The step of the simulation, ms.
pub const STEP_MS: i64 = 250;

/// A vehicle may pass a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grant {
    pub vehicle: VehicleIdx,
    pub movement: Movement,
}

/// Everything that one step changes.
#[derive(Debug)]
pub(crate) struct World {
    pub network: Arc<Network>,
    pub streets: Streets,
    pub vehicles: Vec<Vehicle>,
    pub lanes: Lanes,
    /// For each node, those who may pass it and have not left it behind yet.
    pub grants: Vec<Vec<Grant>>,
    /// For each link, the vehicles that stand on it because of an incident.
    pub halted_on: Vec<Vec<VehicleIdx>>,
    pub weather: Weather,
    /// Steps taken.
    pub step: u64,
}

impl World {
    pub fn new(network: Arc<Network>) -> Self {
        let streets = Streets::new(&network);
        Self {
            lanes: Lanes::new(streets.lane_count()),
            grants: vec![Vec::new(); network.node_count()],
            halted_on: vec![Vec::new(); streets.len()],
            vehicles: Vec::new(),
            weather: Weather::DRY,
            step: 0,
            network,
            streets,
        }
    }

    /// The node at the end of a link.
    pub fn node_after(&self, link: LinkIdx) -> usize {
        self.streets.get(link).to
    }

    /// Lets a node that a vehicle has left behind go.
    pub fn release(&mut self, idx: VehicleIdx, passed: LinkIdx) {
        let node = self.node_after(passed);
        self.grants[node].retain(|grant| grant.vehicle != idx || grant.movement.from != passed);
    }

    /// Takes back all that a vehicle may pass and has not reached.
    pub fn revoke(&mut self, idx: VehicleIdx) {
        for nth in 0..self.vehicles[idx.at()].cleared() {
            let passed = self.vehicles[idx.at()].route[nth];
            self.release(idx, passed);
        }
        self.vehicles[idx.at()].entry_lanes.clear();
        self.vehicles[idx.at()].asking_since = None;
    }

    /// Hands a vehicle over from or to its driver.
    pub fn take_control(&mut self, idx: VehicleIdx, control: Control) {
        self.vehicles[idx.at()].control = control;
        let link = self.vehicles[idx.at()].link();
        self.halted_on[link.0 as usize].retain(|&other| other != idx);
        match control {
            Control::Driving | Control::RunningUp => {}
            Control::Stopping { .. } | Control::Standing => {
                self.halted_on[link.0 as usize].push(idx);
                self.revoke(idx);
            }
        }
    }
}

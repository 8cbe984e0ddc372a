//! The state of the traffic: streets, vehicles, lanes, lights, and who may pass which node.

use std::sync::Arc;

use roadnet::{LinkIdx, Network};

use super::closures::Closures;
use super::lanes::{Lanes, Rear};
use super::lights::Lights;
use super::right_of_way::Waiting;
use super::spawn::Slots;
use super::street::Streets;
use super::turns::TurnIdx;
use super::vehicle::{Control, Trip, Vehicle, VehicleIdx};
use super::weather::Weather;

/// The step of the simulation, s.
pub const STEP_S: f64 = 0.25;
/// The step of the simulation, ms.
pub const STEP_MS: i64 = 250;

/// A vehicle may pass a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grant {
    pub vehicle: VehicleIdx,
    pub turn: TurnIdx,
    pub from: LinkIdx,
    pub from_lane: u8,
    pub to_lane: u8,
}

/// Everything that one step changes.
#[derive(Debug)]
pub(crate) struct World {
    pub network: Arc<Network>,
    pub streets: Streets,
    pub vehicles: Vec<Vehicle>,
    pub trips: Vec<Trip>,
    pub lanes: Lanes,
    pub lights: Lights,
    pub closures: Closures,
    pub slots: Slots,
    /// For each node, those who may pass it and have not left it behind yet.
    pub grants: Vec<Vec<Grant>>,
    /// For each node, those who were refused in this step and hold others back.
    pub waiting: Vec<Vec<Waiting>>,
    /// For each link, the vehicles that stand on it because of an incident.
    pub halted_on: Vec<Vec<VehicleIdx>>,
    /// For each roundabout, since when the one that has waited longest to come onto it has, and who that is.
    pub first_at_roundabout: Vec<(u32, VehicleIdx)>,
    pub weather: Weather,
    /// Steps taken.
    pub step: u32,
    /// Those who come over the end of a link in this step, or have a tail behind one; each lane front to back.
    pub crossing: Vec<VehicleIdx>,
    /// Those who came onto another link in this step.
    pub arrived: Vec<VehicleIdx>,
    /// Those who came to the end of the network in this step.
    pub out: Vec<VehicleIdx>,
    /// Those who have stood for as long as they like.
    pub impatient: Vec<VehicleIdx>,
    /// Those whose lane, on the link so many ahead, does not lead where they want.
    pub lost: Vec<(VehicleIdx, usize, u8)>,
    /// Those who stand although they may go on.
    pub idle: Vec<VehicleIdx>,
    /// Those who have come to stand where they wanted to.
    pub halting: Vec<VehicleIdx>,
}

impl World {
    pub fn new(network: Arc<Network>) -> Self {
        let mut streets = Streets::new(&network);
        let lights = Lights::new(&network, &mut streets);
        Self {
            lanes: Lanes::new(streets.lane_count()),
            grants: vec![Vec::new(); network.node_count()],
            waiting: vec![Vec::new(); network.node_count()],
            halted_on: vec![Vec::new(); streets.len()],
            closures: Closures::new(streets.len()),
            slots: Slots::default(),
            vehicles: Vec::new(),
            trips: Vec::new(),
            first_at_roundabout: vec![(u32::MAX, VehicleIdx::NONE); streets.turns.roundabouts().len()],
            weather: Weather::DRY,
            step: 0,
            crossing: Vec::new(),
            arrived: Vec::new(),
            out: Vec::new(),
            impatient: Vec::new(),
            lost: Vec::new(),
            idle: Vec::new(),
            halting: Vec::new(),
            network,
            streets,
            lights,
        }
    }

    /// Seconds since so many steps.
    pub fn since_s(&self, step: u32) -> f64 {
        f64::from(self.step.saturating_sub(step)) * STEP_S
    }

    /// The last vehicle on a lane of a link.
    pub fn rearmost(&self, link: LinkIdx, lane: u8) -> Option<Rear> {
        self.lanes.rearmost(self.streets.lane(link, lane), &self.vehicles, &self.trips, &self.streets)
    }

    /// Lets a node that a vehicle has left behind go.
    pub fn release(&mut self, idx: VehicleIdx, passed: LinkIdx) {
        let node = self.streets.get(passed).to;
        self.grants[node].retain(|grant| grant.vehicle != idx || grant.from != passed);
    }

    /// Takes back all that a vehicle may pass and has not reached.
    pub fn revoke(&mut self, idx: VehicleIdx) {
        for nth in 0..usize::from(self.vehicles[idx.at()].cleared) {
            if let Some(passed) = self.trips[idx.at()].link_ahead(nth) {
                self.release(idx, passed);
            }
        }
        self.vehicles[idx.at()].cleared = 0;
        self.trips[idx.at()].asking_since = None;
    }

    /// Hands a vehicle over from or to its driver.
    pub fn take_control(&mut self, idx: VehicleIdx, control: Control) {
        self.vehicles[idx.at()].control = control;
        let link = self.vehicles[idx.at()].link;
        self.halted_on[link.0 as usize].retain(|&other| other != idx);
        match control {
            Control::Driving | Control::RunningUp => {}
            Control::Stopping { .. } | Control::Standing => {
                self.halted_on[link.0 as usize].push(idx);
                self.revoke(idx);
            }
        }
    }

    /// Takes a vehicle off the lanes, with all that it may pass.
    pub fn take_off(&mut self, idx: VehicleIdx) {
        self.revoke(idx);
        let (link, lane) = (self.vehicles[idx.at()].link, self.vehicles[idx.at()].lane);
        self.lanes.remove(self.streets.lane(link, lane), idx);
        self.halted_on[link.0 as usize].retain(|&other| other != idx);
        for part in std::mem::take(&mut self.trips[idx.at()].tail) {
            self.lanes.tail_leaves(self.streets.lane(part.link, part.lane), idx);
            self.release(idx, part.link);
        }
    }
}

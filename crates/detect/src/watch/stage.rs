//! The watch stage as a whole: what is seen of the roads, and the events made of it.

use super::accidents::Accidents;
use super::jams::Jams;
use super::queues;
use super::road_traffic::RoadTraffic;
use crate::observation::{HazardObservation, Observation};
use crate::output::Output;
use crate::settings::{Settings, ms};
use model::Timestamp;
use roadnet::Network;
use std::sync::Arc;

/// Makes jams and accidents of observations.
#[derive(Debug)]
pub(crate) struct Watch {
    network: Arc<Network>,
    traffic: RoadTraffic,
    jams: Jams,
    accidents: Accidents,
}

impl Watch {
    pub(crate) fn new(network: Arc<Network>) -> Self {
        Self {
            traffic: RoadTraffic::on(&network),
            jams: Jams::default(),
            accidents: Accidents::on(&network),
            network,
        }
    }

    /// Takes back what a former run kept under `key`; whether it was something of this stage.
    pub(crate) fn restore(&mut self, key: &str, value: serde_json::Value) -> bool {
        match key.split_once('/') {
            Some(("jam", _)) => self.jams.restore(value, &self.network),
            Some(("accident", _)) => self.accidents.restore(value),
            _ => false,
        }
    }

    /// Takes note of what a vehicle does.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &Settings) {
        self.accidents.observe(observation, &settings.accidents);
        self.traffic.observe(observation, &self.network, &settings.jams);
    }

    /// Takes a hazard report; `now` is the newest report time.
    pub(crate) fn hear(
        &mut self,
        hazard: HazardObservation,
        now: Timestamp,
        settings: &Settings,
        out: &mut Vec<Output>,
    ) {
        self.accidents.hear(hazard, now, &self.network, &settings.accidents, out);
    }

    /// Looks at the roads, once a second of the reports' time.
    pub(crate) fn tick(&mut self, at: Timestamp, settings: &Settings, out: &mut Vec<Output>) {
        self.traffic.forget(at - ms(settings.jams.fresh_s));
        let queueing = self.traffic.queueing(at, &settings.jams);
        let queues = queues::find(&self.network, &queueing, settings.jams.max_gap_m);
        self.jams.tick(&queues, at, &self.network, &settings.jams, out);
        self.accidents.tick(at, &self.network, &self.traffic, &settings.accidents, out);
    }

    /// Whether there is nothing that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.jams.is_idle() && self.accidents.is_idle() && self.traffic.is_empty()
    }

    /// Who is on the roads.
    pub(crate) fn traffic(&self) -> &RoadTraffic {
        &self.traffic
    }
}

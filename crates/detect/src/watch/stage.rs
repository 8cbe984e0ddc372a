//! The watch stage as a whole: what is seen of the roads, and the events made of it.

use super::accidents::Accidents;
use super::course::Course;
use super::jams::{Jams, Look};
use super::queues::{self, Scene};
use super::road_traffic::RoadTraffic;
use crate::observation::{HazardObservation, Observation};
use crate::output::Output;
use crate::settings::{Preset, Settings, ms};
use model::Timestamp;
use roadnet::Network;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Queues change slowly: they are looked at this often, in ms of the reports' time.
pub(super) const JAM_TICK_MS: i64 = 5_000;

/// Makes jams and accidents of observations.
#[derive(Debug)]
pub(crate) struct Watch {
    network: Arc<Network>,
    traffic: RoadTraffic,
    jams: Jams,
    accidents: Accidents,
    /// With the preset of that name: the rules that stand in for jams and accidents.
    course: Option<Course>,
}

/// What [`Watch::memory`] gives, read again.
#[derive(Debug, Deserialize)]
pub(crate) struct Memory(RoadTraffic, Jams, Accidents, Option<Course>);

impl Watch {
    pub(crate) fn new(network: Arc<Network>, preset: Preset) -> Self {
        Self {
            course: (preset == Preset::Course).then(Course::default),
            traffic: RoadTraffic::on(&network),
            jams: Jams::default(),
            accidents: Accidents::on(&network),
            network,
        }
    }

    /// All that it knows beside the network, to be kept.
    pub(crate) fn memory(&self) -> impl Serialize + '_ {
        (&self.traffic, &self.jams, &self.accidents, &self.course)
    }

    /// Takes what [`Watch::memory`] gave, on the same network; whether it can have been of it.
    pub(crate) fn recall(&mut self, memory: Memory) -> bool {
        let Memory(traffic, jams, accidents, course) = memory;
        if !traffic.fits(&self.traffic) || course.is_some() != self.course.is_some() {
            return false;
        }
        self.traffic.recall(traffic);
        self.accidents.recall(accidents);
        (self.jams, self.course) = (jams, course);
        true
    }

    /// Takes back what a former run kept under `key`; whether it was something of this stage.
    pub(crate) fn restore(&mut self, key: &str, value: serde_json::Value) -> bool {
        if let Some(course) = &mut self.course {
            return course.restore(key, value, &self.network);
        }
        match key.split_once('/') {
            Some(("jam", _)) => match self.jams.restore(value, &self.network) {
                Some(links) => {
                    self.traffic.expect_traffic(links);
                    true
                }
                None => false,
            },
            Some(("accident", _)) => self.accidents.restore(value),
            _ => false,
        }
    }

    /// Takes note of what a vehicle does.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &Settings) {
        match &mut self.course {
            Some(course) => course.observe(observation, &settings.course),
            None => self.accidents.observe(observation, &self.network, &settings.accidents),
        }
        self.traffic.observe(observation, &self.network, &settings.jams);
    }

    /// Looks at what the next observations of these vehicles will need, so that the processor waits for the memory once for
    /// all of them, not once for each.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        let links = self.traffic.look_ahead(numbers);
        if self.course.is_none() {
            self.accidents.look_ahead(numbers, &links);
        }
    }

    /// Takes a hazard report; `now` is the newest report time.
    pub(crate) fn hear(
        &mut self,
        hazard: HazardObservation,
        now: Timestamp,
        settings: &Settings,
        out: &mut Vec<Output>,
    ) {
        match &mut self.course {
            Some(course) => course.hear(hazard, now, &self.network, &settings.course, out),
            None => self.accidents.hear(hazard, now, &self.network, &settings.accidents, out),
        }
    }

    /// Looks at the roads, once a second of the reports' time.
    pub(crate) fn tick(&mut self, at: Timestamp, settings: &Settings, out: &mut Vec<Output>) {
        let (network, jams) = (&*self.network, &settings.jams);
        self.traffic.forget(at - ms(jams.fresh_s));
        if let Some(course) = &mut self.course {
            return course.tick(at, network, &settings.course, out);
        }
        if at.as_ms() % JAM_TICK_MS == 0 {
            let queueing = self.traffic.queueing(at, jams);
            let lights = self.traffic.lights();
            let share = self.traffic.share(jams);
            let queues = queues::find(
                &Scene {
                    network,
                    lights,
                    share,
                    red_s: self.traffic.red_s(),
                    max_gap_m: jams.max_gap_m,
                    least_vehicles: jams.keep_vehicles,
                },
                &queueing,
            );
            self.jams.tick(
                &queues,
                &Look { now: at, network, settings: jams, share, red_s: self.traffic.red_s() },
                out,
            );
        }
        self.accidents.tick(at, network, &self.traffic, &settings.accidents, out);
    }

    /// Whether there is nothing that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.course.as_ref().is_none_or(Course::is_idle)
            && self.jams.is_idle()
            && self.accidents.is_idle()
            && self.traffic.is_empty()
    }

    /// Who is on the roads.
    pub(crate) fn traffic(&self) -> &RoadTraffic {
        &self.traffic
    }
}

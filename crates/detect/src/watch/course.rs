//! The rules of the preset `course`, in place of the standard jams and accidents.
//!
//! They are those of the assignment that this project grew from: an accident is what two distinct vehicles report, a jam
//! is three vehicles under 90 km/h near one another on one road. Every number of that is a setting.

mod accidents;
mod groups;
mod jams;
mod slow;

use crate::observation::{HazardObservation, Observation};
use crate::output::{Output, StateChange};
use crate::settings::CourseSettings;
use accidents::Accidents;
use jams::Jams;
use model::{Event, Phase, Timestamp};
use roadnet::Network;
use serde::{Deserialize, Serialize};
use slow::SlowVehicles;

/// Jams and accidents by the rules of the course.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Course {
    slow: SlowVehicles,
    jams: Jams,
    accidents: Accidents,
}

impl Course {
    /// Takes back what a former run kept under `key`; whether it was something of this preset.
    pub(super) fn restore(&mut self, key: &str, value: serde_json::Value, network: &Network) -> bool {
        match key.split_once('/') {
            Some(("jam", _)) => self.jams.restore(value, network),
            Some(("accident", _)) => self.accidents.restore(value),
            _ => false,
        }
    }

    /// Takes note of what a vehicle does.
    pub(super) fn observe(&mut self, observation: &Observation, settings: &CourseSettings) {
        self.slow.observe(observation, settings.jam_speed_mps);
    }

    /// Takes a hazard report; those that are not about a crash are not for here.
    pub(super) fn hear(
        &mut self,
        hazard: HazardObservation,
        now: Timestamp,
        network: &Network,
        settings: &CourseSettings,
        out: &mut Vec<Output>,
    ) {
        if hazard.cause.is_crash() {
            self.accidents.hear(hazard, settings.accident_radius_m, out);
            self.accidents.tick(now, network, settings, out);
        }
    }

    /// Looks at the roads, once a second of the reports' time.
    pub(super) fn tick(
        &mut self,
        at: Timestamp,
        network: &Network,
        settings: &CourseSettings,
        out: &mut Vec<Output>,
    ) {
        self.slow.forget(at - crate::settings::ms(settings.fresh_s));
        let groups = groups::find(network, &self.slow, settings.jam_gap_m);
        self.jams.tick(&groups, at, network, settings, out);
        self.accidents.tick(at, network, settings, out);
    }

    /// Whether there is nothing that time alone can change.
    pub(super) fn is_idle(&self) -> bool {
        self.slow.is_empty() && self.jams.is_idle() && self.accidents.is_idle()
    }
}

/// Tells a revision, and keeps under the event's key what a restarted detector must know of it, until it is over.
fn emit(event: &Event, kept: &impl Serialize, out: &mut Vec<Output>) {
    out.push(Output::Event(Box::new(event.clone())));
    let key = format!("{}/{}", event.kind.as_str(), event.id);
    let is_over = event.phase == Phase::Ended;
    out.push(Output::State(if is_over { StateChange::forget(key) } else { StateChange::keep(key, kept) }));
}

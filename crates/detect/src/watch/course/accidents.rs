//! Accidents by the rule of the course: enough distinct vehicles report one. What vehicles do besides is not looked at.

use super::emit;
use crate::observation::HazardObservation;
use crate::output::{Output, StateChange};
use crate::settings::CourseSettings;
use crate::watch::accident_event::{Found, measures, middle};
use model::{Cause, Event, EventId, LatLon, Phase, Timestamp, VehicleId};
use roadnet::Network;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A vehicle's report that holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claim {
    report: HazardObservation,
    /// When the vehicle first reported this accident.
    first: Timestamp,
    accident: Option<EventId>,
}

/// An accident that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Accident {
    event: Event,
    /// When the latest of the reports that hold no more ceased to.
    ceased: Option<Timestamp>,
}

/// What a restarted detector must know of an accident.
#[derive(Serialize, Deserialize)]
struct Kept {
    event: Event,
    #[serde(default)]
    claims: Vec<Claim>,
}

/// The accidents that go on, oldest first, and each vehicle's report.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Accidents {
    claims: BTreeMap<VehicleId, Claim>,
    accidents: Vec<Accident>,
}

impl Accidents {
    /// Takes a report about a crash, or one that takes it back.
    pub(super) fn hear(&mut self, report: HazardObservation, radius_m: f64, out: &mut Vec<Output>) {
        let vehicle = report.vehicle.clone();
        let before = self.claims.remove(&vehicle);
        let is_same = before
            .as_ref()
            .is_some_and(|before| before.report.position.distance_m(report.position) <= radius_m);
        let touched = before.as_ref().and_then(|before| before.accident);
        if let (Some(id), true) = (touched, report.cancel || !is_same) {
            self.cease(id, report.ts);
        }
        match before {
            Some(before) if is_same && !report.cancel => {
                self.claims.insert(vehicle, Claim { report, ..before });
            }
            _ if report.cancel => {}
            _ => {
                let first = report.ts;
                self.claims.insert(vehicle, Claim { report, first, accident: None });
            }
        }
        // A restarted detector must know how long the reports hold.
        if let Some(accident) =
            touched.and_then(|id| self.accidents.iter().find(|known| known.event.id == id))
        {
            let key = format!("{}/{}", accident.event.kind.as_str(), accident.event.id);
            out.push(Output::State(StateChange::keep(key, &self.kept(&accident.event))));
        }
    }

    /// Brings the accidents up to `now`.
    pub(super) fn tick(
        &mut self,
        now: Timestamp,
        network: &Network,
        settings: &CourseSettings,
        out: &mut Vec<Output>,
    ) {
        let over = |claim: &Claim| claim.report.until < now;
        let expired: Vec<Claim> = self.claims.values().filter(|claim| over(claim)).cloned().collect();
        self.claims.retain(|_, claim| !over(claim));
        for claim in expired {
            if let Some(id) = claim.accident {
                self.cease(id, claim.report.until);
            }
        }
        self.join(now, settings, out);
        while let Some(group) = self.next_group(settings) {
            self.begin(&group, now, network, out);
        }
        self.end(now, out);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.claims.is_empty() && self.accidents.is_empty()
    }

    /// Takes back an accident that a former run kept; whether `value` was one.
    pub(super) fn restore(&mut self, value: serde_json::Value) -> bool {
        let Ok(Kept { event, claims }) = serde_json::from_value(value) else { return false };
        self.claims.extend(claims.into_iter().map(|claim| (claim.report.vehicle.clone(), claim)));
        self.accidents.push(Accident { event, ceased: None });
        self.accidents.sort_by_key(|accident| accident.event.id);
        true
    }

    fn cease(&mut self, id: EventId, at: Timestamp) {
        if let Some(accident) = self.accidents.iter_mut().find(|accident| accident.event.id == id) {
            accident.ceased = accident.ceased.max(Some(at));
        }
    }

    fn open(&self) -> impl Iterator<Item = &Claim> {
        self.claims.values().filter(|claim| claim.accident.is_none())
    }

    /// Those who report near an accident that goes on mean that one.
    fn join(&mut self, now: Timestamp, settings: &CourseSettings, out: &mut Vec<Output>) {
        for index in 0..self.accidents.len() {
            let mut event = self.accidents[index].event.clone();
            let near = |claim: &&Claim| {
                claim.report.position.distance_m(event.position) <= settings.accident_radius_m
            };
            let joining: Vec<VehicleId> =
                self.open().filter(near).map(|claim| claim.report.vehicle.clone()).collect();
            self.assign(&joining, event.id);
            let known = event.vehicles.len();
            event.vehicles.extend(joining);
            event.vehicles.sort();
            event.vehicles.dedup();
            if event.vehicles.len() > known {
                event.revision += 1;
                event.phase = Phase::Updated;
                event.detected_at = event.detected_at.max(now);
                event.confidence = confidence(event.vehicles.len());
                event.measures = measures(event.vehicles.len());
                emit(&event, &self.kept(&event), out);
                self.accidents[index].event = event;
            }
        }
    }

    /// The next reports that make an accident.
    fn next_group(&self, settings: &CourseSettings) -> Option<Vec<Claim>> {
        self.open().find_map(|first| {
            let near = |claim: &&Claim| {
                claim.report.position.distance_m(first.report.position) <= settings.accident_radius_m
            };
            let group: Vec<Claim> = self.open().filter(near).cloned().collect();
            (group.len() >= settings.accident_vehicles).then_some(group)
        })
    }

    fn begin(&mut self, group: &[Claim], now: Timestamp, network: &Network, out: &mut Vec<Output>) {
        let Some(first) = group.iter().min_by_key(|claim| claim.first) else { return };
        let places: Vec<LatLon> = group.iter().map(|claim| claim.report.position).collect();
        let vehicles: Vec<VehicleId> = group.iter().map(|claim| claim.report.vehicle.clone()).collect();
        let found = Found {
            at: first.first,
            position: middle(&places),
            on_road: first.report.on_road,
            confidence: confidence(vehicles.len()),
            vehicles,
            cause: Cause { code: Cause::ACCIDENT, subcause: first.report.cause.subcause },
            mark: first.report.vehicle.as_str(),
        };
        let event = found.begin(now, network);
        self.assign(&event.vehicles, event.id);
        emit(&event, &self.kept(&event), out);
        self.accidents.push(Accident { event, ceased: None });
    }

    fn assign(&mut self, vehicles: &[VehicleId], id: EventId) {
        for vehicle in vehicles {
            if let Some(claim) = self.claims.get_mut(vehicle) {
                claim.accident = Some(id);
            }
        }
    }

    /// An accident is over when no report of it holds any more.
    fn end(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let claims = &self.claims;
        self.accidents.retain_mut(|Accident { event, ceased }| {
            if claims.values().any(|claim| claim.accident == Some(event.id)) {
                return true;
            }
            event.revision += 1;
            event.phase = Phase::Ended;
            event.detected_at = event.detected_at.max(now);
            event.ended_at = Some(ceased.unwrap_or(event.detected_at).max(event.occurred_at));
            emit(event, &(), out);
            false
        });
    }

    fn kept(&self, event: &Event) -> Kept {
        let mine = self.claims.values().filter(|claim| claim.accident == Some(event.id));
        Kept { event: event.clone(), claims: mine.cloned().collect() }
    }
}

fn confidence(vehicles: usize) -> f64 {
    match vehicles {
        0 | 1 => 0.5,
        2 => 0.9,
        _ => 0.97,
    }
}

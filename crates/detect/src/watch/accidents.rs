//! Accidents: hazard reports of a crash that bear each other out, or that a standstill bears out.

use super::claims::{Claim, Claims};
use super::roads::road_at;
use crate::observation::{HazardObservation, Observation};
use crate::output::{Output, StateChange};
use crate::settings::{AccidentSettings, ms};
use model::{
    Cause, Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, RoadRef, Timestamp, VehicleId,
};
use roadnet::Network;
use serde::{Deserialize, Serialize};

/// How sure one vehicle's report and standstill make it.
const CONFIDENCE_ONE: f64 = 0.7;
/// How sure two vehicles' reports make it.
const CONFIDENCE_TWO: f64 = 0.9;
/// How sure three or more vehicles' reports make it.
const CONFIDENCE_MORE: f64 = 0.97;

/// What a restarted detector must know of an accident.
#[derive(Serialize, Deserialize)]
struct Kept {
    event: Event,
    claims: Vec<Claim>,
}

/// The accidents that go on, oldest first, and the claims about crashes.
#[derive(Debug, Default)]
pub(crate) struct Accidents {
    claims: Claims,
    events: Vec<Event>,
}

impl Accidents {
    /// Takes a hazard report; those that are not about a crash are not for here.
    pub(crate) fn hear(
        &mut self,
        report: HazardObservation,
        now: Timestamp,
        network: &Network,
        settings: &AccidentSettings,
        out: &mut Vec<Output>,
    ) {
        if report.cause.is_crash() {
            self.claims.hear(report, settings);
            self.tick(now, network, settings, out);
        }
    }

    /// Takes note of what a vehicle does.
    pub(crate) fn observe(&mut self, observation: &Observation, settings: &AccidentSettings) {
        self.claims.observe(observation, settings);
    }

    /// Whether there is anything that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.claims.is_empty() && self.events.is_empty()
    }

    /// Brings the accidents up to `now`.
    pub(crate) fn tick(
        &mut self,
        now: Timestamp,
        network: &Network,
        settings: &AccidentSettings,
        out: &mut Vec<Output>,
    ) {
        self.claims.expire(now);
        self.join(now, settings, out);
        while let Some(group) = self.next_group(now, settings) {
            self.begin(&group, now, network, out);
        }
        self.end(now, settings, out);
    }

    /// Open claims near an accident that goes on belong to it.
    fn join(&mut self, now: Timestamp, settings: &AccidentSettings, out: &mut Vec<Output>) {
        for event in &mut self.events {
            let near = |claim: &&Claim| claim.report.position.distance_m(event.position) <= settings.radius_m;
            let joining: Vec<VehicleId> =
                self.claims.open().filter(near).map(|claim| claim.report.vehicle.clone()).collect();
            if joining.is_empty() {
                continue;
            }
            for vehicle in &joining {
                self.claims.assign(vehicle, event.id);
            }
            let known = event.vehicles.len();
            event.vehicles.extend(joining);
            event.vehicles.sort();
            event.vehicles.dedup();
            // A vehicle that reports the same crash again adds nothing new.
            if event.vehicles.len() > known {
                event.revision += 1;
                event.phase = Phase::Updated;
                event.detected_at = event.detected_at.max(now);
                event.confidence = confidence(event.vehicles.len());
                event.measures = measures(event.vehicles.len());
                emit(event, &self.claims, out);
            }
        }
    }

    /// The next claims that make an accident: two vehicles' within reach of each other, or a standstill's.
    fn next_group(&self, now: Timestamp, settings: &AccidentSettings) -> Option<Vec<Claim>> {
        self.claims.open().find_map(|first| {
            let near =
                |claim: &&Claim| claim.report.position.distance_m(first.report.position) <= settings.radius_m;
            let group: Vec<Claim> = self.claims.open().filter(near).cloned().collect();
            let stands = first.still.is_some_and(|(since, place)| {
                now.since_ms(since) >= ms(settings.standstill_s)
                    && place.distance_m(first.report.position) <= settings.radius_m
            });
            (group.len() >= 2 || stands).then_some(group)
        })
    }

    fn begin(&mut self, group: &[Claim], now: Timestamp, network: &Network, out: &mut Vec<Output>) {
        let Some(first) = group.iter().min_by_key(|claim| claim.first) else { return };
        let position = middle(group);
        let road = road_at(network, first.report.on_road);
        let place = road.as_ref().map_or_else(|| off_road(position), |road: &RoadRef| road.id.clone());
        let vehicles: Vec<VehicleId> = group.iter().map(|claim| claim.report.vehicle.clone()).collect();
        let event = Event {
            id: EventId::derive(EventKind::Accident, first.first, &place, ""),
            revision: 1,
            kind: EventKind::Accident,
            phase: Phase::Started,
            occurred_at: first.first,
            detected_at: now.max(first.first),
            ended_at: None,
            position,
            geometry: Geometry::point(position),
            road,
            zone: None,
            confidence: confidence(vehicles.len()),
            cause: Some(Cause { code: Cause::ACCIDENT, subcause: first.report.cause.subcause }),
            measures: measures(vehicles.len()),
            vehicles,
        };
        for vehicle in &event.vehicles {
            self.claims.assign(vehicle, event.id);
        }
        emit(&event, &self.claims, out);
        self.events.push(event);
    }

    /// An accident is over when all its claimants have left for a while, or took their reports back.
    fn end(&mut self, now: Timestamp, settings: &AccidentSettings, out: &mut Vec<Output>) {
        for event in &mut self.events {
            let all_cancelled = self.claims.of(event.id).all(|claim| claim.cancelled);
            let left = self.claims.of(event.id).map(|claim| claim.left).collect::<Option<Vec<_>>>();
            let Some(last) = left.map(|left| left.into_iter().max().unwrap_or(event.detected_at)) else {
                continue;
            };
            if all_cancelled || now.since_ms(last) >= ms(settings.clearing_s) {
                event.revision += 1;
                event.phase = Phase::Ended;
                event.detected_at = event.detected_at.max(now);
                event.ended_at = Some(last.max(event.occurred_at));
                emit(event, &self.claims, out);
                self.claims.close(event.id);
            }
        }
        self.events.retain(|event| event.phase != Phase::Ended);
    }

    /// Takes back an accident that a former run kept; whether `value` was one.
    pub(crate) fn restore(&mut self, value: serde_json::Value) -> bool {
        let Ok(kept) = serde_json::from_value::<Kept>(value) else { return false };
        kept.claims.into_iter().for_each(|claim| self.claims.restore(claim));
        self.events.push(kept.event);
        self.events.sort_by_key(|event| event.id);
        true
    }
}

fn emit(event: &Event, claims: &Claims, out: &mut Vec<Output>) {
    let key = format!("accident/{}", event.id);
    out.push(Output::Event(Box::new(event.clone())));
    out.push(Output::State(if event.phase == Phase::Ended {
        StateChange::forget(key)
    } else {
        StateChange::keep(key, &Kept { event: event.clone(), claims: claims.of(event.id).cloned().collect() })
    }));
}

#[allow(clippy::cast_precision_loss)]
fn middle(group: &[Claim]) -> LatLon {
    let mean = |of: fn(&LatLon) -> f64| {
        let sum: f64 = group.iter().map(|claim| of(&claim.report.position)).sum();
        model::round7(sum / group.len() as f64)
    };
    LatLon::new(mean(|p| p.lat), mean(|p| p.lon))
}

/// What stands for the road where there is none: the place, to about 10 m.
fn off_road(position: LatLon) -> String {
    format!("{:.4},{:.4}", position.lat, position.lon)
}

fn confidence(vehicles: usize) -> f64 {
    match vehicles {
        0 | 1 => CONFIDENCE_ONE,
        2 => CONFIDENCE_TWO,
        _ => CONFIDENCE_MORE,
    }
}

fn measures(vehicles: usize) -> Measures {
    Measures { vehicles: u32::try_from(vehicles).ok(), ..Measures::default() }
}

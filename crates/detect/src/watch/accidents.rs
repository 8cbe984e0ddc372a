//! Accidents: hazard reports of a crash that bear each other out, or that a standstill bears out; and vehicles that stand
//! where nothing but a crash explains it.

use super::accident_event::{Found, measures, middle};
use super::bottleneck::{BEYOND_M, Bottleneck, Bottlenecks};
use super::claims::{Claim, Claims};
use super::involved::Involved;
use super::layout::Layout;
use super::road_traffic::RoadTraffic;
use super::stops::Stops;
use super::suspects::{Suspect, Suspects, View};
use crate::observation::{HazardObservation, Observation};
use crate::output::{Output, StateChange};
use crate::settings::{AccidentSettings, ms};
use model::{Cause, Event, LatLon, Phase, Timestamp, VehicleId};
use roadnet::Network;
use serde::{Deserialize, Serialize};

/// How sure one vehicle's report and standstill make it.
const CONFIDENCE_ONE: f64 = 0.7;
/// How sure two vehicles' reports make it.
const CONFIDENCE_TWO: f64 = 0.9;
/// How sure three or more vehicles' reports make it.
const CONFIDENCE_MORE: f64 = 0.97;

/// Where vehicles are held up this close to a known accident, in metres, it is by that one; and the queue of one that is over
/// dissolves within so many metres.
const HELD_UP_M: f64 = 500.0;
const CLEARED_M: f64 = 1_500.0;

/// What a restarted detector must know of an accident.
#[derive(Serialize, Deserialize)]
struct Kept {
    event: Event,
    claims: Vec<Claim>,
    #[serde(default)]
    involved: Vec<Involved>,
    #[serde(default)]
    held_up: Option<Timestamp>,
}

/// An accident that goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Accident {
    event: Event,
    /// The vehicles at rest that are part of it, whether or not they said so.
    involved: Vec<Involved>,
    /// When a vehicle was last held up there, if that is all that is known.
    held_up: Option<Timestamp>,
}

/// The accidents that go on, oldest first, and what may become one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Accidents {
    #[serde(skip)]
    layout: Layout,
    claims: Claims,
    stops: Stops,
    suspects: Suspects,
    bottlenecks: Bottlenecks,
    accidents: Vec<Accident>,
    /// Where accidents ended, and when: the queue that dissolves there is none.
    cleared: Vec<(LatLon, Timestamp)>,
}

impl Accidents {
    /// No accidents on this network.
    pub(crate) fn on(network: &Network) -> Self {
        Self {
            layout: Layout::of(network),
            claims: Claims::default(),
            stops: Stops::default(),
            suspects: Suspects::default(),
            bottlenecks: Bottlenecks::on(network),
            accidents: Vec::new(),
            cleared: Vec::new(),
        }
    }

    /// Takes a memory in place of its own; what derives from the network stays.
    pub(crate) fn recall(&mut self, memory: Self) {
        let Self { layout, bottlenecks, .. } = std::mem::replace(self, memory);
        self.layout = layout;
        self.bottlenecks.take_roads(bottlenecks);
    }

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
            self.settle(now, network, settings, out);
        }
    }

    /// Takes note of what a vehicle does.
    pub(crate) fn observe(
        &mut self,
        observation: &Observation,
        network: &Network,
        settings: &AccidentSettings,
    ) {
        self.claims.observe(observation, settings);
        self.stops.observe(observation, network, settings);
        self.bottlenecks.observe(observation, network, &self.layout, settings);
    }

    /// Looks at what the next observations of these vehicles, on these links, will need.
    pub(crate) fn look_ahead(&self, numbers: &[u32], links: &[u32]) {
        self.stops.look_ahead(numbers);
        self.bottlenecks.look_ahead(links);
    }

    /// Whether there is anything that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.claims.is_empty() && self.accidents.is_empty()
    }

    /// Looks at the roads at `now`, and brings the accidents up to it.
    pub(crate) fn tick(
        &mut self,
        now: Timestamp,
        network: &Network,
        traffic: &RoadTraffic,
        settings: &AccidentSettings,
        out: &mut Vec<Output>,
    ) {
        self.stops.forget(now, settings);
        let view = View { network, layout: &self.layout, traffic, settings, now };
        for suspect in self.suspects.look(&mut self.stops, view) {
            self.suspect(&suspect, now, network, settings, out);
        }
        for bottleneck in self.bottlenecks.find(now, settings) {
            if self.bottlenecks.had_jam_ahead(&bottleneck, network) {
                // Neither now nor when that jam is gone.
                self.bottlenecks.forget(bottleneck.position, BEYOND_M);
                continue;
            }
            self.hold_up(&bottleneck, now, network, settings, out);
        }
        for accident in &mut self.accidents {
            accident.involved.iter_mut().for_each(|involved| involved.look(&self.stops, now));
        }
        self.settle(now, network, settings, out);
    }

    /// Makes of claims what they amount to, and ends what is over.
    fn settle(
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

    /// Takes a vehicle that very likely crashed: into the accident it belongs to, or as a new one.
    fn suspect(
        &mut self,
        suspect: &Suspect,
        now: Timestamp,
        network: &Network,
        settings: &AccidentSettings,
        out: &mut Vec<Output>,
    ) {
        let stander = &suspect.stander;
        let involved = Involved {
            vehicle: stander.vehicle.clone(),
            since: stander.since,
            position: stander.position,
            left: None,
            track: Some(suspect.track),
        };
        let near = |accident: &&mut Accident| {
            stander.position.distance_m(accident.event.position) <= settings.extent_m
        };
        if let Some(accident) = self.accidents.iter_mut().find(near) {
            if let Some(known) = accident.involved.iter_mut().find(|known| known.vehicle == involved.vehicle)
            {
                known.left = None;
                known.track = involved.track;
            } else if stander.since.since_ms(accident.event.occurred_at).abs() > ms(settings.companion_s) {
                // Who came later is stuck, not involved.
                return;
            } else {
                accident.involved.push(involved);
            }
            let event = &mut accident.event;
            let is_news = !event.vehicles.contains(&stander.vehicle);
            if is_news || step_of(suspect.confidence) > step_of(event.confidence) {
                if is_news {
                    event.vehicles.push(stander.vehicle.clone());
                    event.vehicles.sort();
                }
                event.revision += 1;
                event.phase = Phase::Updated;
                event.detected_at = event.detected_at.max(now);
                event.confidence = event.confidence.max(rounded(suspect.confidence));
                event.measures = measures(event.vehicles.len());
                emit(accident, &self.claims, out);
            }
            return;
        }
        let found = Found {
            at: stander.since,
            position: stander.position,
            on_road: Some(stander.place),
            vehicles: vec![stander.vehicle.clone()],
            cause: Cause::new(Cause::ACCIDENT),
            confidence: rounded(suspect.confidence),
            mark: stander.vehicle.as_str(),
        };
        let event = found.begin(now, network);
        let accident = Accident { event, involved: vec![involved], held_up: None };
        emit(&accident, &self.claims, out);
        self.accidents.push(accident);
    }

    /// Takes a place where vehicles are held up.
    fn hold_up(
        &mut self,
        bottleneck: &Bottleneck,
        now: Timestamp,
        network: &Network,
        settings: &AccidentSettings,
        out: &mut Vec<Output>,
    ) {
        // However many are held up, nobody has seen the obstacle itself.
        let confidence = rounded(bottleneck.confidence.min(CONFIDENCE_TWO));
        let away_m = |position: LatLon| position.distance_m(bottleneck.position);
        if let Some(accident) =
            self.accidents.iter_mut().find(|known| away_m(known.event.position) <= HELD_UP_M)
        {
            if accident.held_up.is_some() {
                accident.held_up = accident.held_up.max(Some(bottleneck.last));
                if step_of(confidence) > step_of(accident.event.confidence) {
                    accident.event.revision += 1;
                    accident.event.phase = Phase::Updated;
                    accident.event.detected_at = accident.event.detected_at.max(now);
                    accident.event.confidence = confidence;
                    emit(accident, &self.claims, out);
                }
            }
            return;
        }
        self.cleared.retain(|(_, at)| now.since_ms(*at) <= 2 * ms(settings.bottleneck_memory_s));
        if self.cleared.iter().any(|(position, _)| away_m(*position) <= CLEARED_M) {
            return;
        }
        let found = Found {
            at: bottleneck.since,
            position: bottleneck.position,
            on_road: Some(bottleneck.place),
            vehicles: Vec::new(),
            cause: Cause::new(Cause::ACCIDENT),
            confidence,
            mark: "held up",
        };
        let event = found.begin(now, network);
        let accident = Accident { event, involved: Vec::new(), held_up: Some(bottleneck.last) };
        emit(&accident, &self.claims, out);
        self.accidents.push(accident);
    }

    /// Open claims near an accident that goes on belong to it.
    fn join(&mut self, now: Timestamp, settings: &AccidentSettings, out: &mut Vec<Output>) {
        for accident in &mut self.accidents {
            let event = &mut accident.event;
            let near = |claim: &&Claim| claim.report.position.distance_m(event.position) <= settings.radius_m;
            let joining: Vec<VehicleId> =
                self.claims.open().filter(near).map(|claim| claim.report.vehicle.clone()).collect();
            if joining.is_empty() {
                continue;
            }
            for vehicle in &joining {
                self.claims.assign(vehicle, event.id);
            }
            let (known, sure) = (event.vehicles.len(), event.confidence);
            event.vehicles.extend(joining);
            event.vehicles.sort();
            event.vehicles.dedup();
            event.confidence = event.confidence.max(confidence(self.claims.of(event.id).count()));
            // A vehicle that reports the same crash again adds nothing new.
            if event.vehicles.len() > known || event.confidence > sure {
                event.revision += 1;
                event.phase = Phase::Updated;
                event.detected_at = event.detected_at.max(now);
                event.measures = measures(event.vehicles.len());
                emit(accident, &self.claims, out);
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
        for vehicle in &event.vehicles {
            self.claims.assign(vehicle, event.id);
        }
        let accident = Accident { event, involved: Vec::new(), held_up: None };
        emit(&accident, &self.claims, out);
        self.accidents.push(accident);
    }

    /// An accident is over when all its claimants have left for a while, or took their reports back, and nobody involved
    /// stands there any more.
    fn end(&mut self, now: Timestamp, settings: &AccidentSettings, out: &mut Vec<Output>) {
        for accident in &mut self.accidents {
            let claims = || self.claims.of(accident.event.id);
            let all_cancelled = accident.involved.is_empty()
                && accident.held_up.is_none()
                && claims().all(|claim| claim.cancelled);
            let left = claims().map(|claim| claim.left);
            let left = left.chain(accident.involved.iter().map(|involved| involved.left));
            let is_held_up = |last: &Timestamp| now.since_ms(*last) < ms(settings.bottleneck_memory_s);
            let held_up = accident.held_up.map(|last| (!is_held_up(&last)).then_some(last));
            let left = left.chain(held_up).collect::<Option<Vec<_>>>();
            let Some(last) = left.map(|left| left.into_iter().max().unwrap_or(accident.event.detected_at))
            else {
                continue;
            };
            if all_cancelled || now.since_ms(last) >= ms(settings.clearing_s) {
                let event = &mut accident.event;
                event.revision += 1;
                event.phase = Phase::Ended;
                event.detected_at = event.detected_at.max(now);
                event.ended_at = Some(last.max(event.occurred_at));
                emit(accident, &self.claims, out);
                self.claims.close(accident.event.id);
                self.bottlenecks.forget(accident.event.position, CLEARED_M);
                self.cleared.push((accident.event.position, now));
            }
        }
        self.accidents.retain(|accident| accident.event.phase != Phase::Ended);
    }

    /// Takes back an accident that a former run kept; whether `value` was one.
    pub(crate) fn restore(&mut self, value: serde_json::Value) -> bool {
        let Ok(Kept { event, claims, involved, held_up }) = serde_json::from_value::<Kept>(value) else {
            return false;
        };
        claims.into_iter().for_each(|claim| self.claims.restore(claim));
        let there = involved.iter().filter(|involved| involved.left.is_none());
        there.for_each(|involved| self.stops.expect(involved.vehicle.clone()));
        self.accidents.push(Accident { event, involved, held_up });
        self.accidents.sort_by_key(|accident| accident.event.id);
        true
    }
}

fn emit(accident: &Accident, claims: &Claims, out: &mut Vec<Output>) {
    let Accident { event, involved, held_up } = accident;
    let key = format!("accident/{}", event.id);
    out.push(Output::Event(Box::new(event.clone())));
    out.push(Output::State(if event.phase == Phase::Ended {
        StateChange::forget(key)
    } else {
        let claims = claims.of(event.id).cloned().collect();
        StateChange::keep(
            key,
            &Kept { event: event.clone(), claims, involved: involved.clone(), held_up: *held_up },
        )
    }));
}

/// Which of the steps a confidence has reached that are worth telling of.
fn step_of(confidence: f64) -> usize {
    [CONFIDENCE_ONE, CONFIDENCE_TWO, CONFIDENCE_MORE].iter().filter(|&&step| confidence >= step).count()
}

/// To two digits: more would claim to know more than is known.
fn rounded(confidence: f64) -> f64 {
    ((confidence * 100.0).floor() / 100.0).min(0.99)
}

fn confidence(vehicles: usize) -> f64 {
    match vehicles {
        0 | 1 => CONFIDENCE_ONE,
        2 => CONFIDENCE_TWO,
        _ => CONFIDENCE_MORE,
    }
}

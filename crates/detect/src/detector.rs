//! The detector as programs use it: both stages in one, with time and outputs in order.

use crate::clock::Clock;
use crate::observation::Observation;
use crate::output::{Output, StateChange};
use crate::settings::{Settings, ms};
use crate::track::visits::{Crossing, Visit};
use crate::track::zones::Zones;
use crate::track::{Track, Tracks, World};
use crate::view::View;
use crate::watch::Watch;
use crate::watch::roads::road_at;
use model::codec::Report;
use model::{DropReason, Event, EventId, EventKind, Geometry, HazardReport, Measures, Phase};
use model::{PositionReport, Timestamp, VehicleId, Zone, ZoneId, ZoneRef, round7};
use roadnet::Network;
use roadnet::matching::Matcher;
use std::collections::VecDeque;
use std::sync::Arc;

/// How often the roads are looked at, in ms of the reports' time.
const TICK_MS: i64 = 1_000;
/// How often silent vehicles are looked for, in ms of the reports' time.
const SWEEP_MS: i64 = 10_000;
/// How long silence lasts before time goes on without reports, in ms: an outage is not a clear road.
const SILENCE_MS: i64 = 120_000;
/// How sure an exit is that was never seen.
const SILENT_EXIT_CONFIDENCE: f64 = 0.5;

/// Finds accidents, jams, zone entries and zone exits in a stream of reports.
#[derive(Debug)]
pub struct Detector {
    settings: Settings,
    matcher: Matcher,
    network: Arc<Network>,
    zones: Zones,
    tracks: Tracks,
    watch: Watch,
    clock: Clock,
    next_tick: Option<Timestamp>,
    next_sweep: Option<Timestamp>,
    out: VecDeque<Output>,
}

impl Detector {
    /// A detector for this network. `settings` should have been checked ([`Settings::check`]).
    #[must_use]
    pub fn new(settings: Settings, network: Arc<Network>) -> Self {
        Self {
            matcher: Matcher::new(Arc::clone(&network), settings.matching),
            settings,
            zones: Zones::default(),
            tracks: Tracks::default(),
            watch: Watch::new(Arc::clone(&network)),
            clock: Clock::default(),
            next_tick: None,
            next_sweep: None,
            out: VecDeque::new(),
            network,
        }
    }

    /// Takes the state that a former run kept; returns the keys that could not be read.
    pub fn restore(&mut self, state: impl IntoIterator<Item = StateChange>) -> Vec<String> {
        let mut unreadable = Vec::new();
        for StateChange { key, value } in state {
            let Some(value) = value else { continue };
            let known = match key.split_once('/') {
                Some(("visit", vehicle)) => self.restore_visits(vehicle, value),
                _ => self.watch.restore(&key, value),
            };
            if !known {
                unreadable.push(key);
            }
        }
        unreadable
    }

    fn restore_visits(&mut self, vehicle: &str, value: serde_json::Value) -> bool {
        match (VehicleId::new(vehicle), serde_json::from_value::<Vec<Visit>>(value)) {
            (Ok(vehicle), Ok(visits)) => {
                self.tracks.get_mut(&vehicle).visits = visits;
                true
            }
            _ => false,
        }
    }

    /// Puts a zone in place of the one with the same id, from the next report on.
    pub fn set_zone(&mut self, zone: Zone) {
        self.zones.set(zone);
    }

    /// Takes a zone away; visits to it end without an exit. Whether there was such a zone.
    pub fn remove_zone(&mut self, id: &ZoneId) -> bool {
        self.zones.remove(id)
    }

    /// Takes a report that was received at `now`.
    ///
    /// # Errors
    /// Why the report is not used; nothing else is lost by it.
    pub fn handle_report(&mut self, report: Report, now: Timestamp) -> Result<(), DropReason> {
        self.handle_timeout(now);
        match report {
            Report::Position(report) => self.handle_position(report, now),
            Report::Hazard(report) => self.handle_hazard(report, now),
        }
    }

    fn handle_position(&mut self, report: PositionReport, now: Timestamp) -> Result<(), DropReason> {
        let world = World { settings: &self.settings, matcher: &self.matcher, zones: &self.zones };
        let step = self.tracks.handle_position(report, now, self.clock.newest(), &world)?;
        let observation = step.observation;
        self.clock.advance(observation.ts, now);
        for crossing in step.crossings {
            let event = self.crossing_event(&observation, crossing, 1.0);
            self.out.push_back(Output::Event(Box::new(event)));
        }
        if step.visits_changed {
            let visits = &self.tracks.get_mut(&observation.vehicle).visits;
            self.out.push_back(Output::State(visits_state(&observation.vehicle, visits)));
        }
        self.watch.observe(&observation, &self.settings);
        Ok(())
    }

    fn handle_hazard(&mut self, report: HazardReport, now: Timestamp) -> Result<(), DropReason> {
        let world = World { settings: &self.settings, matcher: &self.matcher, zones: &self.zones };
        let hazard = self.tracks.handle_hazard(report, now, self.clock.newest(), &world)?;
        self.clock.advance(hazard.ts, now);
        let at = self.clock.newest().unwrap_or(hazard.ts);
        let mut out = Vec::new();
        self.watch.hear(hazard, at, &self.settings, &mut out);
        self.out.extend(out);
        Ok(())
    }

    /// Lets time pass until `now`, the receiver's time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        let Some(reached) = self.clock.at(now, SILENCE_MS) else { return };
        let mut tick = *self.next_tick.get_or_insert_with(|| next_whole(reached, TICK_MS));
        while tick <= reached {
            self.tick(tick);
            tick = tick + TICK_MS;
            if self.is_idle() {
                // Nothing is going on that the skipped ticks could change.
                tick = tick.max(next_whole(reached, TICK_MS));
            }
        }
        self.next_tick = Some(tick);
        let sweep = *self.next_sweep.get_or_insert_with(|| next_whole(reached, SWEEP_MS));
        if sweep <= reached {
            self.sweep(reached);
            self.next_sweep = Some(next_whole(reached, SWEEP_MS));
        }
    }

    /// The receiver's time at which [`Detector::handle_timeout`] has something to do if no report comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let tick = self.next_tick.filter(|_| !self.is_idle());
        let sweep = self.next_sweep.filter(|_| !self.tracks.is_empty());
        let due = [tick, sweep].into_iter().flatten().min()?;
        self.clock.when(due, SILENCE_MS)
    }

    /// The next event or state change, in order, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// What the traffic looks like, with at most `max_sample` vehicles; `None` before the first report.
    #[must_use]
    pub fn view(&self, max_sample: usize) -> Option<View> {
        let at = self.clock.newest()?;
        Some(View::new(at, &self.tracks, self.watch.traffic(), &self.network, max_sample))
    }

    fn is_idle(&self) -> bool {
        self.watch.is_idle()
    }

    /// Looks at the roads.
    fn tick(&mut self, at: Timestamp) {
        let mut out = Vec::new();
        self.watch.tick(at, &self.settings, &mut out);
        self.out.extend(out);
    }

    /// Lets silent vehicles leave their zones, and forgets them later.
    fn sweep(&mut self, at: Timestamp) {
        let silent = at - ms(self.settings.zones.silent_exit_s);
        let mut left = Vec::new();
        for track in self.tracks.visitors_mut() {
            // After a restart nobody has been heard of yet; silence counts from here.
            if *track.heard.get_or_insert(at) < silent {
                left.push((track.clone(), at));
                track.visits.clear();
            }
        }
        for (track, at) in left {
            self.leave_silently(&track, at);
        }
        let mut forgotten = Vec::new();
        let before = at - ms(self.settings.reports.forget_after_s);
        self.tracks.forget_silent(before, |track| forgotten.push(track.clone()));
        for track in forgotten.iter().filter(|track| !track.visits.is_empty()) {
            self.leave_silently(track, at);
        }
    }

    fn leave_silently(&mut self, track: &Track, at: Timestamp) {
        for visit in track.visits.iter().filter(|visit| visit.inside) {
            let (Some(area), Some(last)) = (self.zones.get(&visit.zone), track.last()) else { continue };
            let crossing =
                Crossing { zone: visit.zone.clone(), name: area.zone.name.clone(), entered: false, at: last };
            let observation = Observation {
                vehicle: track.vehicle.clone(),
                track: u32::MAX,
                ts: at,
                position: last.position,
                sigma_m: last.sigma_m,
                speed_mps: None,
                acceleration_mps2: None,
                kind: track.kind,
                on_road: track.on_road(),
                right_m: 0.0,
                left_link: None,
                still_since: None,
            };
            let event = self.crossing_event(&observation, crossing, SILENT_EXIT_CONFIDENCE);
            self.out.push_back(Output::Event(Box::new(event)));
        }
        self.out.push_back(Output::State(visits_state(&track.vehicle, &[])));
    }

    fn crossing_event(&self, observation: &Observation, crossing: Crossing, confidence: f64) -> Event {
        let kind = if crossing.entered { EventKind::ZoneEntry } else { EventKind::ZoneExit };
        let at = crossing.at;
        Event {
            id: EventId::derive(kind, at.ts, crossing.zone.as_str(), observation.vehicle.as_str()),
            revision: 1,
            kind,
            phase: Phase::Started,
            occurred_at: at.ts,
            detected_at: observation.ts,
            ended_at: None,
            position: model::LatLon::new(round7(at.position.lat), round7(at.position.lon)),
            geometry: Geometry::point(at.position),
            road: road_at(&self.network, observation.on_road),
            zone: Some(ZoneRef { id: crossing.zone, name: crossing.name }),
            vehicles: vec![observation.vehicle.clone()],
            confidence,
            cause: None,
            measures: Measures { speed_mps: observation.speed_mps, ..Measures::default() },
        }
    }
}

fn visits_state(vehicle: &VehicleId, visits: &[Visit]) -> StateChange {
    let key = format!("visit/{vehicle}");
    if visits.is_empty() { StateChange::forget(key) } else { StateChange::keep(key, &visits) }
}

/// The first multiple of `step_ms` after `at`.
fn next_whole(at: Timestamp, step_ms: i64) -> Timestamp {
    Timestamp::from_ms_clamped((at.as_ms() / step_ms + 1) * step_ms)
}

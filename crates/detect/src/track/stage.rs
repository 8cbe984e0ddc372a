//! The track stage: follows one part of the vehicles.

use super::tracks::{Moved, Track, World};
use super::visit::{Crossing, Visit};
use super::zones::{self, Zones};
use crate::observation::{Observation, Seen};
use crate::output::{Output, StateChange};
use crate::settings::Settings;
use crate::stages::{Admitted, TrackTask};
use crate::watch::roads::road_at;
use model::codec::Report;
use model::{
    DropReason, Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, Timestamp, VehicleId, Zone,
    ZoneId, ZoneRef, round7,
};
use roadnet::Network;
use roadnet::matching::Matcher;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::Arc;

/// How sure an exit is that was never seen.
const SILENT_EXIT_CONFIDENCE: f64 = 0.5;
/// Tasks looked at together before they are done one by one.
const LOOK_AHEAD: usize = 64;

/// Follows the vehicles of one part: those whose number leaves the part's number when divided by how many parts there
/// are.
#[derive(Debug)]
pub struct TrackStage {
    settings: Settings,
    matcher: Arc<Matcher>,
    zones: Zones,
    /// By number divided by the number of parts. Who is forgotten leaves an empty track.
    tracks: Vec<Track>,
    part: u32,
    parts: u32,
}

/// What came of one task.
#[derive(Debug, Default)]
pub struct Tracked {
    /// Zone entries and exits, and what to keep of them.
    pub outputs: Vec<Output>,
    /// What the watch stage is to know; `None` where no report was followed.
    pub seen: Option<Seen>,
}

/// What [`TrackStage::memory`] gives, read again.
#[derive(Deserialize)]
pub(crate) struct Memory(zones::Memory, Vec<Track>);

impl TrackStage {
    /// Part 0 of one: all vehicles.
    #[must_use]
    pub fn new(settings: Settings, network: Arc<Network>) -> Self {
        let matcher = Arc::new(Matcher::new(network, settings.matching));
        Self { settings, matcher, zones: Zones::default(), tracks: Vec::new(), part: 0, parts: 1 }
    }

    /// So many empty parts (at least one) that share one look at the network.
    #[must_use]
    pub fn in_parts(settings: &Settings, network: Arc<Network>, parts: u32) -> Vec<Self> {
        let matcher = Arc::new(Matcher::new(network, settings.matching));
        let part = |part| Self {
            settings: settings.clone(),
            matcher: Arc::clone(&matcher),
            zones: Zones::default(),
            tracks: Vec::new(),
            part,
            parts: parts.max(1),
        };
        (0..parts.max(1)).map(part).collect()
    }

    /// All that it knows beside the network, to be kept.
    pub(crate) fn memory(&self) -> impl Serialize + '_ {
        (self.zones.memory(), &self.tracks)
    }

    /// Takes what [`TrackStage::memory`] gave.
    pub(crate) fn recall(&mut self, Memory(zones, tracks): Memory) {
        (self.zones, self.tracks) = (Zones::recalled(zones), tracks);
    }

    /// A zone that is known.
    pub(crate) fn zone(&self, id: &ZoneId) -> Option<&Zone> {
        self.zones.get(id).map(|area| &area.zone)
    }

    /// How many zones are known.
    pub(crate) fn zone_count(&self) -> usize {
        self.zones.count()
    }

    /// Takes back a vehicle's visits that a former run kept; whether `value` was such.
    pub fn restore(&mut self, number: u32, value: serde_json::Value) -> bool {
        let Ok(visits) = serde_json::from_value::<Vec<Visit>>(value) else { return false };
        self.track_mut(number).course.set_visits(visits);
        true
    }

    /// Puts a zone in place of the one with the same id, from the next report on.
    pub fn set_zone(&mut self, zone: Zone) {
        self.zones.set(zone);
    }

    /// Takes a zone away; visits to it end without an exit. Whether there was such a zone.
    pub fn remove_zone(&mut self, id: &ZoneId) -> bool {
        self.zones.remove(id)
    }

    /// Does some tasks in order and gives what came of each, but for those that change zones.
    pub fn run(&mut self, tasks: impl IntoIterator<Item = TrackTask>) -> Vec<Result<Tracked, DropReason>> {
        let mut tasks = tasks.into_iter();
        let mut found = Vec::with_capacity(tasks.size_hint().0);
        let mut ahead: Vec<TrackTask> = Vec::with_capacity(LOOK_AHEAD);
        loop {
            ahead.extend(tasks.by_ref().take(LOOK_AHEAD));
            if ahead.is_empty() {
                return found;
            }
            self.look_ahead(&ahead);
            for task in ahead.drain(..) {
                found.extend(self.do_task(task));
            }
        }
    }

    /// Looks at what the tasks will need.
    fn look_ahead(&self, tasks: &[TrackTask]) {
        let number = |task: &TrackTask| match task {
            TrackTask::Report(admitted) => Some(admitted.number),
            _ => None,
        };
        self.look_ahead_at(tasks.iter().filter_map(number));
    }

    /// Looks at what the next reports of these vehicles will need, so that the processor waits for the memory once for all
    /// of them.
    pub(crate) fn look_ahead_at(&self, numbers: impl Iterator<Item = u32> + Clone) {
        let tracks = numbers.filter_map(|number| self.tracks.get((number / self.parts) as usize));
        // One look after the other, as each needs what the one before has brought.
        black_box(tracks.clone().fold(0, |sum, track| sum ^ track.look_ahead()));
        black_box(tracks.clone().fold(0, |sum, track| sum ^ track.look_ahead_on_road(&self.matcher)));
        black_box(tracks.fold(0, |sum, track| sum ^ track.course.look_ahead()));
    }

    fn do_task(&mut self, task: TrackTask) -> Option<Result<Tracked, DropReason>> {
        match task {
            TrackTask::Report(admitted) => Some(self.follow(admitted)),
            TrackTask::Silent(number, vehicle, at) => Some(Ok(self.silence(number, &vehicle, at))),
            TrackTask::Forget(number, vehicle, at) => Some(Ok(self.forget(number, &vehicle, at))),
            TrackTask::SetZone(zone) => {
                self.set_zone(*zone);
                None
            }
            TrackTask::RemoveZone(id) => {
                self.remove_zone(&id);
                None
            }
        }
    }

    /// Follows a report of a vehicle of this part.
    ///
    /// # Errors
    /// [`DropReason::Duplicate`], [`DropReason::OutOfOrder`] or [`DropReason::ImpossibleJump`].
    pub fn follow(&mut self, admitted: Admitted) -> Result<Tracked, DropReason> {
        let mut outputs = Vec::new();
        let seen = self.follow_into(admitted, &mut outputs)?;
        Ok(Tracked { outputs, seen: Some(seen) })
    }

    /// The same, with the outputs put where they are wanted.
    pub(crate) fn follow_into(
        &mut self,
        admitted: Admitted,
        outputs: &mut impl Extend<Output>,
    ) -> Result<Seen, DropReason> {
        let Admitted { number, report, newest } = admitted;
        let index = self.index(number);
        let world = World { settings: &self.settings, matcher: &self.matcher, zones: &self.zones };
        let track = &mut self.tracks[index];
        match report {
            Report::Position(report) => {
                let moved = track.handle_position(number, report, &world)?;
                Ok(Seen::Position(crossing_outputs(moved, track, self.matcher.network(), outputs)))
            }
            Report::Hazard(report) => {
                let hazard = track.handle_hazard(report, &world)?;
                Ok(Seen::Hazard(hazard, newest))
            }
        }
    }

    /// Lets a vehicle leave its zones that fell silent.
    pub fn silence(&mut self, number: u32, vehicle: &VehicleId, at: Timestamp) -> Tracked {
        let index = self.index(number);
        let visits = self.tracks[index].course.fall_silent();
        if visits.is_empty() {
            return Tracked::default();
        }
        let track = &self.tracks[index];
        let mut outputs = Vec::new();
        for visit in visits.into_iter().filter(|visit| visit.inside) {
            let (Some(area), Some(last)) = (self.zones.get(&visit.zone), track.last()) else { continue };
            let name = area.zone.name.clone();
            let crossing = Crossing { zone: visit.zone, name, entered: false, at: last };
            let mut event = crossing_event(vehicle, at, crossing, SILENT_EXIT_CONFIDENCE);
            event.road = road_at(self.matcher.network(), track.on_road());
            outputs.push(Output::Event(Box::new(event)));
        }
        outputs.push(Output::State(visits_state(vehicle, &[])));
        Tracked { outputs, seen: None }
    }

    /// Forgets a vehicle; it leaves its zones, if it is still in some.
    pub fn forget(&mut self, number: u32, vehicle: &VehicleId, at: Timestamp) -> Tracked {
        let left = self.silence(number, vehicle, at);
        *self.track_mut(number) = Track::default();
        left
    }

    /// The vehicles of this part with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Track)> {
        (self.part..).step_by(self.parts as usize).zip(&self.tracks)
    }

    fn track_mut(&mut self, number: u32) -> &mut Track {
        let index = self.index(number);
        &mut self.tracks[index]
    }

    /// Where a vehicle's track stands; there is one from here on.
    fn index(&mut self, number: u32) -> usize {
        let index = (number / self.parts) as usize;
        if index >= self.tracks.len() {
            self.tracks.resize_with(index + 1, Track::default);
        }
        index
    }
}

/// Puts out what zones a vehicle entered or left, and gives the rest.
fn crossing_outputs(
    moved: Moved,
    track: &Track,
    network: &Network,
    outputs: &mut impl Extend<Output>,
) -> Observation {
    let Moved { observation, crossings, visits_changed } = moved;
    let Observation { vehicle, ts, on_road, speed_mps, .. } = &observation;
    for crossing in crossings {
        let mut event = crossing_event(vehicle, *ts, crossing, 1.0);
        event.road = road_at(network, *on_road);
        event.measures.speed_mps = *speed_mps;
        outputs.extend([Output::Event(Box::new(event))]);
    }
    if visits_changed {
        outputs.extend([Output::State(visits_state(vehicle, track.course.visits()))]);
    }
    observation
}

/// A zone entry or exit, told at `at`; without its road and speed.
fn crossing_event(vehicle: &VehicleId, told: Timestamp, crossing: Crossing, confidence: f64) -> Event {
    let kind = if crossing.entered { EventKind::ZoneEntry } else { EventKind::ZoneExit };
    let at = crossing.at;
    Event {
        id: EventId::derive(kind, at.ts, crossing.zone.as_str(), vehicle.as_str()),
        revision: 1,
        kind,
        phase: Phase::Started,
        occurred_at: at.ts,
        detected_at: told,
        ended_at: None,
        position: LatLon::new(round7(at.position.lat), round7(at.position.lon)),
        geometry: Geometry::point(at.position),
        road: None,
        zone: Some(ZoneRef { id: crossing.zone, name: crossing.name }),
        vehicles: vec![vehicle.clone()],
        confidence,
        cause: None,
        measures: Measures::default(),
    }
}

fn visits_state(vehicle: &VehicleId, visits: &[Visit]) -> StateChange {
    let key = ["visit/", vehicle.as_str()].concat();
    if visits.is_empty() { StateChange::forget(key) } else { StateChange::keep_visits(key, visits) }
}

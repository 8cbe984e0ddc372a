//! The detector as most programs use it: all stages in one, with time and outputs in order.

use crate::output::{Output, StateChange};
use crate::settings::Settings;
use crate::stages::{Admitted, Due, Passed, Place, Received, Sequencer, TrackStage, WatchStage, measured_at};
use crate::view::View;
use model::codec::Report;
use model::{DropReason, Timestamp, VehicleId, Zone, ZoneId};
use roadnet::Network;
use std::collections::VecDeque;
use std::sync::Arc;

/// Reports looked at together before they are taken one by one: few enough for what they need to stay in the processor's
/// nearest caches.
const LOOK_AHEAD: usize = 32;

/// Finds accidents, jams, zone entries and zone exits in a stream of reports.
#[derive(Debug)]
pub struct Detector {
    network: Arc<Network>,
    sequencer: Sequencer,
    tracks: TrackStage,
    watch: WatchStage,
    out: VecDeque<Output>,
    fates: VecDeque<Fate>,
}

/// What a report is at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Used.
    Used,
    /// Held as one of a backlog; what becomes of it is its [`Fate`].
    Held,
}

/// What became of a report that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// When it was measured.
    pub measured: Timestamp,
    /// When it was received.
    pub received: Timestamp,
    /// Whether it is a position report, not a hazard report.
    pub is_position: bool,
    /// Whether it was used.
    pub outcome: Result<(), DropReason>,
}

impl Detector {
    /// A detector for this network. `settings` should have been checked ([`Settings::check`]).
    #[must_use]
    pub fn new(settings: Settings, network: Arc<Network>) -> Self {
        Self {
            sequencer: Sequencer::new(settings.clone()),
            tracks: TrackStage::new(settings.clone(), Arc::clone(&network)),
            watch: WatchStage::new(settings, Arc::clone(&network)),
            out: VecDeque::new(),
            fates: VecDeque::new(),
            network,
        }
    }

    pub(crate) fn parts(&self) -> (&Sequencer, &TrackStage, &WatchStage) {
        (&self.sequencer, &self.tracks, &self.watch)
    }

    pub(crate) fn parts_mut(&mut self) -> (&mut Sequencer, &mut TrackStage, &mut WatchStage) {
        (&mut self.sequencer, &mut self.tracks, &mut self.watch)
    }

    /// Takes the state that a former run kept; returns the keys that could not be read.
    pub fn restore(&mut self, state: impl IntoIterator<Item = StateChange>) -> Vec<String> {
        let mut unreadable = Vec::new();
        for StateChange { key, value } in state {
            let Some(value) = value.map(|value| value.to_json()) else { continue };
            let known = match key.strip_prefix("visit/").map(VehicleId::new) {
                Some(Ok(vehicle)) => self.tracks.restore(self.sequencer.recall(&vehicle), value),
                Some(Err(_)) => false,
                None => self.watch.restore(&key, value),
            };
            self.sequencer.expect_reports();
            if !known {
                unreadable.push(key);
            }
        }
        unreadable
    }

    /// Puts a zone in place of the one with the same id, from the next report on.
    pub fn set_zone(&mut self, zone: Zone) {
        self.tracks.set_zone(zone);
    }

    /// A zone that is known.
    #[must_use]
    pub fn zone(&self, id: &ZoneId) -> Option<&Zone> {
        self.tracks.zone(id)
    }

    /// How many zones are known.
    #[must_use]
    pub fn zone_count(&self) -> usize {
        self.tracks.zone_count()
    }

    /// Takes a zone away; visits to it end without an exit. Whether there was such a zone.
    pub fn remove_zone(&mut self, id: &ZoneId) -> bool {
        self.tracks.remove_zone(id)
    }

    /// Takes a report that was received at `now`. One of a backlog is held for a moment (see
    /// [`crate::ReportSettings::backlog_wait_s`]), and what becomes of it is told by [`Detector::poll_fate`].
    ///
    /// # Errors
    /// Why the report is not used; nothing else is lost by it.
    pub fn handle_report(&mut self, report: Report, now: Timestamp) -> Result<Taken, DropReason> {
        self.handle_timeout(now);
        match self.sequencer.arrive(report, now)? {
            Place::Now(admitted) => self.follow(admitted).map(|()| Taken::Used),
            Place::Later => Ok(Taken::Held),
        }
    }

    fn follow(&mut self, admitted: Admitted) -> Result<(), DropReason> {
        let seen = self.tracks.follow_into(admitted, &mut self.out)?;
        self.watch.see(seen, &mut self.out);
        Ok(())
    }

    /// Takes reports one after the other, as [`Detector::handle_report`] does; quicker than one by one, because the
    /// processor waits for the memory once for many of them. `fate` is told what became of each.
    pub fn handle_reports(
        &mut self,
        reports: impl IntoIterator<Item = Received>,
        mut fate: impl FnMut(Result<Taken, DropReason>),
    ) {
        let mut reports = reports.into_iter();
        let mut ahead: Vec<Received> = Vec::with_capacity(LOOK_AHEAD);
        let mut numbers = Vec::with_capacity(LOOK_AHEAD);
        loop {
            ahead.extend(reports.by_ref().take(LOOK_AHEAD));
            if ahead.is_empty() {
                return;
            }
            self.look_ahead(&ahead, &mut numbers);
            for (report, now) in ahead.drain(..) {
                fate(match report {
                    Ok(report) => self.handle_report(report, now),
                    Err(reason) => {
                        self.handle_timeout(now);
                        Err(reason)
                    }
                });
            }
        }
    }

    /// Looks at what the reports will need, so that the processor waits for the memory once for all of them, not once for
    /// each. `numbers` is room for those of their vehicles.
    fn look_ahead(&self, reports: &[Received], numbers: &mut Vec<u32>) {
        numbers.clear();
        self.sequencer.look_ahead(reports.iter().filter_map(|(report, _)| report.as_ref().ok()), numbers);
        self.tracks.look_ahead_at(numbers.iter().copied());
        self.watch.look_ahead(numbers);
    }

    /// The receiver was away, or its clock was set: silence counts from `now`, its time, on. What comes next is a backlog as
    /// likely as not, and no sign that nobody reported.
    pub fn rebase(&mut self, now: Timestamp) {
        self.sequencer.rebase(now);
    }

    /// Lets time pass until `now`, the receiver's time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some(due) = self.sequencer.due(now) {
            self.take(due);
        }
    }

    /// Nothing more comes, as at the end of a recording: what is held of a backlog is taken.
    pub fn finish(&mut self) {
        while let Some(due) = self.sequencer.finish() {
            self.take(due);
        }
    }

    fn take(&mut self, due: Due) {
        match due {
            Due::Passed(passed) => self.pass(passed),
            Due::Report(report, received) => {
                let (measured, is_position) = (measured_at(&report), matches!(report, Report::Position(_)));
                let admitted = self.sequencer.admit(report, received);
                let outcome = admitted.and_then(|admitted| self.follow(admitted));
                self.fates.push_back(Fate { measured, received, is_position, outcome });
            }
        }
    }

    fn pass(&mut self, passed: Passed) {
        let Passed { ticks, silent, forgotten, at } = passed;
        if let Some((first, last)) = ticks {
            self.watch.tick(first, last, &mut self.out);
        }
        for (number, vehicle) in silent {
            let left = self.tracks.silence(number, &vehicle, at);
            self.watch.take(left, &mut self.out);
        }
        for (number, vehicle) in forgotten {
            let left = self.tracks.forget(number, &vehicle, at);
            self.watch.take(left, &mut self.out);
        }
    }

    /// The receiver's time at which [`Detector::handle_timeout`] has something to do if no report comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.sequencer.poll_timeout(!self.watch.is_idle())
    }

    /// The next event or state change, in order, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// What became of the next report that was held, until `None`. To be asked as often as for outputs.
    pub fn poll_fate(&mut self) -> Option<Fate> {
        self.fates.pop_front()
    }

    /// What the traffic looks like, with at most `max_sample` vehicles; `None` before the first report.
    #[must_use]
    pub fn view(&self, max_sample: usize) -> Option<View> {
        let at = self.sequencer.newest()?;
        let traffic = self.watch.watch().traffic();
        Some(View::new(at, &self.sequencer, &self.tracks, traffic, &self.network, max_sample))
    }
}

//! The first pass over the reports, in order: what time is it, and who is it? It does little for each report, so that it
//! keeps up with any number of cores that do the rest.

use super::Vehicles;
use super::backlog::{Backlog, measured_at};
use crate::clock::Clock;
use crate::settings::{Settings, ms};
use crate::track::clean::check_time;
use model::codec::Report;
use model::{DropReason, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};

/// How often the roads are looked at, in ms of the reports' time.
pub(crate) const TICK_MS: i64 = 1_000;
/// How often silent vehicles are looked for, in ms of the reports' time.
const SWEEP_MS: i64 = 10_000;
/// How long silence lasts before time goes on without reports, in ms: an outage is not a clear road.
const SILENCE_MS: i64 = 120_000;

/// Keeps the reports' time and the vehicles' numbers.
#[derive(Debug)]
pub struct Sequencer {
    settings: Settings,
    clock: Clock,
    vehicles: Vehicles,
    backlog: Backlog,
    next_tick: Option<Timestamp>,
    next_sweep: Option<Timestamp>,
    /// After a restart: until when, by the receiver's clock, reports are waited for; the epoch = not reckoned yet.
    wait_until: Option<Timestamp>,
}

/// A report that has its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    /// The vehicle's number.
    pub number: u32,
    /// What it reports.
    pub report: Report,
    /// The newest report time, this report's included.
    pub newest: Timestamp,
}

/// Where a report that came has its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Here.
    Now(Admitted),
    /// Among others of a backlog.
    Later,
}

/// Something whose time has come.
#[derive(Debug)]
pub enum Due {
    /// Time has passed.
    Passed(Passed),
    /// A report that was held is to be admitted, with the time at which it was received.
    Report(Report, Timestamp),
}

/// What passing time asks for, in this order.
#[derive(Debug, Default)]
pub struct Passed {
    /// The roads are to be looked at every second from the first to the last of these.
    pub ticks: Option<(Timestamp, Timestamp)>,
    /// Vehicles that fell silent: they leave their zones.
    pub silent: Vec<(u32, VehicleId)>,
    /// Vehicles that are forgotten; their numbers may be used again.
    pub forgotten: Vec<(u32, VehicleId)>,
    /// The time of it.
    pub at: Timestamp,
}

/// What [`Sequencer::memory`] gives, read again.
#[derive(Deserialize)]
pub(crate) struct Memory(Clock, Vehicles, Backlog, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>);

impl Sequencer {
    /// Nothing known yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            clock: Clock::default(),
            vehicles: Vehicles::default(),
            backlog: Backlog::default(),
            next_tick: None,
            next_sweep: None,
            wait_until: None,
        }
    }

    /// All that it knows, to be kept.
    pub(crate) fn memory(&self) -> impl Serialize + '_ {
        (self.clock, &self.vehicles, &self.backlog, self.next_tick, self.next_sweep, self.wait_until)
    }

    /// Takes what [`Sequencer::memory`] gave.
    pub(crate) fn recall_all(&mut self, memory: Memory) {
        let Memory(clock, vehicles, backlog, next_tick, next_sweep, wait_until) = memory;
        let settings = self.settings.clone();
        *self = Self { settings, clock, vehicles, backlog, next_tick, next_sweep, wait_until };
    }

    /// Takes a report that was received at `now`: it has its place at once, or is held as one of a backlog, to come out of
    /// [`Sequencer::due`] later.
    ///
    /// # Errors
    /// As [`Sequencer::admit`] says.
    pub fn arrive(&mut self, report: Report, now: Timestamp) -> Result<Place, DropReason> {
        let reports = &self.settings.reports;
        // A clock that is wrong is no backlog.
        check_time(reports, measured_at(&report), now, self.clock.newest())?;
        match self.backlog.hold(report, now, self.clock.newest(), reports) {
            Some(report) => self.admit(report, now).map(Place::Now),
            None => Ok(Place::Later),
        }
    }

    /// Gives a report its place.
    ///
    /// Its time counts from here on, whether or not the vehicle's track takes it: a place that cannot be is no reason to
    /// doubt the time.
    ///
    /// # Errors
    /// [`DropReason::Future`], [`DropReason::Stale`] or [`DropReason::RateLimited`].
    pub fn admit(&mut self, report: Report, now: Timestamp) -> Result<Admitted, DropReason> {
        let (vehicle, ts) = match &report {
            Report::Position(report) => (&report.vehicle, report.ts),
            Report::Hazard(report) => (&report.vehicle, report.ts),
        };
        check_time(&self.settings.reports, ts, now, self.clock.newest())?;
        let number = self.vehicles.hear(vehicle, ts, self.settings.reports.max_rate_hz)?;
        self.clock.advance(ts, now);
        Ok(Admitted { number, report, newest: self.clock.newest().unwrap_or(ts) })
    }

    /// What is due by `now`, the receiver's time, one thing after the other until `None`.
    pub fn due(&mut self, now: Timestamp) -> Option<Due> {
        self.due_of_backlog(now).or_else(|| self.pass(now).map(Due::Passed))
    }

    /// Nothing more comes: what is held of a backlog, one thing after the other until `None`.
    pub fn finish(&mut self) -> Option<Due> {
        self.backlog.end();
        self.due_of_backlog(Timestamp::from_ms_clamped(i64::MAX))
    }

    fn due_of_backlog(&mut self, now: Timestamp) -> Option<Due> {
        let received = self.backlog.due(now, &self.settings.reports)?.min(now);
        // All that its coming would have asked for comes first.
        if let Some(passed) = self.pass(received) {
            return Some(Due::Passed(passed));
        }
        let (report, _) = self.backlog.release()?;
        Some(Due::Report(report, received))
    }

    /// Looks at what the next reports will need; puts the numbers of their vehicles into `numbers`, as far as they are
    /// known and most likely right.
    pub(crate) fn look_ahead<'a>(&self, reports: impl Iterator<Item = &'a Report>, numbers: &mut Vec<u32>) {
        let names = reports.map(|report| match report {
            Report::Position(report) => &report.vehicle,
            Report::Hazard(report) => &report.vehicle,
        });
        self.vehicles.look_ahead(names, numbers);
    }

    /// The number of a vehicle that a former run knew.
    pub fn recall(&mut self, vehicle: &VehicleId) -> u32 {
        self.vehicles.recall(vehicle)
    }

    /// Something goes on from a former run, which must come to its end even if nobody reports any more.
    pub(crate) fn expect_reports(&mut self) {
        self.wait_until.get_or_insert(Timestamp::from_ms_clamped(0));
    }

    /// The receiver was away, or its clock was set: silence counts from `now` on.
    pub fn rebase(&mut self, now: Timestamp) {
        self.backlog.rebase(now);
        self.clock.rebase(now);
        if let Some(until) = &mut self.wait_until {
            *until = now + SILENCE_MS;
        }
    }

    /// The receiver's clock stands in for the reports' if nobody reports after a restart.
    fn stop_waiting(&mut self, now: Timestamp) {
        match &mut self.wait_until {
            Some(until) if until.as_ms() == 0 => *until = now + SILENCE_MS,
            Some(until) if now >= *until => self.clock.advance(now, now),
            _ => {}
        }
    }

    /// Lets time pass until `now`, the receiver's time. `None` if that asks for nothing.
    fn pass(&mut self, now: Timestamp) -> Option<Passed> {
        let lead_ms = ms(self.settings.reports.max_lead_s);
        match self.clock.newest() {
            None => self.stop_waiting(now),
            Some(newest) if newest.since_ms(now) > lead_ms => return Some(self.go_back(now)),
            Some(_) => {}
        }
        let at = self.clock.at(now, SILENCE_MS)?;
        let tick = *self.next_tick.get_or_insert_with(|| next_whole(at, TICK_MS));
        let sweep = *self.next_sweep.get_or_insert_with(|| next_whole(at, SWEEP_MS));
        if at < tick && at < sweep {
            return None;
        }
        let mut passed = Passed { at, ..Passed::default() };
        if tick <= at {
            self.next_tick = Some(next_whole(at, TICK_MS));
            passed.ticks = Some((tick, next_whole(at, TICK_MS) - TICK_MS));
        }
        if sweep <= at {
            self.next_sweep = Some(next_whole(at, SWEEP_MS));
            let silent_before = at - ms(self.settings.zones.silent_exit_s);
            passed.silent = self.vehicles.fell_silent(silent_before, at);
            passed.forgotten = self.vehicles.forget(at - ms(self.settings.reports.forget_after_s));
        }
        Some(passed)
    }

    /// The receiver's clock was ahead and was put right: what it let in from the future is forgotten, or nobody could report
    /// anything for as long as it was ahead.
    fn go_back(&mut self, now: Timestamp) -> Passed {
        self.clock.go_back(now);
        (self.next_tick, self.next_sweep) = (None, None);
        let after = now + ms(self.settings.reports.max_lead_s);
        Passed { forgotten: self.vehicles.forget_after(after), at: now, ..Passed::default() }
    }

    /// The receiver's time at which [`Sequencer::due`] has something if no report comes before. `watching`: whether
    /// there is anything on the roads that a look could change.
    #[must_use]
    pub fn poll_timeout(&self, watching: bool) -> Option<Timestamp> {
        if self.clock.newest().is_none() {
            return self.wait_until;
        }
        let tick = self.next_tick.filter(|_| watching);
        let sweep = self.next_sweep.filter(|_| !self.vehicles.is_empty());
        let due = [tick, sweep].into_iter().flatten().min().and_then(|due| self.clock.when(due, SILENCE_MS));
        [due, self.backlog.when(&self.settings.reports)].into_iter().flatten().min()
    }

    /// The newest report time.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.clock.newest()
    }

    /// The name of a vehicle that is known.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&VehicleId> {
        self.vehicles.name(number)
    }
}

/// The first multiple of `step_ms` after `at`.
fn next_whole(at: Timestamp, step_ms: i64) -> Timestamp {
    Timestamp::from_ms_clamped((at.as_ms() / step_ms + 1) * step_ms)
}

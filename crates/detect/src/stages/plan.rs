//! What is to be done about some messages, in order: the tasks of each part of the vehicles, and how what comes of them
//! goes together again.

use super::{Admitted, Due, Passed, Place, Sequencer};
use model::codec::Report;
use model::{DropReason, Timestamp, VehicleId, Zone, ZoneId};

/// A report, or why there is none, and when it was received.
pub type Received = (Result<Report, DropReason>, Timestamp);

/// Reports looked at together before they are taken one by one.
const LOOK_AHEAD: usize = 64;

/// Something that one part of the vehicles has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum TrackTask {
    /// Follow a report.
    Report(Admitted),
    /// A vehicle fell silent: it leaves its zones.
    Silent(u32, VehicleId, Timestamp),
    /// A vehicle is forgotten.
    Forget(u32, VehicleId, Timestamp),
    /// A zone is set. Leaves no [`Step`].
    SetZone(Box<Zone>),
    /// A zone is taken away. Leaves no [`Step`].
    RemoveZone(ZoneId),
}

/// One step on the way back to one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next thing found by this part of the vehicles.
    Track(u32),
    /// The roads are looked at, every second from the first to the last.
    Ticks(Timestamp, Timestamp),
    /// A report was refused before it came to a part.
    Dropped(DropReason),
}

/// What is to be done about some messages.
#[derive(Debug, Default)]
pub struct Plan {
    /// For each part its tasks, in order.
    pub tasks: Vec<Vec<TrackTask>>,
    /// How it goes together again.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Nothing to do yet, for so many parts (at least one).
    #[must_use]
    pub fn for_parts(parts: u32) -> Self {
        Self { tasks: (0..parts.max(1)).map(|_| Vec::new()).collect(), steps: Vec::new() }
    }

    /// The part that follows the vehicle of this number.
    fn part_of(&self, number: u32) -> u32 {
        // There are as many parts as fit in a u32.
        number % u32::try_from(self.tasks.len()).unwrap_or(u32::MAX).max(1)
    }

    fn add(&mut self, number: u32, task: TrackTask) {
        let part = self.part_of(number);
        if let Some(tasks) = self.tasks.get_mut(part as usize) {
            tasks.push(task);
            self.steps.push(Step::Track(part));
        }
    }

    /// Takes reports one after the other as [`Plan::report`] does; quicker than one by one.
    pub fn reports(&mut self, sequencer: &mut Sequencer, reports: impl IntoIterator<Item = Received>) {
        let mut reports = reports.into_iter();
        let mut ahead: Vec<Received> = Vec::with_capacity(LOOK_AHEAD);
        let mut numbers = Vec::with_capacity(LOOK_AHEAD);
        loop {
            ahead.extend(reports.by_ref().take(LOOK_AHEAD));
            if ahead.is_empty() {
                return;
            }
            numbers.clear();
            sequencer.look_ahead(ahead.iter().filter_map(|(report, _)| report.as_ref().ok()), &mut numbers);
            for (report, now) in ahead.drain(..) {
                self.report(sequencer, report, now);
            }
        }
    }

    /// Lets time pass, then takes a report that was received at `now`, or counts why there is none.
    pub fn report(&mut self, sequencer: &mut Sequencer, report: Result<Report, DropReason>, now: Timestamp) {
        self.pass(sequencer, now);
        match report.and_then(|report| sequencer.arrive(report, now)) {
            Ok(Place::Now(admitted)) => self.add(admitted.number, TrackTask::Report(admitted)),
            Ok(Place::Later) => {}
            Err(reason) => self.steps.push(Step::Dropped(reason)),
        }
    }

    /// Lets time pass until `now`, the receiver's time.
    pub fn pass(&mut self, sequencer: &mut Sequencer, now: Timestamp) {
        while let Some(due) = sequencer.due(now) {
            self.take(sequencer, due);
        }
    }

    /// Nothing more comes: what is held of a backlog has its place here.
    pub fn finish(&mut self, sequencer: &mut Sequencer) {
        while let Some(due) = sequencer.finish() {
            self.take(sequencer, due);
        }
    }

    fn take(&mut self, sequencer: &mut Sequencer, due: Due) {
        let Passed { ticks, silent, forgotten, at } = match due {
            Due::Passed(passed) => passed,
            Due::Report(report, received) => {
                match sequencer.admit(report, received) {
                    Ok(admitted) => self.add(admitted.number, TrackTask::Report(admitted)),
                    Err(reason) => self.steps.push(Step::Dropped(reason)),
                }
                return;
            }
        };
        if let Some((first, last)) = ticks {
            self.steps.push(Step::Ticks(first, last));
        }
        for (number, vehicle) in silent {
            self.add(number, TrackTask::Silent(number, vehicle, at));
        }
        for (number, vehicle) in forgotten {
            self.add(number, TrackTask::Forget(number, vehicle, at));
        }
    }

    /// Puts a zone in place of the one with the same id, from the next report on.
    pub fn set_zone(&mut self, zone: &Zone) {
        for tasks in &mut self.tasks {
            tasks.push(TrackTask::SetZone(Box::new(zone.clone())));
        }
    }

    /// Takes a zone away.
    pub fn remove_zone(&mut self, id: &ZoneId) {
        for tasks in &mut self.tasks {
            tasks.push(TrackTask::RemoveZone(id.clone()));
        }
    }
}

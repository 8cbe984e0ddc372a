//! The watch stage by itself: takes what the track stages found, in the plan's order.

use super::Step;
use crate::observation::Seen;
use crate::output::Output;
use crate::settings::Settings;
use crate::stages::Tracked;
use crate::stages::sequencer::TICK_MS;
use crate::watch::Watch;
use model::{DropReason, Timestamp};
use roadnet::Network;
use std::collections::VecDeque;
use std::sync::Arc;

/// Observations looked at together before they are taken one by one.
const LOOK_AHEAD: usize = 32;

/// Makes jams and accidents of what the track stages saw, and puts all outputs into one order.
#[derive(Debug)]
pub struct WatchStage {
    settings: Settings,
    watch: Watch,
    out: Vec<Output>,
}

impl WatchStage {
    /// Empty roads.
    #[must_use]
    pub fn new(settings: Settings, network: Arc<Network>) -> Self {
        Self { watch: Watch::new(network, settings.preset), settings, out: Vec::new() }
    }

    /// Takes back a jam or an accident that a former run kept under `key`; whether it was one.
    pub fn restore(&mut self, key: &str, value: serde_json::Value) -> bool {
        self.watch.restore(key, value)
    }

    /// Looks at the roads, every second from `first` to `last`.
    pub fn tick(&mut self, first: Timestamp, last: Timestamp, out: &mut VecDeque<Output>) {
        let mut at = first;
        while at <= last {
            self.watch.tick(at, &self.settings, &mut self.out);
            out.extend(self.out.drain(..));
            if self.watch.is_idle() {
                // Nothing is going on that the other looks could change.
                break;
            }
            at = at + TICK_MS;
        }
    }

    /// Takes what came of one task, its outputs first.
    pub fn take(&mut self, tracked: Tracked, out: &mut VecDeque<Output>) {
        out.extend(tracked.outputs);
        if let Some(seen) = tracked.seen {
            self.see(seen, out);
        }
    }

    /// Takes what came of a report.
    pub(crate) fn see(&mut self, seen: Seen, out: &mut VecDeque<Output>) {
        match seen {
            Seen::Position(observation) => self.watch.observe(&observation, &self.settings),
            Seen::Hazard(hazard, newest) => {
                self.watch.hear(hazard, newest, &self.settings, &mut self.out);
                out.extend(self.out.drain(..));
            }
        }
    }

    /// Looks at what the next observations of these vehicles will need.
    pub(crate) fn look_ahead(&self, numbers: &[u32]) {
        self.watch.look_ahead(numbers);
    }

    /// Goes through the steps of a plan with what each part found, in order; `reports` is told what became of every
    /// report.
    pub fn run(
        &mut self,
        steps: &[Step],
        found: Vec<Vec<Result<Tracked, DropReason>>>,
        out: &mut VecDeque<Output>,
        mut reports: impl FnMut(Result<(), DropReason>),
    ) {
        let mut found: Vec<_> = found.into_iter().map(Vec::into_iter).collect();
        let (each, mut numbers) = (LOOK_AHEAD.div_ceil(found.len().max(1)), Vec::with_capacity(LOOK_AHEAD));
        for (index, step) in steps.iter().enumerate() {
            if index % LOOK_AHEAD == 0 {
                numbers.clear();
                let next = found.iter().flat_map(|part| part.as_slice().iter().take(each));
                numbers.extend(next.filter_map(|found| match &found.as_ref().ok()?.seen {
                    Some(Seen::Position(observation)) => Some(observation.track),
                    _ => None,
                }));
                self.look_ahead(&numbers);
            }
            match *step {
                Step::Ticks(first, last) => self.tick(first, last, out),
                Step::Dropped(reason) => reports(Err(reason)),
                Step::Track(part) => match found.get_mut(part as usize).and_then(Iterator::next) {
                    Some(Ok(tracked)) => {
                        let is_report = tracked.seen.is_some();
                        self.take(tracked, out);
                        if is_report {
                            reports(Ok(()));
                        }
                    }
                    Some(Err(reason)) => reports(Err(reason)),
                    None => {}
                },
            }
        }
    }

    /// Whether there is nothing that time alone can change.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.watch.is_idle()
    }

    pub(crate) fn watch_mut(&mut self) -> &mut Watch {
        &mut self.watch
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }
}

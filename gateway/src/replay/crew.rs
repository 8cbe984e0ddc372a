//! A recording on several cores: the same events in the same order as on one.
//!
//! This thread reads lines in batches and gives each report its place. Each worker decodes every n-th batch and follows
//! every n-th vehicle. One more thread watches the roads and writes the events. While it is at one batch, the workers are
//! at the next ones.

use super::batch::Batch;
use super::detect::{Trouble, write_event};
use super::item::Item;
use super::summary::Summary;
use detect::stages::{Plan, Sequencer, Step, TrackStage, TrackTask, Tracked, WatchStage};
use detect::{Output, Settings};
use model::{DropReason, Zone};
use roadnet::Network;
use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Batches being worked on, for each worker. No channel ever holds more, so that nobody waits for room in one.
const BATCHES_A_WORKER: usize = 4;

/// What came of a part's tasks.
type Found = Vec<Result<Tracked, DropReason>>;

/// A batch and what its lines ask for.
type Decoded = (Batch, Vec<Item>);

/// Work for a worker.
enum Job {
    Decode(Batch),
    Track(Vec<TrackTask>),
}

/// One worker's ends of the channels.
struct Bench {
    jobs: Receiver<Job>,
    decoded: SyncSender<Decoded>,
    found: SyncSender<Found>,
}

/// A batch on its way to the watch stage.
#[derive(Default)]
struct Planned {
    steps: Vec<Step>,
    lines: usize,
    unreadable: u64,
    refused_zones: u64,
}

/// Runs the detector over the lines of `input` with so many workers and writes every event revision as a line.
pub fn replay(
    settings: &Settings,
    network: &Arc<Network>,
    zones: &[Zone],
    workers: u32,
    input: impl BufRead,
    output: &mut (impl Write + Send),
) -> Result<Summary, Trouble> {
    let mut tracks = TrackStage::in_parts(settings, Arc::clone(network), workers);
    for zone in zones {
        tracks.iter_mut().for_each(|part| part.set_zone(zone.clone()));
    }
    let watch = WatchStage::new(settings.clone(), Arc::clone(network));
    let most = BATCHES_A_WORKER * tracks.len();
    thread::scope(|scope| {
        let (mut lead, mut found) = (Lead::new(Sequencer::new(settings.clone()), most), Vec::new());
        for part in tracks {
            // A worker has at most a decoding and a tracking job of each batch.
            let (to_worker, jobs) = sync_channel(2 * most);
            let (decoded, from_worker) = sync_channel(most);
            let (to_watch, of_worker) = sync_channel(most);
            scope.spawn(move || work(part, &Bench { jobs, decoded, found: to_watch }));
            lead.workers.push((to_worker, from_worker));
            found.push(of_worker);
        }
        let (planned, steps) = sync_channel(most);
        let (done, finished) = sync_channel(most);
        let watching = scope.spawn(move || watch_roads(watch, &steps, &found, &done, output));
        let read = lead.run(input, &planned, &finished);
        drop((lead, planned));
        let written = watching.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // What could not be written explains why nothing more was read.
        let summary = written.map_err(Trouble::Output)?;
        read.map(|()| summary).map_err(Trouble::Input)
    })
}

/// Reads, hands out work and keeps the order.
struct Lead {
    sequencer: Sequencer,
    workers: Vec<(SyncSender<Job>, Receiver<Decoded>)>,
    /// Batches whose lines are not wanted any more.
    spare: Vec<Batch>,
    /// Most batches being worked on.
    most: usize,
}

impl Lead {
    fn new(sequencer: Sequencer, most: usize) -> Self {
        Self { sequencer, workers: Vec::new(), spare: Vec::new(), most }
    }

    /// Runs until the input ends, or until nobody takes the work any more.
    fn run(
        &mut self,
        mut input: impl BufRead,
        planned: &SyncSender<Planned>,
        finished: &Receiver<()>,
    ) -> std::io::Result<()> {
        let (mut decoding, mut planned_batches) = (VecDeque::new(), 0);
        let mut next = (0..self.workers.len()).cycle();
        let mut outcome = Ok(());
        let mut is_open = true;
        loop {
            while is_open && decoding.len() + planned_batches < self.most {
                let mut batch = self.spare.pop().unwrap_or_default();
                outcome = batch.read(&mut input);
                is_open = outcome.is_ok() && !batch.is_empty();
                let worker = next.next().unwrap_or(0);
                if !batch.is_empty() {
                    if self.workers[worker].0.send(Job::Decode(batch)).is_err() {
                        return outcome;
                    }
                    decoding.push_back(worker);
                }
                // The oldest batch is more urgent than filling up.
                planned_batches -= finished.try_iter().count();
                if decoding.len() >= 2 * self.workers.len() {
                    break;
                }
            }
            if let Some(worker) = decoding.pop_front() {
                let Ok((batch, items)) = self.workers[worker].1.recv() else { return outcome };
                if !self.plan(batch, items, planned) {
                    return outcome;
                }
                planned_batches += 1;
            } else if !is_open {
                self.finish(planned);
                return outcome;
            } else {
                let Ok(()) = finished.recv() else { return outcome };
                planned_batches -= 1;
            }
        }
    }

    /// Gives those reports their place that are still held.
    fn finish(&mut self, planned: &SyncSender<Planned>) {
        let mut plan = Plan::for_parts(u32::try_from(self.workers.len()).unwrap_or(1));
        plan.finish(&mut self.sequencer);
        if !plan.steps.is_empty() {
            self.hand_out(plan, Planned::default(), planned);
        }
    }

    /// Gives each report of a batch its place, and each worker its part; whether there is still somebody to do it.
    fn plan(&mut self, batch: Batch, items: Vec<Item>, planned: &SyncSender<Planned>) -> bool {
        let mut plan = Plan::for_parts(u32::try_from(self.workers.len()).unwrap_or(1));
        let (mut unreadable, mut refused_zones) = (0, 0);
        let sequencer = &mut self.sequencer;
        let mut items = items.into_iter().peekable();
        loop {
            // Nearly all are reports: they are quicker in a row.
            let row = std::iter::from_fn(|| match items.next_if(|item| matches!(item, Item::Report(..))) {
                Some(Item::Report(report, now)) => Some((report, now)),
                _ => None,
            });
            plan.reports(sequencer, row);
            let Some(item) = items.next() else { break };
            match item {
                Item::Report(report, now) => plan.report(sequencer, report, now),
                Item::SetZone(zone, now) => {
                    plan.pass(sequencer, now);
                    plan.set_zone(&zone);
                }
                Item::RemoveZone(id, now) => {
                    plan.pass(sequencer, now);
                    plan.remove_zone(&id);
                }
                Item::RefusedZone(now) => {
                    plan.pass(sequencer, now);
                    refused_zones += 1;
                }
                Item::Nothing(now) => plan.pass(sequencer, now),
                Item::Unreadable => unreadable += 1,
            }
        }
        let lines = batch.len();
        self.spare.push(batch);
        self.hand_out(plan, Planned { steps: Vec::new(), lines, unreadable, refused_zones }, planned)
    }

    /// Hands out what is planned; whether there is still somebody to do it.
    fn hand_out(&self, plan: Plan, counted: Planned, planned: &SyncSender<Planned>) -> bool {
        let is_taken = planned.send(Planned { steps: plan.steps, ..counted }).is_ok();
        let mut work = self.workers.iter().zip(plan.tasks);
        is_taken && work.all(|((worker, _), tasks)| worker.send(Job::Track(tasks)).is_ok())
    }
}

/// Does jobs until there are none, or nobody wants what comes of them.
fn work(mut part: TrackStage, bench: &Bench) {
    for job in &bench.jobs {
        let is_wanted = match job {
            Job::Decode(batch) => {
                let items = batch.items();
                bench.decoded.send((batch, items)).is_ok()
            }
            Job::Track(tasks) => bench.found.send(part.run(tasks)).is_ok(),
        };
        if !is_wanted {
            break;
        }
    }
}

/// Watches the roads and writes the events, batch by batch.
fn watch_roads(
    mut watch: WatchStage,
    planned: &Receiver<Planned>,
    workers: &[Receiver<Found>],
    done: &SyncSender<()>,
    output: &mut impl Write,
) -> std::io::Result<Summary> {
    let (mut summary, mut out) = (Summary::default(), VecDeque::new());
    for Planned { steps, lines, unreadable, refused_zones } in planned {
        // A worker that is gone leaves an empty part; the panic that ended it is passed on when all threads are joined.
        let found = workers.iter().map(|worker| worker.recv().unwrap_or_default()).collect();
        watch.run(&steps, found, &mut out, |fate| summary.report(fate));
        summary.lines += lines as u64;
        summary.unreadable += unreadable;
        summary.refused_zones += refused_zones;
        for output_of_batch in out.drain(..) {
            if let Output::Event(event) = output_of_batch {
                write_event(&event, output, &mut summary)?;
            }
        }
        // At the end of the input nobody counts any more.
        let _ = done.send(());
    }
    output.flush()?;
    Ok(summary)
}

//! The detector, set up and fed.

use bench::{City, Fleet, Stopwatch, payload, topic, zones};
use detect::stages::{Plan, Received, Sequencer, TrackStage, WatchStage};
use detect::{Detector, Settings, Taken};
use model::PositionReport;
use model::codec::{Report, decode};
use model::topic::Topic;
use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// Reports made up at once, outside of the measured time.
const CHUNK: u64 = 10_000;
/// Reports handed to the detector at once, as many as the gateway takes from the broker at once.
const BATCH: usize = 1_000;
/// Each vehicle has reported so often before anything is measured.
const ROUNDS_BEFORE: usize = 3;

/// A detector that knows a fleet.
pub struct Rig {
    fleet: Fleet,
    detector: Detector,
}

impl Rig {
    /// With so many vehicles that all have reported, and so many zones.
    pub fn new(city: &City, vehicles: usize, n_zones: usize) -> Self {
        let mut detector = Detector::new(Settings::default(), Arc::clone(&city.network));
        for zone in zones(city, n_zones) {
            detector.set_zone(zone);
        }
        let mut rig = Self { fleet: Fleet::new(city, vehicles), detector };
        rig.detect((vehicles * ROUNDS_BEFORE) as u64);
        rig
    }

    /// The time of so many reports in the detector.
    pub fn detect(&mut self, reports: u64) -> Duration {
        in_chunks(reports, |count| {
            let mut reports = (0..count).map(|_| self.fleet.report()).collect::<Vec<_>>().into_iter();
            let watch = Stopwatch::start();
            for _ in 0..reports.len().div_ceil(BATCH) {
                self.take(reports.by_ref().take(BATCH).map(received));
            }
            watch.read()
        })
    }

    /// The time of so many reports in the decoder.
    pub fn decode(&mut self, reports: u64) -> Duration {
        in_chunks(reports, |count| {
            let messages = self.messages(count);
            let watch = Stopwatch::start();
            for (topic, payload) in &messages {
                let Ok(topic) = Topic::parse(black_box(topic)) else { continue };
                decode(&topic, payload.as_bytes(), |report| drop(black_box(report)));
            }
            watch.read()
        })
    }

    /// The time of so many reports in the decoder and the detector.
    pub fn decode_and_detect(&mut self, reports: u64) -> Duration {
        in_chunks(reports, |count| {
            let messages = self.messages(count);
            let watch = Stopwatch::start();
            let mut reports = Vec::new();
            for messages in messages.chunks(BATCH) {
                for (topic, payload) in messages {
                    let Ok(topic) = Topic::parse(topic) else { continue };
                    decode(&topic, payload.as_bytes(), |report| match report {
                        Ok(Report::Position(report)) => reports.push(received(report)),
                        other => drop(black_box(other)),
                    });
                }
                self.take(reports.drain(..));
            }
            watch.read()
        })
    }

    fn messages(&mut self, count: u64) -> Vec<(String, String)> {
        let mut json = String::new();
        (0..count)
            .map(|_| {
                let report = self.fleet.report();
                payload(&report, &mut json);
                (topic(&report), json.clone())
            })
            .collect()
    }

    fn take(&mut self, reports: impl Iterator<Item = Received>) {
        self.detector
            .handle_reports(reports, |fate| assert_eq!(fate, Ok(Taken::Used), "made-up reports are sound"));
        while let Some(output) = self.detector.poll_output() {
            drop(black_box(output));
        }
    }
}

/// A report that is received as soon as it is made.
fn received(report: PositionReport) -> Received {
    let now = report.ts;
    (Ok(Report::Position(report)), now)
}

/// The detector's stages one after the other.
pub struct StagesRig {
    fleet: Fleet,
    sequencer: Sequencer,
    tracks: TrackStage,
    watch: WatchStage,
}

impl StagesRig {
    /// With so many vehicles that all have reported, and so many zones.
    pub fn new(city: &City, vehicles: usize, n_zones: usize) -> Self {
        let settings = Settings::default();
        let mut tracks = TrackStage::new(settings.clone(), Arc::clone(&city.network));
        for zone in zones(city, n_zones) {
            tracks.set_zone(zone);
        }
        let mut rig = Self {
            fleet: Fleet::new(city, vehicles),
            sequencer: Sequencer::new(settings.clone()),
            tracks,
            watch: WatchStage::new(settings, Arc::clone(&city.network)),
        };
        rig.run((vehicles * ROUNDS_BEFORE) as u64);
        rig
    }

    /// The time of so many reports in each of the stages.
    pub fn run(&mut self, reports: u64) -> [Duration; 3] {
        let mut sums = [Duration::ZERO; 3];
        in_chunks(reports, |count| {
            let reports: Vec<Received> = (0..count).map(|_| received(self.fleet.report())).collect();
            for batch in reports.chunks(BATCH) {
                let batch = batch.to_vec();
                let watch = Stopwatch::start();
                let mut plan = Plan::for_parts(1);
                plan.reports(&mut self.sequencer, batch);
                sums[0] += watch.read();

                let watch = Stopwatch::start();
                let found = self.tracks.run(plan.tasks.into_iter().flatten());
                sums[1] += watch.read();

                let watch = Stopwatch::start();
                let mut out = VecDeque::new();
                self.watch.run(&plan.steps, vec![found], &mut out, |fate| assert_eq!(fate, Ok(()), "sound"));
                drop(black_box(out));
                sums[2] += watch.read();
            }
            Duration::ZERO
        });
        sums
    }
}

/// Sums up the times of a number of reports taken by chunks.
pub fn in_chunks(reports: u64, mut time: impl FnMut(u64) -> Duration) -> Duration {
    let mut sum = Duration::ZERO;
    let mut left = reports;
    while left > 0 {
        let count = left.min(CHUNK);
        sum += time(count);
        left -= count;
    }
    sum
}

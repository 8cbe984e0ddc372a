//! The detector, set up and fed.

use crate::clock::Stopwatch;
use bench::{City, Fleet, payload, topic, zones};
use detect::stages::{Admitted, Sequencer, TrackStage, TrackTask, WatchStage};
use detect::{Detector, Settings};
use model::PositionReport;
use model::codec::{Report, decode};
use model::topic::Topic;
use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// Reports made up at once, outside of the measured time.
const CHUNK: u64 = 10_000;
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
            let reports: Vec<PositionReport> = (0..count).map(|_| self.fleet.report()).collect();
            let watch = Stopwatch::start();
            for report in reports {
                self.take(report);
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
            for (topic, payload) in &messages {
                let Ok(topic) = Topic::parse(topic) else { continue };
                decode(&topic, payload.as_bytes(), |report| match report {
                    Ok(Report::Position(report)) => self.take(report),
                    other => drop(black_box(other)),
                });
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

    fn take(&mut self, report: PositionReport) {
        let now = report.ts;
        let fate = self.detector.handle_report(Report::Position(report), now);
        assert_eq!(black_box(fate), Ok(()), "made-up reports are sound");
        while let Some(output) = self.detector.poll_output() {
            drop(black_box(output));
        }
    }
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
            let reports: Vec<PositionReport> = (0..count).map(|_| self.fleet.report()).collect();
            let watch = Stopwatch::start();
            let mut ticks = Vec::new();
            let admitted: Vec<Admitted> = (reports.into_iter().enumerate())
                .filter_map(|(index, report)| {
                    let now = report.ts;
                    ticks.extend(self.sequencer.pass(now).and_then(|passed| Some((index, passed.ticks?))));
                    self.sequencer.admit(Report::Position(report), now).ok()
                })
                .collect();
            sums[0] += watch.read();

            let tasks: Vec<TrackTask> = admitted.into_iter().map(TrackTask::Report).collect();
            let watch = Stopwatch::start();
            let found = self.tracks.run(tasks);
            sums[1] += watch.read();

            let watch = Stopwatch::start();
            let (mut out, mut ticks) = (VecDeque::new(), ticks.into_iter().peekable());
            for (index, tracked) in found.into_iter().enumerate() {
                while let Some((_, (first, last))) = ticks.next_if(|(at, _)| *at <= index) {
                    self.watch.tick(first, last, &mut out);
                }
                if let Ok(tracked) = tracked {
                    self.watch.take(tracked, &mut out);
                }
                drop(black_box(out.drain(..)));
            }
            sums[2] += watch.read();
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

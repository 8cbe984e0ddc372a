//! A gateway that is killed at any moment tells exactly the events of one that is not.

use super::*;
use crate::pipeline::Job;
use crate::pipeline::TrafficMeter;
use crate::pipeline::{Decoded, Decoding, Intake, JournalState, Journaling, Keeping, Work};
use crate::store::{Batch, Store};
use detect::{Detector, Settings};
use link::Readiness;
use link::mqtt::Message;
use model::{Event, Timestamp};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use tokio_util::sync::CancellationToken;

const ROAD: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"1","properties":{"highway":"primary","maxspeed":"50"},
    "geometry":{"type":"LineString","coordinates":[[24.94,60.16],[24.94,60.18]]}}]}"#;
const ZONE: &str = r#"{"type":"Feature","properties":{"id":"z","radius_m":100},"geometry":{"type":"Point","coordinates":[24.94,60.17]}}"#;
const START_MS: i64 = 1_760_000_000_000;
const FINGERPRINT: Fingerprint = Fingerprint { program: 1, roads: 2, settings: 3 };

fn detector() -> Detector {
    let (network, _) = roadnet::read(ROAD.as_bytes()).unwrap();
    Detector::new(Settings::default(), Arc::new(network))
}

fn message(topic: &str, payload: String) -> Message {
    Message { topic: topic.into(), payload: payload.into(), retain: false, ack: None }
}

/// A zone, vehicles that drive through it, a queue that stands, two that crash; when each is received.
fn messages() -> Vec<(Message, Timestamp)> {
    let mut all = vec![(message("vigiroute/v1/zones/z", ZONE.into()), Timestamp::from_ms_clamped(START_MS))];
    for second in 0..240_i64 {
        let ts = START_MS + second * 1_000;
        let now = Timestamp::from_ms_clamped(ts + 100);
        let mut report = |vehicle: &str, north_m: f64, speed: f64| {
            let lat = 60.16 + north_m / 111_195.0;
            let payload = format!(r#"{{"ts":{ts},"lat":{lat},"lon":24.94,"speed":{speed},"heading":0}}"#);
            all.push((message(&format!("vigiroute/v1/vehicles/{vehicle}/position"), payload), now));
        };
        for vehicle in 0..4 {
            report(&format!("drives{vehicle}"), ((second * 12 + vehicle * 300) % 2_100) as f64, 12.0);
        }
        for vehicle in 0..14_i64 {
            let queue_m = 2_000.0 - 8.0 * vehicle as f64;
            let north_m = (second as f64 * 13.0).min(queue_m);
            report(&format!("waits{vehicle}"), north_m, if north_m < queue_m { 13.0 } else { 0.0 });
        }
        if second == 50 || second == 52 {
            let payload = format!(r#"{{"ts":{ts},"lat":60.165,"lon":24.94,"cause":2}}"#);
            all.push((message(&format!("vigiroute/v1/vehicles/drives{}/hazard", second % 4), payload), now));
        }
    }
    all
}

/// A gateway without its connections.
struct Gateway {
    decoding: Decoding,
    intake: Intake,
    jobs: Option<mpsc::SyncSender<Job>>,
    journaling: Option<std::thread::JoinHandle<anyhow::Result<()>>>,
    outbox: std::thread::JoinHandle<()>,
}

impl Gateway {
    /// Begins with what the last one left. Only the first `stored` batches with events or state reach the outbox.
    fn start(folder: &Path, now: Timestamp, stored: usize) -> Self {
        let store = Arc::new(Store::open(folder).unwrap());
        let snapshots = SnapshotFile::new(folder, FINGERPRINT);
        let mut detector = detector();
        let seq = recover(folder, &snapshots, &mut detector, &store, now).unwrap().seq;
        secure(folder, &snapshots, &detector, seq).unwrap();
        let (outbox, batches) = mpsc::sync_channel::<Batch>(1_000);
        let state = Arc::new(JournalState::default());
        let keeping = Keeping {
            folder: folder.to_owned(),
            seq,
            snapshots,
            mqtt: None,
            outbox,
            store: Arc::clone(&store),
            disk: Readiness::new().condition("disk"),
            ending: CancellationToken::new(),
        };
        let journaling = Journaling::begin(keeping, Arc::clone(&state)).unwrap();
        let outbox = std::thread::spawn(move || {
            batches.iter().take(stored).for_each(|batch| store.commit(&batch, 0).unwrap());
            state.outbox_ended.store(true, Ordering::Release);
            batches.iter().for_each(drop);
        });
        let (jobs, to_journal) = mpsc::sync_channel(1_000);
        let journaling = Some(std::thread::spawn(move || journaling.run(&to_journal)));
        Self {
            decoding: Decoding::new(),
            intake: Intake::new(detector),
            jobs: Some(jobs),
            journaling,
            outbox,
        }
    }

    fn take(&mut self, messages: &[(Message, Timestamp)]) {
        let mut work = Work::default();
        let mut decoded = Decoded::default();
        let mut meter = TrafficMeter::new(tokio::time::Instant::now());
        for (message, now) in messages {
            self.decoding.take(message, *now, &mut decoded);
        }
        self.intake.take(decoded.pieces, &mut work.batch, &mut meter);
        self.intake.finish(&mut work);
        self.jobs.as_ref().unwrap().send(Job::Work(work)).unwrap();
    }

    fn take_snapshot(&mut self) {
        let snapshot = Snapshot::take(self.intake.detector(), 0).unwrap();
        self.jobs.as_ref().unwrap().send(Job::Snapshot(snapshot)).unwrap();
    }

    /// Ends it.
    fn kill(mut self) {
        drop(self.jobs.take());
        self.journaling.take().unwrap().join().unwrap().unwrap();
        self.outbox.join().unwrap();
    }
}

/// The outbox, by content.
fn told(folder: &Path) -> Vec<Event> {
    let store = Store::open(folder).unwrap();
    let waiting = store.outbox_from(0, 10_000).unwrap();
    waiting.iter().map(|one| serde_json::from_str(&one.json).unwrap()).collect()
}

fn faultless(batch: usize) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let messages = messages();
    let mut gateway = Gateway::start(folder.path(), messages[0].1, usize::MAX);
    messages.chunks(batch).for_each(|chunk| gateway.take(chunk));
    gateway.kill();
    told(folder.path())
}

/// Runs with a kill after every so many batches, the outbox each time `lost` batches behind the journal, and a snapshot
/// before every other kill; the broker sends the batch before the kill once more.
fn with_kills(batch: usize, every: usize, lost: usize, harm: impl Fn(&Path)) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let messages = messages();
    let chunks: Vec<_> = messages.chunks(batch).collect();
    for (run, lives) in chunks.chunks(every).enumerate() {
        let again = chunks[(run * every).saturating_sub(1)];
        let is_last = (run + 1) * every >= chunks.len();
        let stored = if is_last { usize::MAX } else { (every + 1).saturating_sub(lost) };
        let mut gateway = Gateway::start(folder.path(), lives[0][0].1, stored);
        let now = lives[0][0].1;
        gateway.take(&again.iter().map(|(message, _)| (message.clone(), now)).collect::<Vec<_>>());
        for (index, chunk) in lives.iter().enumerate() {
            gateway.take(chunk);
            if run % 2 == 1 && index == every / 2 {
                gateway.take_snapshot();
            }
        }
        gateway.kill();
        harm(folder.path());
    }
    Gateway::start(folder.path(), messages[messages.len() - 1].1, usize::MAX).kill();
    told(folder.path())
}

#[test]
fn kills_change_no_event() {
    let expected = faultless(40);
    for kind in [model::EventKind::Jam, model::EventKind::Accident, model::EventKind::ZoneExit] {
        assert!(expected.iter().any(|event| event.kind == kind), "{kind:?}");
    }
    assert_eq!(faultless(7), expected);
    for (batch, every, lost) in [(40, 10, 0), (40, 7, 3), (100, 5, 5), (333, 1, 1), (13, 90, 17)] {
        assert_eq!(with_kills(batch, every, lost, |_| {}), expected, "{batch} {every} {lost}");
    }
}

#[test]
fn what_was_half_written_is_passed_over() {
    // The broker sends again what was not acknowledged; here that is nothing, so that only rubbish may be cut.
    let soil = |folder: &Path| {
        let newest = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
            .max();
        let mut file = std::fs::OpenOptions::new().append(true).open(newest.unwrap()).unwrap();
        std::io::Write::write_all(&mut file, &[200, 0, 0, 0, 1, 2, 3, 4, 5]).unwrap();
    };
    assert_eq!(with_kills(40, 10, 2, soil), faultless(40));
}

#[test]
fn a_snapshot_of_no_use_leaves_the_open_events() {
    let folder = tempfile::tempdir().unwrap();
    let messages = messages();
    let mut gateway = Gateway::start(folder.path(), messages[0].1, usize::MAX);
    messages.chunks(40).take(60).for_each(|chunk| gateway.take(chunk));
    gateway.kill();
    let before = told(folder.path());
    let other = SnapshotFile::new(folder.path(), Fingerprint { roads: 9, ..FINGERPRINT });
    let error = other.restore(&mut detector()).unwrap_err();
    assert_eq!(error, "it is of another road network");
    let path = folder.path().join("detector.snapshot");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let store = Store::open(folder.path()).unwrap();
    let seq = store.done();
    assert!(seq > 0);
    let mut detector = detector();
    let snapshots = SnapshotFile::new(folder.path(), FINGERPRINT);
    let recovered = recover(folder.path(), &snapshots, &mut detector, &store, messages[0].1).unwrap();
    assert_eq!((recovered.reports, recovered.events), (0, 0));
    assert!(recovered.seq >= seq);
    assert_eq!(detector.zone_count(), 1);
    drop(store);
    assert_eq!(told(folder.path()), before);
}

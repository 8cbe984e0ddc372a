//! Whatever is reported, however late, lossy or repeated, and wherever the detector is killed: every event has one legal
//! life. Repeats change nothing, nor does how the reports are cut into batches. No threshold is asserted here.

use crate::laws::Laws;
use crate::world::{STREETS, at, place};
use crate::zones::CENTRE;
use detect::{Detector, Output, Preset, Settings};
use model::codec::Report;
use model::{Cause, Event, EventKind, HazardReport, PositionReport, Timestamp, VehicleId, Zone};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A report, and when it is received.
type Message = (Report, Timestamp);

/// What some vehicles do for a while.
#[derive(Debug, Clone)]
enum Scene {
    /// They drive on, with this speed.
    Drive { vehicles: u32, head_m: f64, speed_mps: f64, seconds: u32 },
    /// They drive up and stand behind one another.
    Queue { vehicles: u32, head_m: f64, seconds: u32 },
    /// Two stand and report a crash; later they take it back or not.
    Crash { at_m: f64, seconds: u32, cancel: bool },
    /// Nobody reports.
    Silence { seconds: u32 },
}

fn scene() -> impl Strategy<Value = Scene> {
    prop_oneof![
        (1..6_u32, 0.0..900.0, 5.0..20.0, 5..40_u32).prop_map(|(vehicles, head_m, speed_mps, seconds)| {
            Scene::Drive { vehicles, head_m, speed_mps, seconds }
        }),
        (3..18_u32, 200.0..900.0, 10..130_u32).prop_map(|(vehicles, head_m, seconds)| Scene::Queue {
            vehicles,
            head_m,
            seconds
        }),
        (50.0..950.0, 1..60_u32, any::<bool>()).prop_map(|(at_m, seconds, cancel)| Scene::Crash {
            at_m,
            seconds,
            cancel
        }),
        (1..400_u32).prop_map(|seconds| Scene::Silence { seconds }),
    ]
}

/// All reports of some scenes one after the other, each received when it is measured.
fn play(scenes: &[Scene]) -> Vec<Message> {
    let (mut messages, mut now_s) = (Vec::new(), 0.0);
    for (number, scene) in scenes.iter().enumerate() {
        let mut at_second = |second: u32, vehicle: u32, east_m: f64, speed_mps: f64| {
            let at_s = now_s + f64::from(second) + f64::from(vehicle) / 100.0;
            // Every scene has vehicles of its own; what the last ones left behind is the detector's to clear up.
            messages.push((position(&format!("s{number}v{vehicle}"), at_s, east_m, speed_mps), at(at_s)));
        };
        match *scene {
            Scene::Drive { vehicles, head_m, speed_mps, seconds } => {
                for second in 0..seconds {
                    for vehicle in 0..vehicles {
                        let east_m = head_m + f64::from(second) * speed_mps - 30.0 * f64::from(vehicle);
                        at_second(second, vehicle, east_m, speed_mps);
                    }
                }
                now_s += f64::from(seconds);
            }
            Scene::Queue { vehicles, head_m, seconds } => {
                for second in 0..seconds {
                    let left_s = f64::from(5_u32.saturating_sub(second));
                    let speed_mps = if left_s > 0.0 { 10.0 } else { 0.0 };
                    (0..vehicles).for_each(|v| {
                        at_second(second, v, head_m - 10.0 * left_s - 9.0 * f64::from(v), speed_mps);
                    });
                }
                now_s += f64::from(seconds);
            }
            Scene::Crash { at_m, seconds, cancel } => {
                for second in 0..seconds {
                    (0..2).for_each(|v| at_second(second, v, at_m - 8.0 * f64::from(v), 0.0));
                }
                let ends = if cancel {
                    vec![(0.5, false), (f64::from(seconds) - 0.3, true)]
                } else {
                    vec![(0.5, false)]
                };
                for (second, cancel) in ends {
                    for vehicle in 0..2 {
                        let at_s = now_s + second + f64::from(vehicle) / 100.0;
                        messages.push((crash(&format!("s{number}v{vehicle}"), at_s, at_m, cancel), at(at_s)));
                    }
                }
                now_s += f64::from(seconds);
            }
            Scene::Silence { seconds } => now_s += f64::from(seconds),
        }
    }
    messages.sort_by_key(|(_, received)| *received);
    messages
}

fn position(vehicle: &str, at_s: f64, east_m: f64, speed_mps: f64) -> Report {
    Report::Position(PositionReport {
        vehicle: VehicleId::new(vehicle).expect("an id"),
        ts: at(at_s),
        position: place(east_m, 0.0),
        speed_mps: Some(speed_mps),
        heading_deg: Some(90.0),
        acceleration_mps2: None,
        accuracy_m: None,
        kind: None,
    })
}

fn crash(vehicle: &str, at_s: f64, east_m: f64, cancel: bool) -> Report {
    Report::Hazard(HazardReport {
        vehicle: VehicleId::new(vehicle).expect("an id"),
        ts: at(at_s),
        position: place(east_m, 0.0),
        cause: Cause::new(Cause::ACCIDENT),
        heading_deg: None,
        validity_s: 60,
        cancel,
    })
}

/// A detector, killed and replaced at will, under the eye of the laws.
struct Watched {
    settings: Settings,
    network: Arc<roadnet::Network>,
    detector: Detector,
    laws: Laws,
    outputs: Vec<Output>,
    /// The newest report of every vehicle up to the last kill. A program that may hear reports again after a restart keeps
    /// such marks, as the gateway does.
    marks: BTreeMap<VehicleId, Timestamp>,
    newest: BTreeMap<VehicleId, Timestamp>,
}

impl Watched {
    fn new(preset: Preset) -> Self {
        let (network, _) = roadnet::read_geojson(STREETS.as_bytes()).expect("a network");
        let mut settings = Settings { preset, ..Settings::default() };
        // All scenes together are shorter: who has left a zone in silence and then reports late has visits that
        // only the zones' own tests judge.
        settings.zones.silent_exit_s = 3_600.0;
        settings.reports.forget_after_s = 7_200.0;
        assert_eq!(settings.check(), Ok(()));
        let network = Arc::new(network);
        let detector = Detector::new(settings.clone(), Arc::clone(&network));
        let mut new = Self {
            settings,
            network,
            detector,
            laws: Laws::default(),
            outputs: Vec::new(),
            marks: BTreeMap::new(),
            newest: BTreeMap::new(),
        };
        new.set_zone();
        new
    }

    fn set_zone(&mut self) {
        self.detector.set_zone(Zone::from_geojson(CENTRE.as_bytes()).expect("a zone"));
    }

    fn hear(&mut self, (report, now): &Message) {
        let (Report::Position(PositionReport { vehicle, ts, .. })
        | Report::Hazard(HazardReport { vehicle, ts, .. })) = report;
        if self.marks.get(vehicle).is_some_and(|mark| ts <= mark) {
            return;
        }
        let newest = self.newest.entry(vehicle.clone()).or_insert(*ts);
        *newest = (*newest).max(*ts);
        // Late ones are refused with a reason, which is as good.
        let _ = self.detector.handle_report(report.clone(), *now);
    }

    fn collect(&mut self) {
        while let Some(output) = self.detector.poll_output() {
            self.laws.take(output.clone());
            self.outputs.push(output);
        }
        self.laws.settle();
    }

    /// The outputs that were not polled are lost with it, as nothing of them was kept.
    fn restart(&mut self) {
        self.marks.clone_from(&self.newest);
        self.detector = Detector::new(self.settings.clone(), Arc::clone(&self.network));
        self.set_zone();
        assert_eq!(self.detector.restore(self.laws.state()), Vec::<String>::new(), "unreadable state");
    }

    /// Somebody reports twice more, so that a detector just restarted knows that time passes; then nobody does for a day.
    fn wait_for_the_end(&mut self, after: Timestamp) {
        for more_s in [1.0, 2.0] {
            let last_s = crate::world::second(after) + more_s;
            self.hear(&(position("last", last_s, 20_000.0, 10.0), at(last_s)));
            self.collect();
        }
        let end = after + 86_400_000;
        for _ in 0..10_000 {
            let Some(due) = self.detector.poll_timeout().filter(|due| *due <= end) else { break };
            self.detector.handle_timeout(due);
            self.collect();
        }
        self.detector.handle_timeout(end);
        self.collect();
    }

    fn events(&self) -> Vec<&Event> {
        self.outputs
            .iter()
            .filter_map(|output| if let Output::Event(event) = output { Some(&**event) } else { None })
            .collect()
    }
}

fn preset() -> impl Strategy<Value = Preset> {
    prop_oneof![Just(Preset::Standard), Just(Preset::Course)]
}

/// What the network does to a message: lost, late by some messages, repeated.
fn fates() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((any::<u8>(), any::<u8>()), 64)
}

/// Loses, repeats and delays messages, by the fates taken round and round.
fn mistreat(messages: &[Message], fates: &[(u8, u8)]) -> Vec<Message> {
    let mut treated: Vec<(usize, Message)> = Vec::new();
    for (index, (message, (fate, much))) in messages.iter().zip(fates.iter().cycle()).enumerate() {
        match fate {
            0..=25 => {}
            26..=50 => treated.push((index + usize::from(*much), message.clone())),
            51..=75 => treated.extend([0, usize::from(*much)].map(|late| (index + late, message.clone()))),
            _ => treated.push((index, message.clone())),
        }
    }
    treated.sort_by_key(|(place, _)| *place);
    // Whatever comes late is received late.
    let mut now = Timestamp::from_ms_clamped(0);
    treated
        .into_iter()
        .map(|(_, (report, received))| {
            now = now.max(received);
            (report, now)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_life_is_legal_whatever_is_lost_late_repeated_or_killed(
        preset in preset(),
        scenes in prop::collection::vec(scene(), 1..8),
        fates in fates(),
        kills in prop::collection::vec(0..3_000_usize, 0..4),
    ) {
        let messages = mistreat(&play(&scenes), &fates);
        let mut watched = Watched::new(preset);
        for (index, message) in messages.iter().enumerate() {
            if kills.contains(&index) {
                watched.restart();
            }
            watched.hear(message);
            watched.collect();
        }
        let last = messages.last().map_or(at(0.0), |(_, received)| *received);
        watched.wait_for_the_end(last);
        let open: Vec<&Event> = watched.events().into_iter().filter(|event| {
            event.kind.is_episode() && watched.laws.goes_on(event.id)
        }).collect();
        prop_assert!(open.is_empty(), "goes on for ever: {open:?}");
    }

    #[test]
    fn what_is_repeated_changes_nothing(
        preset in preset(),
        scenes in prop::collection::vec(scene(), 1..6),
        repeats in prop::collection::vec(0..4_usize, 16),
    ) {
        let messages = play(&scenes);
        let (mut once, mut often) = (Watched::new(preset), Watched::new(preset));
        for (message, repeats) in messages.iter().zip(repeats.iter().cycle()) {
            once.hear(message);
            once.collect();
            for _ in 0..=*repeats {
                often.hear(message);
                often.collect();
            }
        }
        // A repeat lets time pass, as the next message does.
        if let Some((_, last)) = messages.last() {
            once.detector.handle_timeout(*last);
            once.collect();
        }
        prop_assert_eq!(once.events(), often.events());
    }

    #[test]
    fn however_it_is_cut_into_batches_it_is_the_same(
        preset in preset(),
        scenes in prop::collection::vec(scene(), 1..6),
        fates in fates(),
        sizes in prop::collection::vec(1..200_usize, 8),
    ) {
        let messages = mistreat(&play(&scenes), &fates);
        let (mut singly, mut batches, mut whole) =
            (Watched::new(preset), Watched::new(preset), Watched::new(preset));
        for message in &messages {
            singly.hear(message);
            singly.collect();
        }
        let (mut rest, mut sizes) = (&messages[..], sizes.iter().cycle());
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(rest.len().min(*sizes.next().unwrap_or(&1)));
            batch.iter().for_each(|message| batches.hear(message));
            batches.collect();
            rest = later;
        }
        messages.iter().for_each(|message| whole.hear(message));
        whole.collect();
        prop_assert_eq!(&singly.outputs, &batches.outputs);
        prop_assert_eq!(&singly.outputs, &whole.outputs);
    }
}

#[test]
fn the_scenes_come_to_events_of_every_type() {
    let scenes = [
        Scene::Drive { vehicles: 1, head_m: 100.0, speed_mps: 12.0, seconds: 40 },
        Scene::Queue { vehicles: 14, head_m: 700.0, seconds: 110 },
        Scene::Crash { at_m: 250.0, seconds: 30, cancel: true },
    ];
    for preset in [Preset::Standard, Preset::Course] {
        let mut watched = Watched::new(preset);
        for message in play(&scenes) {
            watched.hear(&message);
            watched.collect();
        }
        for kind in EventKind::ALL {
            assert!(watched.laws.count(kind) > 0, "no {} with {preset:?}", kind.as_str());
        }
    }
}

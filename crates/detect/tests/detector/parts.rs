//! The stages in any number of parts and with plans of any length: the same outputs, byte for byte.

use crate::world::{at, place};
use crate::zones::CENTRE;
use detect::stages::{Plan, Sequencer, TrackStage, WatchStage};
use detect::{Detector, Output, Settings, Taken};
use model::codec::Report;
use model::{Cause, DropReason, HazardReport, PositionReport, Timestamp, VehicleId, Zone};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;

/// What somebody sends, and when it is received.
#[derive(Debug, Clone)]
pub enum Message {
    Report(Result<Report, DropReason>, Timestamp),
    SetZone,
    RemoveZone,
}

/// All that came out: outputs as JSON, and the fate of each report.
pub type Outcome = (Vec<String>, Vec<Result<(), DropReason>>);

/// What became of a report, and of those that were held until then.
fn fate(fates: &mut Vec<Result<(), DropReason>>, detector: &mut Detector, taken: Result<Taken, DropReason>) {
    fates.extend(std::iter::from_fn(|| detector.poll_fate()).map(|fate| fate.outcome));
    fates.extend(match taken {
        Ok(Taken::Used) => Some(Ok(())),
        Ok(Taken::Held) => None,
        Err(reason) => Some(Err(reason)),
    });
}

pub fn network() -> Arc<roadnet::Network> {
    let (network, _) = roadnet::read_geojson(crate::world::STREETS.as_bytes()).expect("a network");
    Arc::new(network)
}

pub fn zone() -> Zone {
    Zone::from_geojson(CENTRE.as_bytes()).expect("a zone")
}

pub fn settings() -> Settings {
    let mut settings = Settings::default();
    // Short enough for the silences below.
    settings.zones.silent_exit_s = 20.0;
    settings.reports.forget_after_s = 60.0;
    settings.jams.min_slow_s = 2.0;
    settings.jams.onset_s = 3.0;
    settings
}

pub fn position(vehicle: usize, at_s: f64, east_m: f64, speed_mps: f64) -> Report {
    Report::Position(PositionReport {
        vehicle: VehicleId::new(&format!("v{vehicle}")).expect("an id"),
        ts: at(at_s),
        position: place(east_m, 0.0),
        speed_mps: Some(speed_mps),
        heading_deg: Some(90.0),
        acceleration_mps2: None,
        accuracy_m: Some(2.0),
        kind: None,
    })
}

pub fn crash(vehicle: usize, at_s: f64, east_m: f64, cancel: bool) -> Report {
    Report::Hazard(HazardReport {
        vehicle: VehicleId::new(&format!("v{vehicle}")).expect("an id"),
        ts: at(at_s),
        position: place(east_m, 0.0),
        cause: Cause::new(Cause::ACCIDENT),
        heading_deg: None,
        validity_s: 600,
        cancel,
    })
}

pub fn text(output: &Output) -> String {
    serde_json::to_string(output).expect("JSON")
}

pub fn in_one(messages: &[Message]) -> Outcome {
    let mut detector = Detector::new(settings(), network());
    let (mut outputs, mut fates) = (Vec::new(), Vec::new());
    for message in messages {
        match message {
            Message::Report(report, now) => {
                detector.handle_timeout(*now);
                let taken = report.clone().and_then(|report| detector.handle_report(report, *now));
                fate(&mut fates, &mut detector, taken);
            }
            Message::SetZone => detector.set_zone(zone()),
            Message::RemoveZone => {
                detector.remove_zone(&zone().id);
            }
        }
        outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    }
    detector.finish();
    fate(&mut fates, &mut detector, Ok(Taken::Held));
    outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    (outputs, sorted(fates))
}

/// Who is held has his fate later: their order says nothing.
fn sorted(mut fates: Vec<Result<(), DropReason>>) -> Vec<Result<(), DropReason>> {
    fates.sort();
    fates
}

fn in_parts(messages: &[Message], parts: u32, plan_length: usize) -> Outcome {
    let network = network();
    let mut sequencer = Sequencer::new(settings());
    let mut tracks = TrackStage::in_parts(&settings(), Arc::clone(&network), parts);
    let mut watch = WatchStage::new(settings(), network);
    let (mut outputs, mut fates) = (VecDeque::new(), Vec::new());
    let mut chunks = 0;
    for chunk in messages.chunks(plan_length) {
        let mut plan = Plan::for_parts(parts);
        for message in chunk {
            match message {
                Message::Report(report, now) => plan.report(&mut sequencer, report.clone(), *now),
                Message::SetZone => plan.set_zone(&zone()),
                Message::RemoveZone => plan.remove_zone(&zone().id),
            }
        }
        chunks += 1;
        if chunks == messages.len().div_ceil(plan_length) {
            plan.finish(&mut sequencer);
        }
        let found = tracks.iter_mut().zip(plan.tasks).map(|(part, tasks)| part.run(tasks)).collect();
        watch.run(&plan.steps, found, &mut outputs, |fate| fates.push(fate));
    }
    (outputs.iter().map(text).collect(), sorted(fates))
}

fn in_batches(messages: &[Message]) -> Outcome {
    let mut detector = Detector::new(settings(), network());
    let (mut outputs, mut fates) = (Vec::new(), Vec::new());
    let (mut reports, mut taken_now) = (Vec::new(), Vec::new());
    for message in messages {
        if let Message::Report(report, now) = message {
            reports.push((report.clone(), *now));
            continue;
        }
        detector.handle_reports(reports.drain(..), |taken| taken_now.push(taken));
        match message {
            Message::SetZone => detector.set_zone(zone()),
            _ => {
                detector.remove_zone(&zone().id);
            }
        }
    }
    detector.handle_reports(reports, |taken| taken_now.push(taken));
    detector.finish();
    for taken in taken_now {
        fate(&mut fates, &mut detector, taken);
    }
    fate(&mut fates, &mut detector, Ok(Taken::Held));
    outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    (outputs, sorted(fates))
}

/// Drives of some vehicles through the zone, with stops that make queues, crashes, silences, and reports that are of no use.
pub fn messages() -> impl Strategy<Value = Vec<Message>> {
    let message = (0..12_usize, 0..400_u32, 0..100_u32, 0..40_u32);
    proptest::collection::vec(message, 1..400).prop_map(|drawn| {
        let (mut now_s, mut all) = (0.0, vec![Message::SetZone]);
        let mut east_m = [0.0; 12];
        for (index, (vehicle, pause, odd, speed)) in drawn.into_iter().enumerate() {
            // Long pauses are silences: of vehicles, and of all.
            now_s += if pause < 398 { f64::from(pause) / 800.0 } else { f64::from(pause - 397) * 110.0 };
            let speed_mps = if vehicle < 7 { 0.0 } else { f64::from(speed) / 2.0 };
            east_m[vehicle] = if vehicle < 7 {
                300.0 - 8.0 * vehicle as f64 + f64::from(speed) / 40.0
            } else {
                (east_m[vehicle] + speed_mps) % 900.0
            };
            let east_m = east_m[vehicle];
            // At times all that comes is a backlog.
            let sent_s = if index / 40 % 3 == 2 { now_s - f64::from(pause % 60) } else { now_s };
            all.push(match odd {
                0 => Message::RemoveZone,
                1 | 2 => Message::SetZone,
                3 => Message::Report(Err(DropReason::Malformed), at(now_s)),
                4 => Message::Report(Ok(position(vehicle, now_s + 60.0, east_m, speed_mps)), at(now_s)),
                5 => Message::Report(Ok(position(vehicle, now_s - 400.0, east_m, speed_mps)), at(now_s)),
                6 => Message::Report(Ok(position(vehicle, now_s, east_m + 50_000.0, speed_mps)), at(now_s)),
                7..=10 => Message::Report(Ok(crash(vehicle, sent_s, east_m, index % 3 == 0)), at(now_s)),
                _ => Message::Report(Ok(position(vehicle, sent_s, east_m, speed_mps)), at(now_s)),
            });
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_and_plans_of_any_size_give_the_same_bytes(messages in messages(), plan_length in 1..150_usize) {
        let expected = in_one(&messages);
        prop_assert_eq!(&in_batches(&messages), &expected);
        for parts in 1..=3 {
            prop_assert_eq!(&in_parts(&messages, parts, plan_length), &expected);
        }
    }
}

#[test]
fn the_messages_that_are_compared_make_events_of_every_kind() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = String::new();
    for _ in 0..20 {
        let messages = messages().new_tree(&mut runner).expect("messages").current();
        seen.extend(in_one(&messages).0);
    }
    for kind in ["zone_entry", "zone_exit", "accident", "jam"] {
        assert!(seen.contains(&format!("\"type\":\"{kind}\"")), "{kind}");
    }
}

//! Reports as vehicles would send them: by some of them, now and then, not quite right, and not quite in time.

mod fleet;
mod hazard;
mod noise;
pub mod recording;

pub use fleet::{Crashed, Fleet};
pub use recording::{Heard, Recording};

use model::{Timestamp, topic};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::trace::{Sample, Trace, Track};
use crate::truth::Truth;
use noise::Receiver;

/// When all scenes start: Monday, 5 January 2026, 08:00 UTC.
pub const START: Timestamp = Timestamp::from_ms_clamped(1_767_600_000_000);

/// The share of positions that is lost, and those of messages that come twice and that are late.
const LOST: f64 = 0.02;
const TWICE: f64 = 0.01;
const LATE: f64 = 0.03;
/// How long a message travels, and how long a late one does, in ms.
const TRAVELS_MS: (f64, f64) = (80.0, 400.0);
const LATE_MS: (f64, f64) = (1_000.0, 5_000.0);

/// One message as the broker has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// When the broker had it.
    pub received: Timestamp,
    /// On which topic.
    pub topic: String,
    /// What it says.
    pub payload: Value,
}

/// All messages of a scene that this fleet sends, in the order in which they arrive.
#[must_use]
pub fn messages(trace: &Trace, truth: &Truth, fleet: &Fleet, seed: u64) -> Vec<Message> {
    let mut messages = Vec::new();
    for track in &trace.tracks {
        if fleet.reports(&track.id, truth, seed) {
            let mut chance = Chance::new(&track.id, seed ^ u64::from(fleet.percent));
            positions(track, fleet, &mut chance, &mut messages);
            if fleet.hazards {
                hazard::of(track, truth, &mut chance, &mut |message, chance| {
                    send(message, chance, &mut messages);
                });
            }
        }
    }
    messages.sort_by(|a, b| (a.received, &a.topic).cmp(&(b.received, &b.topic)));
    messages
}

fn positions(track: &Track, fleet: &Fleet, chance: &mut Chance, messages: &mut Vec<Message>) {
    let interval_ms = fleet.interval_ms(chance);
    let mut receiver = Receiver::new(chance);
    let topic = format!("{}/vehicles/{}/position", topic::ROOT, track.id);
    let first_ms = track.samples.first().map_or(0, |sample| sample.at_ms);
    for sample in track.samples.iter().filter(|sample| (sample.at_ms - first_ms) % interval_ms == 0) {
        let payload = position(track, sample, &mut receiver, chance);
        let message = Message { received: START + sample.at_ms, topic: topic.clone(), payload };
        // Hazard reports are sent until somebody has them; of positions the next one comes soon.
        if !chance.is(LOST) {
            send(message, chance, messages);
        }
    }
}

fn position(track: &Track, sample: &Sample, receiver: &mut Receiver, chance: &mut Chance) -> Value {
    let fix = receiver.fix(sample, chance);
    json!({
        "ts": (START + sample.at_ms).as_ms(),
        "lat": model::round7(fix.position.lat),
        "lon": model::round7(fix.position.lon),
        "speed": rounded(fix.speed_mps, 100.0),
        "heading": rounded(fix.heading_deg, 10.0),
        "acceleration": rounded(fix.acceleration_mps2, 100.0),
        "accuracy": rounded(receiver.sigma_m(), 10.0),
        "type": track.kind.as_str(),
    })
}

/// Puts a message on its way: it travels, perhaps late, perhaps twice.
#[allow(clippy::cast_possible_truncation)]
fn send(message: Message, chance: &mut Chance, messages: &mut Vec<Message>) {
    let arrive = |chance: &mut Chance| {
        let (low, high) = if chance.is(LATE) { LATE_MS } else { TRAVELS_MS };
        message.received + chance.between(low, high) as i64
    };
    if chance.is(TWICE) {
        messages.push(Message { received: arrive(chance), ..message.clone() });
    }
    let received = arrive(chance);
    messages.push(Message { received, ..message });
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

//! Hazard reports: by those who crash, and by some who pass.

use model::{Cause, topic};
use serde_json::json;

use super::noise::Receiver;
use super::{Message, START};
use crate::chance::Chance;
use crate::trace::Track;
use crate::truth::{Accident, Truth};

/// How long after it stands a crashed vehicle calls for help, in ms.
const CALLS_MS: (f64, f64) = (500.0, 2_000.0);
/// How near a vehicle must pass to see the crash, in metres.
const SEEN_M: f64 = 60.0;
/// The share of those who pass that report it.
const TELLS: f64 = 0.05;

/// Hands the hazard reports of one vehicle to `send`.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn of(
    track: &Track,
    truth: &Truth,
    chance: &mut Chance,
    send: &mut impl FnMut(Message, &mut Chance),
) {
    for accident in &truth.accidents {
        let crashed = accident.vehicles.iter().find(|(vehicle, _)| *vehicle == track.id);
        let at_ms = match crashed {
            Some((_, stood_ms)) => Some(stood_ms + chance.between(CALLS_MS.0, CALLS_MS.1) as i64),
            None => passes(track, accident).filter(|_| chance.is(TELLS)),
        };
        let Some(at_ms) = at_ms else { continue };
        let Some(sample) = track.samples.iter().rev().find(|sample| sample.at_ms <= at_ms) else { continue };
        let fix = Receiver::new(chance).fix(sample, chance);
        let payload = json!({
            "ts": (START + at_ms).as_ms(),
            "lat": model::round7(fix.position.lat),
            "lon": model::round7(fix.position.lon),
            "cause": Cause::ACCIDENT,
            "heading": (fix.heading_deg * 10.0).round() / 10.0,
            "validity": 600,
        });
        let topic = format!("{}/vehicles/{}/hazard", topic::ROOT, track.id);
        send(Message { received: START + at_ms, topic, payload }, chance);
    }
}

/// When a vehicle first passes a crash closely enough to see it.
fn passes(track: &Track, accident: &Accident) -> Option<i64> {
    track
        .samples
        .iter()
        .filter(|sample| (accident.from_ms..accident.to_ms).contains(&sample.at_ms))
        .find(|sample| sample.position.distance_m(accident.place) <= SEEN_M)
        .map(|sample| sample.at_ms)
}

//! An event in a sentence, for whoever reads the messages in a chat client.

use super::xml_text;
use crate::{Event, EventKind, Phase};

/// The event in English.
#[must_use]
pub fn body_en(event: &Event) -> String {
    describe(event, &ENGLISH)
}

/// The event in French.
#[must_use]
pub fn body_fr(event: &Event) -> String {
    describe(event, &FRENCH)
}

/// What the languages differ in.
struct Words {
    accident: &'static str,
    jam: &'static str,
    entered: fn(&str, &str) -> String,
    left: fn(&str, &str) -> String,
    on: &'static str,
    at: &'static str,
    over: &'static str,
    vehicle: [&'static str; 2],
    at_speed: &'static str,
    lost: &'static str,
    confidence: &'static str,
}

const ENGLISH: Words = Words {
    accident: "Accident",
    jam: "Traffic jam",
    entered: |vehicle, zone| format!("Vehicle {vehicle} entered the zone {zone}"),
    left: |vehicle, zone| format!("Vehicle {vehicle} left the zone {zone}"),
    on: "on",
    at: "at",
    over: "is over",
    vehicle: ["vehicle", "vehicles"],
    at_speed: "at",
    lost: "lost",
    confidence: "confidence",
};

const FRENCH: Words = Words {
    accident: "Accident",
    jam: "Bouchon",
    entered: |vehicle, zone| format!("Le véhicule {vehicle} est entré dans la zone {zone}"),
    left: |vehicle, zone| format!("Le véhicule {vehicle} a quitté la zone {zone}"),
    on: "sur",
    at: "à",
    over: "est terminé",
    vehicle: ["véhicule", "véhicules"],
    at_speed: "à",
    lost: "de retard",
    confidence: "confiance",
};

fn describe(event: &Event, words: &Words) -> String {
    let text = match event.kind {
        EventKind::ZoneEntry => crossing(event, words.entered),
        EventKind::ZoneExit => crossing(event, words.left),
        EventKind::Accident => episode(event, words.accident, words),
        EventKind::Jam => episode(event, words.jam, words),
    };
    xml_text(&text)
}

fn crossing(event: &Event, sentence: fn(&str, &str) -> String) -> String {
    let vehicle = event.vehicles.first().map_or("?", |vehicle| vehicle.as_str());
    let zone = event.zone.as_ref().map_or("?", |zone| zone.name.as_str());
    sentence(vehicle, zone)
}

fn episode(event: &Event, what: &str, words: &Words) -> String {
    let name = event.road.as_ref().and_then(|road| road.name.as_deref());
    let mut text = match name {
        Some(road) => format!("{what} {} {road}", words.on),
        None => format!("{what} {} {:.5}, {:.5}", words.at, event.position.lat, event.position.lon),
    };
    if event.phase == Phase::Ended {
        return format!("{text} {}", words.over);
    }
    let measures = &event.measures;
    if let Some(length_m) = measures.length_m {
        text += &format!(", {length_m:.0} m");
    }
    if let Some(count) = measures.vehicles {
        text += &format!(", {count} {}", words.vehicle[usize::from(count > 1)]);
    }
    if let Some(speed_mps) = measures.mean_speed_mps {
        text += &format!(" {} {:.0} km/h", words.at_speed, speed_mps * 3.6);
    }
    if let Some(delay_s) = measures.delay_s {
        text += &format!(", {delay_s:.0} s {}", words.lost);
    }
    text + &format!(", {} {:.0} %", words.confidence, event.confidence * 100.0)
}

//! What holds of every stream of events, whatever was reported and however often the detector was restarted. Knows
//! no thresholds. Used by the tests and, by its path, by the fuzz target of the detector.

use detect::{Output, StateChange};
use model::{Event, EventId, EventKind, Geometry, Phase, VehicleId, ZoneId};
use std::collections::BTreeMap;

/// Watches outputs and panics at the first that breaks a law.
#[derive(Debug, Default)]
pub struct Laws {
    episodes: BTreeMap<EventId, Event>,
    /// Whether a vehicle is in a zone, as far as events told.
    inside: BTreeMap<(VehicleId, ZoneId), bool>,
    /// What a restarted detector would be given.
    state: BTreeMap<String, StateChange>,
}

impl Laws {
    /// Takes what the detector gave, in order.
    pub fn take(&mut self, output: Output) {
        match output {
            Output::Event(event) => self.event(*event),
            Output::State(change) if change.value.is_none() => drop(self.state.remove(&change.key)),
            Output::State(change) => drop(self.state.insert(change.key.clone(), change)),
        }
    }

    /// What was kept up to now.
    pub fn state(&self) -> Vec<StateChange> {
        self.state.values().cloned().collect()
    }

    /// A zone was set anew or taken away: who is in it is not known from events any more.
    #[allow(dead_code, reason = "not every user of this file asks")]
    pub fn zone_changed(&mut self, zone: &ZoneId) {
        self.inside.retain(|(_, known), _| known != zone);
    }

    /// To be called when all outputs have been taken: what goes on is kept, what is over is not.
    pub fn settle(&self) {
        for (id, event) in &self.episodes {
            let key = format!("{}/{id}", event.kind.as_str());
            let goes_on = event.kind.is_episode() && event.phase != Phase::Ended;
            assert_eq!(self.state.contains_key(&key), goes_on, "kept state of {event:?}");
        }
    }

    /// Whether an episode has begun and not ended.
    #[allow(dead_code, reason = "not every user of this file asks")]
    pub fn goes_on(&self, id: EventId) -> bool {
        self.episodes.get(&id).is_some_and(|event| event.phase != Phase::Ended)
    }

    /// How many episodes of this type there were.
    #[allow(dead_code, reason = "not every user of this file asks")]
    pub fn count(&self, kind: EventKind) -> usize {
        self.episodes.values().filter(|event| event.kind == kind).count()
    }

    fn event(&mut self, event: Event) {
        well_formed(&event);
        match self.episodes.get(&event.id) {
            None => {
                assert_eq!((event.revision, event.phase), (1, Phase::Started), "the first of {event:?}");
                assert_eq!(event.id.occurred_at(), event.occurred_at, "the id of {event:?}");
            }
            Some(before) => {
                assert!(event.kind.is_episode(), "told twice: {event:?}");
                assert_eq!(event.kind, before.kind, "the type of {event:?}");
                assert_ne!(before.phase, Phase::Ended, "over already: {event:?}");
                assert_eq!(event.revision, before.revision + 1, "after {before:?} came {event:?}");
                assert_ne!(event.phase, Phase::Started, "begun again: {event:?}");
                assert!(event.detected_at >= before.detected_at, "after {before:?} came {event:?}");
            }
        }
        self.crossing(&event);
        self.episodes.insert(event.id, event);
    }

    /// Entries and exits of one vehicle and one zone take turns.
    fn crossing(&mut self, event: &Event) {
        let enters = match event.kind {
            EventKind::ZoneEntry => true,
            EventKind::ZoneExit => false,
            EventKind::Accident | EventKind::Jam => return,
        };
        let (Some(zone), [vehicle]) = (&event.zone, &event.vehicles[..]) else {
            panic!("not one vehicle and one zone: {event:?}");
        };
        let before = self.inside.insert((vehicle.clone(), zone.id.clone()), enters);
        assert_ne!(before, Some(enters), "twice in a row: {event:?}");
    }
}

/// What holds of one revision by itself.
fn well_formed(event: &Event) {
    assert!((0.0..=1.0).contains(&event.confidence), "confidence of {event:?}");
    assert!(event.detected_at >= event.occurred_at, "detected before it occurred: {event:?}");
    assert_eq!(event.ended_at.is_some(), event.phase == Phase::Ended, "end of {event:?}");
    assert!(event.ended_at.is_none_or(|ended| ended >= event.occurred_at), "end of {event:?}");
    assert!(event.vehicles.windows(2).all(|pair| pair[0] < pair[1]), "vehicles of {event:?}");
    assert_eq!(
        event.zone.is_some(),
        matches!(event.kind, EventKind::ZoneEntry | EventKind::ZoneExit),
        "zone of {event:?}"
    );
    let places: Vec<[f64; 2]> = match (&event.geometry, event.kind) {
        (Geometry::Point(place), EventKind::Accident | EventKind::ZoneEntry | EventKind::ZoneExit) => {
            vec![*place]
        }
        (Geometry::LineString(line), EventKind::Jam) => {
            assert!(line.len() >= 2, "line of {event:?}");
            line.clone()
        }
        (Geometry::MultiLineString(lines), EventKind::Jam) => {
            assert!(!lines.is_empty() && lines.iter().all(|line| line.len() >= 2), "lines of {event:?}");
            lines.concat()
        }
        _ => panic!("geometry of {event:?}"),
    };
    let on_globe = |[lon, lat]: &[f64; 2]| lon.abs() <= 180.0 && lat.abs() <= 90.0;
    assert!(places.iter().all(on_globe), "places of {event:?}");
    assert!(on_globe(&[event.position.lon, event.position.lat]), "position of {event:?}");
    let measures = &event.measures;
    let numbers = [measures.mean_speed_mps, measures.length_m, measures.delay_s, measures.speed_mps];
    assert!(numbers.iter().flatten().all(|n| n.is_finite() && *n >= 0.0), "measures of {event:?}");
    // Kept and sent as JSON, it must come back the same.
    let text = serde_json::to_string(event).expect("an event has a JSON form");
    let again: Event = serde_json::from_str(&text).expect("that form can be read");
    assert_eq!((again.id, again.revision, again.phase), (event.id, event.revision, event.phase));
}

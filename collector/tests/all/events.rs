//! Events to store.

use model::{
    Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, RoadRef, Timestamp, VehicleId, ZoneId,
    ZoneRef,
};

/// 2025-10-09T08:53:20.123Z
pub const START_MS: i64 = 1_760_000_000_123;

pub fn at(after_ms: i64) -> Timestamp {
    Timestamp::from_ms_clamped(START_MS + after_ms)
}

pub fn vehicle(name: &str) -> VehicleId {
    VehicleId::new(name).unwrap()
}

/// Revision `revision` of an accident that began `after_ms` after the start, on `road`.
pub fn accident(after_ms: i64, road: &str, revision: u32, phase: Phase, vehicles: &[&str]) -> Event {
    let position = LatLon::new(60.17, 24.94);
    Event {
        id: EventId::derive(EventKind::Accident, at(after_ms), road, ""),
        revision,
        kind: EventKind::Accident,
        phase,
        occurred_at: at(after_ms),
        detected_at: at(after_ms + 1_000 * i64::from(revision)),
        ended_at: (phase == Phase::Ended).then(|| at(after_ms + 60_000)),
        position,
        geometry: Geometry::point(position),
        road: Some(RoadRef { id: road.into(), name: Some("Mannerheimintie".into()) }),
        zone: None,
        vehicles: vehicles.iter().map(|name| vehicle(name)).collect(),
        confidence: 0.93,
        cause: None,
        measures: Measures { vehicles: Some(vehicles.len() as u32), ..Measures::default() },
    }
}

pub fn zone_entry(after_ms: i64, zone: &str, who: &str) -> Event {
    let position = LatLon::new(60.1685, 24.9412);
    Event {
        id: EventId::derive(EventKind::ZoneEntry, at(after_ms), zone, who),
        revision: 1,
        kind: EventKind::ZoneEntry,
        phase: Phase::Started,
        occurred_at: at(after_ms),
        detected_at: at(after_ms + 500),
        ended_at: None,
        position,
        geometry: Geometry::point(position),
        road: None,
        zone: Some(ZoneRef { id: ZoneId::new(zone).unwrap(), name: "Länsisatama".into() }),
        vehicles: vec![vehicle(who)],
        confidence: 1.0,
        cause: None,
        measures: Measures { speed_mps: Some(8.3), ..Measures::default() },
    }
}

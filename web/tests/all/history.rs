//! Events in the tables, as the collector writes them.

use model::{
    Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, RoadRef, Timestamp, VehicleId, ZoneId,
    ZoneRef,
};
use sqlx::MySqlConnection;
use sqlx::types::Json;
use sqlx::types::time::OffsetDateTime;

/// 2025-10-09T08:53:20.000Z
pub const START_MS: i64 = 1_760_000_000_000;

pub fn at(after_ms: i64) -> Timestamp {
    Timestamp::from_ms_clamped(START_MS + after_ms)
}

/// A started event of this kind, `after_ms` after the start; vary it from there.
pub fn event(kind: EventKind, after_ms: i64, what: &str) -> Event {
    let position = LatLon::new(60.17, 24.94);
    Event {
        id: EventId::derive(kind, at(after_ms), what, ""),
        revision: 1,
        kind,
        phase: Phase::Started,
        occurred_at: at(after_ms),
        detected_at: at(after_ms + 500),
        ended_at: None,
        position,
        geometry: Geometry::point(position),
        road: kind.is_episode().then(|| RoadRef { id: what.into(), name: Some("Esplanadi".into()) }),
        zone: (!kind.is_episode()).then(|| ZoneRef { id: ZoneId::new(what).unwrap(), name: "Zone".into() }),
        vehicles: vec![],
        confidence: 0.75,
        cause: None,
        measures: Measures { mean_speed_mps: Some(1.5), ..Measures::default() },
    }
}

pub fn with_vehicles(event: Event, names: &[&str]) -> Event {
    Event { vehicles: names.iter().map(|name| VehicleId::new(name).unwrap()).collect(), ..event }
}

pub async fn store(connection: &mut MySqlConnection, event: &Event) {
    let utc = |time: Timestamp| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_ms()) * 1_000_000).unwrap()
    };
    sqlx::query(
        "REPLACE INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, ended_at, lat, lon, \
         road_id, zone_id, confidence, body, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
    )
    .bind(event.id.as_uuid())
    .bind(event.revision)
    .bind(event.kind.as_str())
    .bind(event.phase.as_str())
    .bind(event.kind.is_episode() && event.phase != Phase::Ended)
    .bind(utc(event.occurred_at))
    .bind(utc(event.detected_at))
    .bind(event.ended_at.map(utc))
    .bind(event.position.lat)
    .bind(event.position.lon)
    .bind(event.road.as_ref().map(|road| road.id.clone()))
    .bind(event.zone.as_ref().map(|zone| zone.id.to_string()))
    .bind(event.confidence)
    .bind(Json(event))
    .execute(&mut *connection)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO event_revisions (id, revision, body, stored_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
    )
    .bind(event.id.as_uuid())
    .bind(event.revision)
    .bind(Json(event))
    .execute(&mut *connection)
    .await
    .unwrap();
    for vehicle in &event.vehicles {
        sqlx::query("REPLACE INTO event_vehicles (event_id, vehicle_id, occurred_at) VALUES (?, ?, ?)")
            .bind(event.id.as_uuid())
            .bind(vehicle.as_str())
            .bind(utc(event.occurred_at))
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

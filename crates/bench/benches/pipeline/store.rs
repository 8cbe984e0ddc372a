//! The store's batches beside plain INSERTs of the same rows into the same tables, in turns.

use super::say;
use super::world::grouped;
use bench::Figure;
use collector::store::{Batch, Database, Writer, migrate};
use link::settings::mysql::{Settings, Tls};
use model::{
    Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, RoadRef, Timestamp, VehicleId, ZoneId,
    ZoneRef,
};
use sqlx::types::time::OffsetDateTime;
use sqlx::{Connection, Executor, MySql, MySqlConnection, QueryBuilder};
use std::time::Instant;
use testbed::{Folder, Port, Secrets};

const EVENTS: usize = 40_960;
/// Revisions that the collector puts into one transaction.
const BATCH: usize = 512;
const ROUNDS: usize = 3;
const LEAST_SHARE: f64 = 0.7;

pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = Folder::temporary()?;
    let secrets = Secrets::in_folder(folder.path().join("secrets"))?;
    let process = testbed::Database::start(&folder, &secrets, Port::free()?).await?;
    let database = Database::new(&settings(&process)?);
    migrate(&database).await?;
    let mut connection = MySqlConnection::connect(&process.url("collector", "vigiroute")?).await?;
    let events = (0..EVENTS).map(event).collect::<anyhow::Result<Vec<Event>>>()?;
    let (mut plain, mut upserts) = (0.0_f64, 0.0_f64);
    for round in 1..=ROUNDS {
        empty(&mut connection).await?;
        let rate = plain_inserts_per_s(&mut connection, &events).await?;
        empty(&mut connection).await?;
        let upserted = upserts_per_s(&database, &events).await?;
        say(&format!("  round {round}: plain {rate:.0}/s, upsert {upserted:.0}/s"));
        (plain, upserts) = (plain.max(rate), upserts.max(upserted));
    }
    let share = upserts / plain.max(1.0);
    Ok(vec![
        Figure::plain("events/s into the tables, plain multi-row INSERTs", grouped(plain)),
        Figure::goal(
            "… the store's batches, which may be repeated and come in any order",
            format!("{} ({:.0} %)", grouped(upserts), share * 100.0),
            "at least 70 % of it",
            share >= LEAST_SHARE,
        ),
    ])
}

/// How the collector reaches the server.
pub fn settings(process: &testbed::Database) -> anyhow::Result<Settings> {
    Ok(Settings {
        host: "127.0.0.1".into(),
        port: process.port(),
        database: "vigiroute".into(),
        user: "collector".into(),
        password: process.password("collector")?.into(),
        tls: Tls::Preferred,
    })
}

async fn empty(connection: &mut MySqlConnection) -> anyhow::Result<()> {
    for table in ["events", "event_revisions", "event_vehicles"] {
        connection.execute(sqlx::AssertSqlSafe(format!("TRUNCATE TABLE {table}"))).await?;
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss)]
async fn upserts_per_s(database: &Database, events: &[Event]) -> anyhow::Result<f64> {
    let mut writer = Writer::new(database.clone());
    let begun = Instant::now();
    for events in events.chunks(BATCH) {
        writer.store(&mut Batch::of(events.iter().cloned())?).await?;
    }
    Ok(events.len() as f64 / begun.elapsed().as_secs_f64())
}

/// As one would write it without a thought of repetition: three statements a transaction.
#[allow(clippy::cast_precision_loss)]
async fn plain_inserts_per_s(connection: &mut MySqlConnection, events: &[Event]) -> anyhow::Result<f64> {
    let begun = Instant::now();
    for events in events.chunks(BATCH) {
        let bodies = events.iter().map(serde_json::to_string).collect::<Result<Vec<String>, _>>()?;
        let mut transaction = connection.begin().await?;
        let mut revisions =
            QueryBuilder::<MySql>::new("INSERT INTO event_revisions (id, revision, body, stored_at) ");
        revisions.push_values(events.iter().zip(&bodies), |mut values, (event, body)| {
            values.push_bind(event.id.as_uuid()).push_bind(event.revision).push_bind(body);
            values.push("UTC_TIMESTAMP(3)");
        });
        revisions.build().execute(&mut *transaction).await?;
        let mut latest = QueryBuilder::<MySql>::new(
            "INSERT INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, ended_at, lat, lon, \
             road_id, road_name, zone_id, zone_name, confidence, body, stored_at) ",
        );
        latest.push_values(events.iter().zip(&bodies), |mut values, (event, body)| {
            values.push_bind(event.id.as_uuid()).push_bind(event.revision);
            values.push_bind(event.kind.as_str()).push_bind(event.phase.as_str());
            values.push_bind(event.kind.is_episode());
            values.push_bind(utc(event.occurred_at)).push_bind(utc(event.detected_at));
            values.push_bind(event.ended_at.map(utc));
            values.push_bind(event.position.lat).push_bind(event.position.lon);
            let (road, zone) = (event.road.as_ref(), event.zone.as_ref());
            values
                .push_bind(road.map(|road| &*road.id))
                .push_bind(road.and_then(|road| road.name.as_deref()));
            values.push_bind(zone.map(|zone| zone.id.as_str())).push_bind(zone.map(|zone| &*zone.name));
            values.push_bind(event.confidence).push_bind(body).push("UTC_TIMESTAMP(3)");
        });
        latest.build().execute(&mut *transaction).await?;
        let mut vehicles =
            QueryBuilder::<MySql>::new("INSERT INTO event_vehicles (event_id, vehicle_id, occurred_at) ");
        let rows = events.iter().flat_map(|event| event.vehicles.iter().map(move |vehicle| (event, vehicle)));
        vehicles.push_values(rows, |mut values, (event, vehicle)| {
            values
                .push_bind(event.id.as_uuid())
                .push_bind(vehicle.as_str())
                .push_bind(utc(event.occurred_at));
        });
        vehicles.build().execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(events.len() as f64 / begun.elapsed().as_secs_f64())
}

fn utc(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_ms()) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// One in eight is an accident of two vehicles on a road, the others are entries into zones.
pub fn event(number: usize) -> anyhow::Result<Event> {
    let at = |ms: usize| Timestamp::from_ms_clamped(1_760_000_000_123 + ms as i64);
    let position = LatLon::new(60.12 + (number % 997) as f64 * 1e-4, 24.85 + (number % 1_009) as f64 * 1e-4);
    let (occurred_at, vehicle) = (at(number * 10), |n: usize| VehicleId::new(&format!("fleet-7:{n:07}")));
    let is_crash = number.is_multiple_of(8);
    let (kind, place) = if is_crash {
        (EventKind::Accident, (number % 5_000).to_string())
    } else {
        (EventKind::ZoneEntry, format!("zone-{}", number % 1_000))
    };
    let zone =
        if is_crash { None } else { Some(ZoneRef { id: ZoneId::new(&place)?, name: "Länsisatama".into() }) };
    Ok(Event {
        id: EventId::derive(kind, occurred_at, &place, &number.to_string()),
        revision: 1,
        kind,
        phase: Phase::Started,
        occurred_at,
        detected_at: at(number * 10 + 500),
        ended_at: None,
        position,
        geometry: Geometry::point(position),
        road: is_crash.then(|| RoadRef { id: place.as_str().into(), name: Some("Mannerheimintie".into()) }),
        zone,
        vehicles: (0..if is_crash { 2 } else { 1 }).map(|n| vehicle(number + n)).collect::<Result<_, _>>()?,
        confidence: 0.93,
        cause: None,
        measures: Measures { speed_mps: Some(8.3), ..Measures::default() },
    })
}

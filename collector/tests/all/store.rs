//! What the tables hold after this and that.

use crate::events::{accident, at, zone_entry};
use crate::server::Server;
use collector::store::{Batch, Database, Writer, migrate, open_events};
use link::settings::mysql::Settings;
use model::{Event, EventKind, Phase};
use sqlx::types::Json;
use sqlx::types::time::OffsetDateTime;
use sqlx::{Connection, Executor, Row};
use std::time::Duration;
use testbed::Proxy;
use uuid::Uuid;

async fn store(writer: &mut Writer, events: impl IntoIterator<Item = Event>) -> Vec<(EventKind, u32)> {
    let mut batch = Batch::of(events).unwrap();
    writer.store(&mut batch).await.unwrap();
    batch.into_fresh().map(|event| (event.kind, event.revision)).collect()
}

#[tokio::test]
async fn an_event_is_stored_with_all_its_columns() {
    let server = Server::start().await;
    let mut writer = Writer::new(server.database.clone());
    let started = accident(0, "42.1", 1, Phase::Started, &["v2", "v1"]);
    let entry = zone_entry(250, "centre", "v1");
    store(&mut writer, [started.clone(), entry.clone()]).await;

    let mut connection = server.connect().await;
    let row = sqlx::query("SELECT * FROM events WHERE id = ?")
        .bind(started.id.as_uuid())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(row.get::<Uuid, _>("id"), started.id.as_uuid());
    assert_eq!(row.get::<u32, _>("revision"), 1);
    assert_eq!(row.get::<String, _>("type"), "accident");
    assert_eq!(row.get::<String, _>("phase"), "started");
    assert!(row.get::<bool, _>("is_open"));
    let occurred_at: OffsetDateTime = row.get("occurred_at");
    assert_eq!(occurred_at.unix_timestamp_nanos() / 1_000_000, i128::from(at(0).as_ms()));
    assert_eq!(row.get::<Option<OffsetDateTime>, _>("ended_at"), None);
    assert_eq!((row.get::<f64, _>("lat"), row.get::<f64, _>("lon")), (60.17, 24.94));
    assert_eq!(row.get::<String, _>("road_id"), "42.1");
    assert_eq!(row.get::<String, _>("road_name"), "Mannerheimintie");
    assert_eq!(row.get::<Option<String>, _>("zone_id"), None);
    assert_eq!(row.get::<f64, _>("confidence"), 0.93);
    assert_eq!(row.get::<Json<Event>, _>("body").0, started);
    let stored_at: OffsetDateTime = row.get("stored_at");
    let clock: OffsetDateTime =
        sqlx::query_scalar("SELECT UTC_TIMESTAMP(3)").fetch_one(&mut connection).await.unwrap();
    assert!((clock - stored_at).whole_seconds().abs() < 10, "{stored_at} is UTC");

    let row = sqlx::query("SELECT * FROM events WHERE zone_id = 'centre'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>("zone_name"), "Länsisatama");
    assert!(!row.get::<bool, _>("is_open"), "a zone event is never open");
    assert_eq!(row.get::<Json<Event>, _>("body").0, entry);
    let of_v1: Vec<Uuid> = sqlx::query_scalar(
        "SELECT event_id FROM event_vehicles WHERE vehicle_id = 'v1' ORDER BY occurred_at",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(of_v1, [started.id.as_uuid(), entry.id.as_uuid()]);
}

#[tokio::test]
async fn repeats_change_nothing_and_older_revisions_never_win() {
    let server = Server::start().await;
    let mut writer = Writer::new(server.database.clone());
    let revision = |n, phase, vehicles: &[&str]| accident(0, "42.1", n, phase, vehicles);
    let second = revision(2, Phase::Updated, &["v1", "v2"]);

    assert_eq!(store(&mut writer, [second.clone()]).await, [(EventKind::Accident, 2)]);
    assert_eq!(store(&mut writer, [second.clone()]).await, [], "a repeat is not fresh");
    assert_eq!(store(&mut writer, [revision(1, Phase::Started, &["v1"])]).await, [], "nor is an older one");
    let latest: (u32, Json<Event>) = sqlx::query_as("SELECT revision, body FROM events")
        .fetch_one(&mut server.connect().await)
        .await
        .unwrap();
    assert_eq!(latest, (2, Json(second)));
    assert_eq!(server.count("event_revisions").await, 2);
    assert_eq!(server.count("event_vehicles").await, 2);

    // Of several in one batch the last revision counts, and vehicles that it does not name are gone.
    let third_and_fourth = [revision(4, Phase::Ended, &["v2"]), revision(3, Phase::Updated, &["v1"])];
    assert_eq!(store(&mut writer, third_and_fourth).await, [(EventKind::Accident, 4)]);
    assert_eq!(
        server.count("events WHERE phase = 'ended' AND is_open = FALSE AND ended_at IS NOT NULL").await,
        1
    );
    assert_eq!(server.count("event_vehicles WHERE vehicle_id = 'v2'").await, 1);
    assert_eq!(server.count("event_vehicles").await, 1);
    assert_eq!(server.count("event_revisions").await, 4);
}

#[tokio::test]
async fn what_is_going_on_is_read_back_newest_last_and_bounded() {
    let server = Server::start().await;
    let mut writer = Writer::new(server.database.clone());
    store(
        &mut writer,
        [
            accident(3_000, "c", 1, Phase::Started, &[]),
            accident(1_000, "a", 1, Phase::Started, &[]),
            accident(2_000, "b", 2, Phase::Ended, &[]),
            accident(2_500, "d", 2, Phase::Updated, &[]),
            zone_entry(4_000, "centre", "v1"),
        ],
    )
    .await;
    let roads = |events: Vec<Event>| -> Vec<String> {
        events.into_iter().filter_map(|event| event.road).map(|road| road.id).collect()
    };
    assert_eq!(roads(open_events(&server.database, EventKind::Accident, 10).await.unwrap()), ["a", "d", "c"]);
    assert_eq!(roads(open_events(&server.database, EventKind::Accident, 2).await.unwrap()), ["d", "c"]);
    assert_eq!(open_events(&server.database, EventKind::Jam, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_by_the_next_try() {
    let server = Server::start().await;
    let proxy = Proxy::to(server.settings.port).unwrap();
    let through = Settings { port: proxy.port(), ..server.settings.clone() };
    let mut writer = Writer::new(Database::new(&through));
    store(&mut writer, [accident(0, "a", 1, Phase::Started, &["v1"])]).await;

    proxy.cut();
    let mut batch = Batch::of([accident(0, "a", 2, Phase::Updated, &["v1"])]).unwrap();
    let error = writer.store(&mut batch).await.unwrap_err();
    assert!(!error.is_permanent(), "{error}");
    proxy.restore();
    let stored = async {
        while writer.store(&mut batch).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stored).await.unwrap();
    assert_eq!(batch.into_fresh().count(), 1);
    assert_eq!(server.count("events WHERE revision = 2").await, 1);
}

#[tokio::test]
async fn two_collectors_at_once_store_each_event_once() {
    let server = Server::start().await;
    let events: Vec<Event> =
        (0..400).map(|n| accident(n % 100, "a", 1 + n as u32 / 100, Phase::Updated, &["v1", "v2"])).collect();
    let write = |events: Vec<Event>| {
        let mut writer = Writer::new(server.database.clone());
        async move {
            for events in events.chunks(20) {
                let mut batch = Batch::of(events.iter().cloned()).unwrap();
                // A deadlock is for the caller to try again.
                while let Err(error) = writer.store(&mut batch).await {
                    assert!(!error.is_permanent(), "{error}");
                }
            }
        }
    };
    tokio::join!(write(events.clone()), write(events.iter().rev().cloned().collect()));
    assert_eq!(server.count("events WHERE revision = 4").await, 100);
    assert_eq!(server.count("event_revisions").await, 400);
    assert_eq!(server.count("event_vehicles").await, 200);
}

#[tokio::test]
async fn data_that_the_server_refuses_is_told_from_a_server_in_trouble() {
    let server = Server::start().await;
    let mut writer = Writer::new(server.database.clone());
    server.connect().await.execute("ALTER TABLE events ADD CHECK (confidence < 0.5)").await.unwrap();
    let mut batch = Batch::of([accident(0, "a", 1, Phase::Started, &[])]).unwrap();
    let error = writer.store(&mut batch).await.unwrap_err();
    assert!(error.is_permanent(), "{error}");
    assert_eq!(server.count("event_revisions").await, 0, "all or nothing");

    server.connect().await.execute("DROP TABLE events").await.unwrap();
    assert!(!writer.store(&mut batch).await.unwrap_err().is_permanent(), "tables can come back");
}

#[tokio::test]
async fn migrations_run_once_wait_for_each_other_and_survive_a_kill() {
    let server = Server::bare().await;
    let (one, other) = tokio::join!(migrate(&server.database), migrate(&server.database));
    one.unwrap();
    other.unwrap();
    let all = sqlx::migrate!("../sql").iter().count() as i64;
    assert_eq!(server.count("_sqlx_migrations WHERE success").await, all);

    let mut connection = server.connect().await;
    connection.execute("UPDATE _sqlx_migrations SET success = FALSE WHERE version = 4").await.unwrap();
    migrate(&server.database).await.unwrap();
    assert_eq!(server.count("_sqlx_migrations WHERE success").await, all);

    connection.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 4").await.unwrap();
    assert!(migrate(&server.database).await.unwrap_err().is_permanent(), "tables of a later version");
    connection.close().await.unwrap();
}

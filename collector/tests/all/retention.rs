//! Forgetting old events.

use crate::events::{accident, zone_entry};
use crate::server::Server;
use collector::store::{Batch, Writer, forget_older, forget_older_changes};
use model::{Event, Phase};
use sqlx::Executor;

async fn store(server: &Server, events: &[Event]) {
    let mut writer = Writer::new(server.database.clone());
    writer.store(&mut Batch::of(events.iter().cloned()).unwrap()).await.unwrap();
}

#[tokio::test]
async fn what_is_old_and_over_goes_in_batches_with_all_that_belongs_to_it() {
    let server = Server::start().await;
    let old: Vec<Event> = (0..10).map(|n| zone_entry(n, "centre", &format!("v{n}"))).collect();
    let over = accident(1_000, "r1", 2, Phase::Ended, &["v1", "v2"]);
    let first = accident(1_000, "r1", 1, Phase::Started, &["v1"]);
    let goes_on = accident(2_000, "r2", 1, Phase::Started, &["v3"]);
    let recent = accident(3_000, "r3", 1, Phase::Ended, &["v4"]);
    store(&server, &[old, vec![first, over, goes_on.clone(), recent.clone()]].concat()).await;
    let mut connection = server.connect().await;
    let today = "UPDATE events SET occurred_at = UTC_TIMESTAMP(3) - INTERVAL 29 DAY WHERE road_id = 'r3'";
    connection.execute(today).await.unwrap();

    // Eleven are over and older than 30 days.
    for expected in [4, 4, 3, 0] {
        assert_eq!(forget_older(&server.database, 30, 4).await.unwrap(), expected);
    }
    let left: Vec<(sqlx::types::Uuid,)> =
        sqlx::query_as("SELECT id FROM events ORDER BY id").fetch_all(&mut connection).await.unwrap();
    let left: Vec<sqlx::types::Uuid> = left.into_iter().map(|(id,)| id).collect();
    assert_eq!(left, [goes_on.id.as_uuid(), recent.id.as_uuid()]);
    assert_eq!((server.count("event_revisions").await, server.count("event_vehicles").await), (2, 2));
}

#[tokio::test]
async fn who_changed_what_is_forgotten_too() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    for days in [0, 1, 29, 30, 31, 400] {
        let line = "INSERT INTO audit (at, who, action, object) VALUES (UTC_TIMESTAMP(3) - INTERVAL ? DAY, 'x', 'y', ?)";
        sqlx::query(line).bind(days).bind(days.to_string()).execute(&mut connection).await.unwrap();
    }
    for expected in [2, 1, 0] {
        assert_eq!(forget_older_changes(&server.database, 30, 2).await.unwrap(), expected);
    }
    let left: Vec<String> =
        sqlx::query_scalar("SELECT object FROM audit ORDER BY id").fetch_all(&mut connection).await.unwrap();
    assert_eq!(left, ["0", "1", "29"]);
}

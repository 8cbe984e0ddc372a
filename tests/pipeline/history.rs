//! What happened can be asked for after everything has been restarted.

use crate::broker::Vehicle;
use end_to_end::city::City;
use model::EventKind;
use serde_json::json;
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Row};

#[tokio::test(flavor = "multi_thread")]
async fn the_history_survives_a_restart_of_everything() {
    let mut city = City::quiet().await;
    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    for name in ["a", "b"] {
        vehicle.accident(name, 60.1697, 24.9402).await;
    }
    let before = city.wait_for(EventKind::Accident, 10, |_| true).await;
    city.restart_everything().await;

    assert_eq!(city.events(EventKind::Accident).await, std::slice::from_ref(&before));
    let (status, one) = city.get(&format!("/api/v1/events/{}", before.id)).await;
    assert_eq!((status, &one["event"]["id"]), (200, &json!(before.id.to_string())));

    // The accident goes on after the restart: a third vehicle adds to it, and does not make another.
    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    vehicle.accident("c", 60.1697, 24.9403).await;
    let after = city.wait_for(EventKind::Accident, 10, |event| event.revision > before.revision).await;
    assert_eq!((after.id, after.vehicles.len(), after.revision), (before.id, 3, before.revision + 1));

    // As it stands in the database.
    let url = city.stack.database.url("web", "vigiroute").expect("the account of web");
    let mut database = MySqlConnection::connect(&url).await.expect("the database answers");
    let rows = sqlx::query("SELECT id, revision, type, road_name FROM events WHERE type = 'accident'")
        .fetch_all(&mut database)
        .await
        .expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].get::<Vec<u8>, _>("id"), before.id.as_uuid().as_bytes());
    assert_eq!(rows[0].get::<u32, _>("revision"), after.revision);
    let revisions: i64 = sqlx::query("SELECT COUNT(*) FROM event_revisions WHERE id = ?")
        .bind(before.id.as_uuid().as_bytes().as_slice())
        .fetch_one(&mut database)
        .await
        .expect("a count")
        .get(0);
    assert_eq!(revisions, i64::from(after.revision));
}

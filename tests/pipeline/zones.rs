//! Zones written over REST take effect in the gateway at once.

use crate::broker::Vehicle;
use end_to_end::city::City;
use model::EventKind;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn circle(id: &str, name: &str) -> Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [24.9402, 60.1697]},
        "properties": {"id": id, "name": name, "radius_m": 100}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_written_over_rest_is_watched_within_a_second_and_survives_restarts() {
    let mut city = City::quiet().await;
    let mut vehicle = Vehicle::connect(&mut city.stack, "v1", &[]).await;
    // North of the zone, a second's drive away.
    vehicle.position("v1", 60.1709, 24.9402, 10.0).await;

    let (status, body) = city.ask("PUT", "/api/v1/zones/forum", Some(&circle("forum", "Forum"))).await;
    assert!(status == 200 || status == 201, "{status} {body}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    vehicle.position("v1", 60.1697, 24.9402, 10.0).await;
    let entry = city.wait_for(EventKind::ZoneEntry, 5, |_| true).await;
    assert_eq!(entry.vehicles[0].as_str(), "v1");
    assert_eq!(
        entry.zone.as_ref().map(|zone| (zone.id.as_str(), zone.name.as_str())),
        Some(("forum", "Forum"))
    );
    let from_centre_m = entry.position.distance_m(model::LatLon::new(60.1697, 24.9402));
    assert!((from_centre_m - 100.0).abs() < 2.0, "{from_centre_m}");

    // Still inside after everything has been restarted: no second entry, and one exit.
    city.restart_everything().await;
    let (_, zones) = city.get("/api/v1/zones").await;
    assert_eq!(zones["features"].as_array().map(Vec::len), Some(1), "{zones}");
    let mut vehicle = Vehicle::connect(&mut city.stack, "v1", &[]).await;
    // Driven as one drives: who is known from before the restart is not believed to be where nobody gets to.
    for lat in [60.1698, 60.1700, 60.1702, 60.1704, 60.1706, 60.1708, 60.1710] {
        vehicle.position("v1", lat, 24.9402, 22.0).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    city.wait_for(EventKind::ZoneExit, 5, |_| true).await;
    assert_eq!(city.events(EventKind::ZoneEntry).await.len(), 1);

    let (status, _) = city.ask("DELETE", "/api/v1/zones/forum", None).await;
    assert_eq!(status, 204);
    tokio::time::sleep(Duration::from_secs(1)).await;
    vehicle.position("v1", 60.1697, 24.9402, 10.0).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(city.events(EventKind::ZoneEntry).await.len(), 1);
    assert_eq!(city.get("/api/v1/zones/forum").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_published_over_mqtt_is_taken_over() {
    let mut city = City::quiet().await;
    let mut editor =
        Vehicle::connect(&mut city.stack, "editor", &["topic readwrite vigiroute/v1/zones/#"]).await;
    editor.subscribe("vigiroute/v1/zones/#").await;
    editor.publish_retained("vigiroute/v1/zones/direct", circle("direct", "Direct").to_string()).await;
    let started = Instant::now();
    loop {
        let (status, zone) = city.get("/api/v1/zones/direct").await;
        if status == 200 {
            assert_eq!(zone["properties"]["name"], json!("Direct"));
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{status} {zone}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

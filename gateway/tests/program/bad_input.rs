use crate::scene::{LONG, Scene, now_ms};
use link::Readiness;
use link::mqtt::{self, Login, Options, Qos};
use serde_json::json;
use std::time::Duration;

const HERE: (f64, f64) = (60.1700, 24.9400);

fn dropped(reason: &str) -> String {
    format!("vigiroute_gateway_reports_dropped_total{{reason=\"{reason}\"}}")
}

const USED: &str = "vigiroute_gateway_reports_used_total{kind=\"position\"}";

#[tokio::test]
async fn every_bad_report_is_counted_under_its_reason_and_the_others_go_on() {
    let scene = Scene::start().await;
    let now = now_ms();
    let topic = |vehicle: &str| format!("vigiroute/v1/vehicles/{vehicle}/position");
    let report = |ts: i64, lat: f64| json!({"ts": ts, "lat": lat, "lon": 24.94}).to_string();
    scene.position("good", now, HERE).await;

    let wild = ["a b", "é", &"x".repeat(65), "a\"b"];
    for vehicle in wild {
        scene.publish(&topic(vehicle), report(now, 60.17)).await;
    }
    scene.publish("vigiroute/v1/fleets/bad fleet/positions", "[]").await;
    for payload in
        [&b"not json"[..], b"{", b"[]", b"\xff\xfe\x00", b"", b"{\"ts\":\"yesterday\",\"lat\":1,\"lon\":1}"]
    {
        scene.publish(&topic("malformed"), payload).await;
    }
    for payload in ["{}", r#"{"ts":1,"lat":60.1}"#] {
        scene.publish(&topic("missing"), payload).await;
    }
    scene.publish(&topic("range"), report(now, 91.0)).await;
    scene.publish(&topic("range"), json!({"ts": now, "lat": 1, "lon": 1, "speed": 101}).to_string()).await;
    scene.publish(&topic("large"), format!("{}{}", report(now, 60.17), " ".repeat(17 * 1024))).await;
    let batch = format!("[{}]", " ".repeat(300 * 1024));
    scene.publish("vigiroute/v1/fleets/f/positions", batch).await;
    scene.publish(&topic("future"), report(now + 60_000, 60.17)).await;
    scene.publish(&topic("stale"), report(now - 600_000, 60.17)).await;
    scene.publish(&topic("good"), report(now, 60.17)).await;
    scene.publish(&topic("good"), report(now - 2_000, 60.17)).await;
    scene.publish(&topic("good"), report(now + 1_000, 61.17)).await;
    // One bad report in a batch costs the others nothing.
    let batch = json!([
        {"vehicle": "1", "ts": now, "lat": 60.17, "lon": 24.94},
        {"vehicle": "2", "ts": now, "lat": 60.17},
        {"vehicle": "3", "ts": now, "lat": 60.17, "lon": 24.94},
    ]);
    scene.publish("vigiroute/v1/fleets/f/positions", batch.to_string()).await;
    scene.position("good", now + 1_500, HERE).await;

    scene.metric_becomes(USED, 4.0).await;
    for (reason, count) in [
        ("bad_topic", 5.0),
        ("malformed", 6.0),
        ("missing_field", 3.0),
        ("out_of_range", 2.0),
        ("too_large", 2.0),
        ("future", 1.0),
        ("stale", 1.0),
        ("duplicate", 1.0),
        ("out_of_order", 1.0),
        ("impossible_jump", 1.0),
    ] {
        assert!(
            (scene.metric(&dropped(reason)).await - count).abs() < 0.1,
            "{reason}: {}",
            scene.metric(&dropped(reason)).await
        );
    }
}

#[tokio::test]
async fn ten_mebibytes_stop_nobody_but_their_sender() {
    let mut scene = Scene::start().await;
    let password = scene.stack.mosquitto.add_account("wild").await.unwrap();
    let login = Some(Login { user: "wild".into(), password: password.into() });
    let settings = mqtt::Settings { host: "127.0.0.1".into(), port: scene.stack.mosquitto.port(), login };
    let (wild, _) = mqtt::connect(&settings, Options::new("wild"), Readiness::new().condition("mqtt"));
    wild.connected().await.unwrap();
    for mebibytes in [10, 10] {
        let payload = vec![b'['; mebibytes << 20];
        wild.publish("vigiroute/v1/vehicles/wild/position", payload, Qos::AtLeastOnce, false).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.position("good", now_ms(), HERE).await;
    scene.metric_becomes(USED, 1.0).await;
    scene.gateway.wait_until_ready(LONG).await.unwrap();
}

#[tokio::test]
async fn a_refused_zone_leaves_the_known_one_in_force() {
    let scene = Scene::start().await;
    scene.set_zone(&crate::scene::circle("centre", HERE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let mut refused = 0.0;
    for text in [
        "no json",
        "{}",
        r#"{"type":"Feature","properties":{"id":"other"},"geometry":{"type":"Point","coordinates":[1,1]}}"#,
    ] {
        let web = scene_zone(&scene, text).await;
        refused += 1.0;
        scene.metric_becomes("vigiroute_gateway_zones_refused_total", refused).await;
        drop(web);
    }
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
}

async fn scene_zone(scene: &Scene, text: &str) -> mqtt::Client {
    let password = scene.stack.mosquitto.password("web").unwrap().into();
    let login = Some(Login { user: "web".into(), password });
    let settings = mqtt::Settings { host: "127.0.0.1".into(), port: scene.stack.mosquitto.port(), login };
    let (web, _) = mqtt::connect(&settings, Options::new("web"), Readiness::new().condition("mqtt"));
    web.publish("vigiroute/v1/zones/centre", text, Qos::AtLeastOnce, false).await.unwrap();
    assert!(web.close(LONG).await);
    web
}

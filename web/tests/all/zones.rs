//! Zones over REST, in the database and at the broker.

use crate::world::{World, connect, eventually, make_tables, start_web};
use link::Readiness;
use link::mqtt::{self, Incoming, Login, Options, Qos, Settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use testbed::Stack;
use tokio::time::{Instant, timeout};

fn zone(id: &str, name: &str) -> Value {
    json!({
        "type": "Feature", "id": id, "properties": {"id": id, "name": name, "min_dwell_s": 5.0},
        "geometry": {"type": "Polygon", "coordinates": [[[24.93, 60.16], [24.95, 60.16], [24.95, 60.18], [24.93, 60.16]]]}
    })
}

/// One who follows and publishes zones at the broker, as the gateway does and an operator might.
struct Watcher {
    client: mqtt::Client,
    incoming: Incoming,
    zones: BTreeMap<String, Value>,
}

impl Watcher {
    async fn connect(stack: &mut Stack) -> Self {
        let access = ["topic readwrite vigiroute/v1/zones/#"];
        let password = stack.mosquitto.add_account_with("watcher", &access).await.unwrap();
        let settings = Settings {
            host: "127.0.0.1".into(),
            port: stack.mosquitto.port(),
            login: Some(Login { user: "watcher".into(), password: password.into() }),
        };
        let mut options = Options::new("watcher");
        options.subscriptions = vec![("vigiroute/v1/zones/+".into(), Qos::AtLeastOnce)];
        let (client, incoming) = mqtt::connect(&settings, options, Readiness::new().condition("mqtt"));
        client.connected().await.unwrap();
        Self { client, incoming, zones: BTreeMap::new() }
    }

    async fn publish(&self, id: &str, payload: &str) {
        let topic = format!("vigiroute/v1/zones/{id}");
        self.client.publish(topic, payload, Qos::AtLeastOnce, true).await.unwrap();
    }

    /// Follows until the broker's zones are these (id and name); how long that took.
    async fn wait_for(&mut self, expected: &[(&str, &str)]) -> Duration {
        let begin = Instant::now();
        let expected: BTreeMap<_, _> = expected.iter().map(|(id, name)| (*id, *name)).collect();
        loop {
            let names: BTreeMap<_, _> = self
                .zones
                .iter()
                .map(|(id, zone)| (id.as_str(), zone["properties"]["name"].as_str().unwrap_or("?")))
                .collect();
            if names == expected {
                return begin.elapsed();
            }
            let message = timeout(Duration::from_secs(15), self.incoming.recv()).await;
            let Ok(Some(message)) = message else { panic!("the broker has {names:?}, not {expected:?}") };
            let id = message.topic.rsplit('/').next().unwrap().to_owned();
            if message.payload.is_empty() {
                self.zones.remove(&id);
            } else {
                self.zones.insert(id, serde_json::from_slice(&message.payload).unwrap());
            }
            if let Some(ack) = message.ack {
                self.client.acknowledge(ack);
            }
        }
    }
}

#[tokio::test]
async fn a_zone_goes_to_the_database_and_within_a_second_to_the_broker() {
    let mut world = World::start().await;
    let mut watcher = Watcher::connect(&mut world.stack).await;

    let made = world.client.put_json("/api/v1/zones/centre", &zone("centre", "Centre")).await;
    assert_eq!((made.status, made.header("location")), (201, "/api/v1/zones/centre"), "{}", made.text());
    assert!(watcher.wait_for(&[("centre", "Centre")]).await < Duration::from_secs(1));
    assert_eq!(watcher.zones["centre"], zone("centre", "Centre"));

    let replaced = world.client.put_json("/api/v1/zones/centre", &zone("centre", "Keskusta")).await;
    assert_eq!((replaced.status, replaced.json()), (200, zone("centre", "Keskusta")));
    let geojson = [("content-type", "application/geo+json; charset=utf-8")];
    let made =
        world.client.send("POST", "/api/v1/zones", &geojson, zone("harbour", "Harbour").to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(
        watcher.wait_for(&[("centre", "Keskusta"), ("harbour", "Harbour")]).await < Duration::from_secs(1)
    );

    let all = world.get("/api/v1/zones").await;
    let etag = all.header("etag").to_owned();
    let known = world.client.send("GET", "/api/v1/zones", &[("if-none-match", &etag)], "").await;
    assert_eq!((known.status, known.body.len()), (304, 0), "{etag}");
    assert_eq!(all.header("content-type"), "application/geo+json");
    let features = [zone("centre", "Keskusta"), zone("harbour", "Harbour")];
    assert_eq!(all.json(), json!({"type": "FeatureCollection", "features": features}));
    assert_eq!(world.get("/api/v1/zones/harbour").await.json(), zone("harbour", "Harbour"));

    let deleted = world.client.send("DELETE", "/api/v1/zones/harbour", &[], "").await;
    assert_eq!((deleted.status, deleted.text()), (204, String::new()));
    assert!(watcher.wait_for(&[("centre", "Keskusta")]).await < Duration::from_secs(1));
    world.get("/api/v1/zones/harbour").await.assert_problem(404, "");
    world.client.send("DELETE", "/api/v1/zones/harbour", &[], "").await.assert_problem(404, "");
    let again =
        world.client.send("POST", "/api/v1/zones", &geojson, zone("harbour", "Again").to_string()).await;
    assert_eq!(again.status, 201, "a deleted zone can be made again");
    watcher.wait_for(&[("centre", "Keskusta"), ("harbour", "Again")]).await;
}

#[tokio::test]
async fn what_is_no_zone_is_refused_with_a_reason() {
    let world = World::start().await;
    let put = async |body: Value| world.client.put_json("/api/v1/zones/a", &body).await;
    let mut open = zone("a", "A");
    open["geometry"]["coordinates"][0].as_array_mut().unwrap().pop();
    for (body, reason) in [
        (open, "ring"),
        (json!({"type": "Feature"}), "Feature"),
        (json!([1]), "Feature"),
        (zone("b", "B"), "in the path"),
        (
            json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [24.9, 60.1]}, "properties": null}),
            "radius_m",
        ),
    ] {
        let answer = put(body).await;
        answer.assert_problem(400, "");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reason), "{detail}");
    }
    let json = [("content-type", "application/json")];
    let put = async |headers: &[(&str, &str)], body: String| {
        world.client.send("PUT", "/api/v1/zones/a", headers, body).await
    };
    put(&json, "{".into()).await.assert_problem(400, "");
    put(&json, format!("\"{}\"", "x".repeat(256 * 1024))).await.assert_problem(413, "");
    put(&[("content-type", "text/plain")], zone("a", "A").to_string())
        .await
        .assert_problem(415, "Content-Type");
    put(&[], zone("a", "A").to_string()).await.assert_problem(415, "Content-Type");
    world.client.put_json("/api/v1/zones/a%2Fb", &zone("a", "A")).await.assert_problem(400, "id");
    assert_eq!(world.get("/api/v1/zones").await.json()["features"], json!([]));

    let made = world.client.send("POST", "/api/v1/zones", &json, zone("a", "A").to_string()).await;
    assert_eq!(made.status, 201);
    world
        .client
        .send("POST", "/api/v1/zones", &json, zone("a", "A").to_string())
        .await
        .assert_problem(409, "");
    let mut nameless = zone("a", "A");
    nameless["properties"] = json!({"name": "New"});
    nameless.as_object_mut().unwrap().remove("id");
    let made = world.client.send("POST", "/api/v1/zones", &json, nameless.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/v1/zones/{id}"));
    assert_eq!(world.get(made.header("location")).await.json()["properties"]["name"], "New");
}

#[tokio::test]
async fn other_sites_cannot_change_zones() {
    let world = World::start().await;
    let own = world.web.health_url().to_owned();
    let put = async |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        world.client.send("PUT", "/api/v1/zones/a", &headers, zone("a", "A").to_string()).await
    };
    put(&[("origin", "https://evil.example")]).await.assert_problem(403, "Origin");
    put(&[("sec-fetch-site", "cross-site")]).await.assert_problem(403, "Sec-Fetch-Site");
    put(&[("host", "evil.example")]).await.assert_problem(403, "Host");
    let delete = world.client.send("DELETE", "/api/v1/zones/a", &[("origin", "null")], "").await;
    delete.assert_problem(403, "Origin");
    assert_eq!(put(&[("origin", &own), ("sec-fetch-site", "same-origin")]).await.status, 201);
}

#[tokio::test]
async fn a_change_while_the_broker_is_away_is_published_when_it_is_back() {
    let mut world = World::start().await;
    let mut watcher = Watcher::connect(&mut world.stack).await;
    for id in ["kept", "gone"] {
        assert_eq!(world.client.put_json(&format!("/api/v1/zones/{id}"), &zone(id, "Old")).await.status, 201);
    }
    watcher.wait_for(&[("gone", "Old"), ("kept", "Old")]).await;
    world.stack.mosquitto.stop().await;
    eventually("readiness names the broker", async || {
        world.get("/health/ready").await.text().contains("mqtt:")
    })
    .await;

    let late = world.client.put_json("/api/v1/zones/kept", &zone("kept", "New")).await;
    assert_eq!((late.status, late.header("vigiroute-pending")), (202, "mqtt"), "{}", late.text());
    assert_eq!(late.json(), zone("kept", "New"));
    let late = world.client.send("DELETE", "/api/v1/zones/gone", &[], "").await;
    assert_eq!((late.status, late.header("vigiroute-pending")), (202, "mqtt"));
    assert_eq!(
        world.get("/api/v1/zones/kept").await.json(),
        zone("kept", "New"),
        "it is stored all the same"
    );

    world.stack.mosquitto.restart().await.unwrap();
    watcher.zones.clear();
    watcher.wait_for(&[("kept", "New")]).await;
}

#[tokio::test]
async fn the_database_is_the_master_of_what_the_broker_has() {
    let mut stack = Stack::start().await.unwrap();
    make_tables(&stack).await;
    let mut watcher = Watcher::connect(&mut stack).await;
    // Zones that stand at the broker before the web program has ever run.
    watcher.publish("adopted", &zone("adopted", "Adopted").to_string()).await;
    watcher.publish("rubbish", "{}").await;
    let mut world = World::among(stack, &[]).await;
    eventually("the zone is taken over", async || {
        world.get("/api/v1/zones").await.json()["features"] == json!([zone("adopted", "Adopted")])
    })
    .await;

    // Published directly, beside the web program: an unknown one is taken over, a known one is put right.
    world.client.put_json("/api/v1/zones/ours", &zone("ours", "Ours")).await;
    watcher.publish("theirs", &zone("theirs", "Theirs").to_string()).await;
    watcher.publish("ours", &zone("ours", "Forged").to_string()).await;
    watcher.publish("adopted", "").await;
    watcher.publish("rubbish", "").await;
    let all = [("adopted", "Adopted"), ("ours", "Ours"), ("theirs", "Theirs")];
    tokio::time::sleep(Duration::from_millis(300)).await;
    watcher.wait_for(&all).await;
    eventually("the unknown zone is taken over", async || {
        world.get("/api/v1/zones/theirs").await.status == 200
    })
    .await;

    // Deleted while the web program does not run and the broker keeps it.
    world.web.kill().await;
    let delete = "UPDATE zones SET deleted_at = UTC_TIMESTAMP(3) WHERE id = 'theirs'";
    sqlx::query(delete).execute(&mut connect(&world.stack).await).await.unwrap();
    world.web.restart().unwrap();
    watcher.wait_for(&all[..2]).await;
}

#[tokio::test]
async fn the_first_zones_are_taken_only_when_none_was_ever_stored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zones.geojson");
    let collection = json!({"type": "FeatureCollection", "features": [zone("a", "A"), zone("b", "B")]});
    std::fs::write(&file, collection.to_string()).unwrap();
    let seed = [("VIGIROUTE_ZONES_SEED", file.to_str().unwrap())];
    let mut world = World::start_with(&seed).await;
    let mut watcher = Watcher::connect(&mut world.stack).await;
    watcher.wait_for(&[("a", "A"), ("b", "B")]).await;

    for id in ["a", "b"] {
        assert_eq!(world.client.send("DELETE", &format!("/api/v1/zones/{id}"), &[], "").await.status, 204);
    }
    watcher.wait_for(&[]).await;
    world.web.stop(Duration::from_secs(12)).await;
    world.web.restart().unwrap();
    world.web.wait_until_ready(crate::world::PATIENCE).await.unwrap();
    assert_eq!(
        world.get("/api/v1/zones").await.json()["features"],
        json!([]),
        "they were deleted on purpose"
    );
}

#[tokio::test]
async fn a_seed_that_cannot_be_used_is_a_wrong_setting() {
    let stack = Stack::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zones.geojson");
    std::fs::write(&file, r#"{"type":"FeatureCollection","features":[{"type":"Feature"}]}"#).unwrap();
    let mut web = start_web(&stack, &[("VIGIROUTE_ZONES_SEED", file.to_str().unwrap())]);
    let status = web.wait(Duration::from_secs(10)).await.unwrap();
    assert_eq!(status.code(), Some(64), "{}", web.tail());
    assert!(
        web.tail().contains("VIGIROUTE_ZONES_SEED") && web.tail().contains("feature 1"),
        "{}",
        web.tail()
    );
}

#[tokio::test]
async fn there_are_never_more_zones_than_allowed() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for chunk in (0..10_000).collect::<Vec<_>>().chunks(1_000) {
        let mut insert =
            sqlx::QueryBuilder::<sqlx::MySql>::new("INSERT INTO zones (id, name, feature, updated_at) ");
        insert.push_values(chunk, |mut row, n| {
            let id = format!("z{n}");
            let feature = zone(&id, &id).to_string();
            row.push_bind(id.clone()).push_bind(id).push_bind(feature).push("UTC_TIMESTAMP(3)");
        });
        insert.build().execute(&mut connection).await.unwrap();
    }
    world.client.put_json("/api/v1/zones/more", &zone("more", "More")).await.assert_problem(409, "");
    assert_eq!(
        world.client.put_json("/api/v1/zones/z1", &zone("z1", "Z")).await.status,
        200,
        "one can be replaced"
    );
    world.client.send("DELETE", "/api/v1/zones/z2", &[], "").await;
    assert_eq!(world.client.put_json("/api/v1/zones/more", &zone("more", "More")).await.status, 201);
}

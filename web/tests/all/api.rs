//! What all answers have in common, and the small ones.

use crate::world::{World, eventually};
use serde_json::json;
use std::time::Duration;
use testbed::Stack;

#[tokio::test]
async fn every_answer_keeps_strangers_out() {
    let world = World::start().await;
    for path in ["/", "/api/v1/zones", "/api/v1/nothing", "/nothing", "/http-bind", "/health/live"] {
        let answer = world.get(path).await;
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
             worker-src 'self' blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let world = World::start().await;
    world.get("/api/v1/nothing").await.assert_problem(404, "");
    world.get("/api/nothing").await.assert_problem(404, "");
    world.client.send("DELETE", "/api/v1/events", &[], "").await.assert_problem(405, "");
    world.get("/api/v1/zones?colour=red").await.assert_problem(400, "colour");
}

#[tokio::test]
async fn the_live_map_is_told_where_everything_is() {
    let world = World::start_with(&[("VIGIROUTE_HFP", "true")]).await;
    let live = world.get("/api/v1/live").await.json();
    assert_eq!(live["bosh"], "/http-bind");
    assert_eq!(
        (&live["domain"], &live["pubsub"]),
        (&json!("live.vigiroute.local"), &json!("pubsub.vigiroute.local"))
    );
    assert_eq!(
        live["nodes"],
        json!({
            "accident": "urn:vigiroute:event:accident", "jam": "urn:vigiroute:event:jam",
            "zone": "urn:vigiroute:event:zone", "traffic": "urn:vigiroute:traffic"
        })
    );
    let bounds: Vec<f64> = live["bounds"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    let center: Vec<f64> = live["center"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert!(24.9 < bounds[0] && bounds[0] < center[0] && center[0] < bounds[2] && bounds[2] < 25.0, "{live}");
    assert!(60.1 < bounds[1] && bounds[1] < center[1] && center[1] < bounds[3] && bounds[3] < 60.2, "{live}");
    let attribution = ["© OpenStreetMap contributors (ODbL)", "Vehicle positions © HSL, CC BY 4.0"];
    assert_eq!(live["attribution"], json!(attribution));
}

#[tokio::test]
async fn roads_and_basemap_are_sent_compressed_and_once() {
    let world = World::start().await;
    for (path, file) in [("/api/v1/roads", "network.geojson"), ("/api/v1/basemap", "basemap.geojson")] {
        let content =
            std::fs::read(testbed::workspace_folder().join("data/roads/helsinki").join(file)).unwrap();
        let plain = world.get(path).await;
        assert_eq!((plain.status, plain.header("content-type")), (200, "application/geo+json"));
        assert_eq!(plain.body, content);
        let mut sizes = vec![content.len()];
        for coding in ["gzip", "br"] {
            let answer = world.client.send("GET", path, &[("accept-encoding", coding)], "").await;
            assert_eq!(
                (answer.header("content-encoding"), answer.header("vary")),
                (coding, "accept-encoding")
            );
            sizes.push(answer.body.len());
            let headers = [("accept-encoding", coding), ("if-none-match", answer.header("etag"))];
            let again = world.client.send("GET", path, &headers, "").await;
            assert_eq!((again.status, again.body.len()), (304, 0));
        }
        println!("{file}: {} bytes, gzip {}, br {}", sizes[0], sizes[1], sizes[2]);
        assert!(sizes[1] * 3 < sizes[0] && sizes[2] <= sizes[1], "{sizes:?}");
    }
}

#[tokio::test]
async fn metrics_count_requests_by_route() {
    let world = World::start().await;
    world.get("/api/v1/zones/a").await;
    world.get("/api/v1/zones/b").await;
    let metrics = world.get("/metrics").await.text();
    let line =
        "vigiroute_web_request_seconds_count{method=\"GET\",route=\"/api/v1/zones/{id}\",status=\"404\"} 2";
    assert!(metrics.contains(line), "{metrics}");
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let stack = Stack::start().await.unwrap();
    let mut web = crate::world::start_web(&stack, &[]);
    let client = crate::client::Client::new(web.health_url());
    web.wait_for_log("web serves on", Duration::from_secs(10)).await.unwrap();
    eventually("the tables are missing", async || {
        let answer = client.try_send("GET", "/health/ready", &[], "").await;
        answer.is_ok_and(|answer| answer.status == 503 && answer.text().contains("the collector makes them"))
    })
    .await;
    client.get("/api/v1/zones").await.assert_problem(503, "");
    crate::world::make_tables(&stack).await;
    web.wait_until_ready(crate::world::PATIENCE).await.unwrap();
    let mut world = World { web, client, stack };
    world.stack.prosody.stop().await;
    eventually("Prosody is missing", async || world.get("/health/ready").await.text().contains("prosody:"))
        .await;
}

#[tokio::test]
async fn asked_to_end_it_ends_soon_although_requests_are_held() {
    let mut world = World::start().await;
    let held = {
        let client = world.client.clone();
        let body = "<body xmlns='http://jabber.org/protocol/httpbind' to='live.vigiroute.local' rid='1' wait='60' hold='1'/>";
        let first = client.send("POST", "/http-bind", &[("content-type", "text/xml")], body).await.text();
        let sid = first.split("sid='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        let body = format!("<body xmlns='http://jabber.org/protocol/httpbind' rid='2' sid='{sid}'/>");
        tokio::spawn(async move {
            client
                .try_send("POST", "/http-bind", &[("content-type", "text/xml")], body)
                .await
                .map(|a| a.status)
        })
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!held.is_finished(), "the request is held");
    let begin = std::time::Instant::now();
    let status = world.web.stop(Duration::from_secs(12)).await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(held.await.unwrap().unwrap(), 503);
}

//! Whatever comes in: it is counted or refused, and the chain goes on.

use crate::broker::{Vehicle, now_ms};
use end_to_end::city::City;
use model::{DropReason, EventKind};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testbed::bosh::Guest;
use testbed::{DOMAIN, Program};
use xmpp_parsers::minidom::Element;

const DROPPED: &str = "vigiroute_gateway_reports_dropped_total";

/// Waits until the gateway has counted `count` drops for `reason`.
async fn dropped(city: &City, reason: DropReason, count: f64) {
    let label = format!("reason=\"{reason}\"");
    let started = Instant::now();
    loop {
        let counted = city.metric(Program::Gateway, DROPPED, &label).await;
        if (counted - count).abs() < 0.5 {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{reason}: {counted} counted, {count} expected");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Two vehicles report a crash; it arrives in the store with the right values.
async fn the_chain_goes_on(city: &City, vehicle: &mut Vehicle, names: [&str; 2]) {
    let (lat, lon) = (60.1697, 24.9402);
    let before = now_ms();
    for name in names {
        vehicle.accident(name, lat, lon).await;
    }
    let involved = |event: &model::Event| event.vehicles.iter().any(|id| id.as_str() == names[0]);
    let event = city.wait_for(EventKind::Accident, 10, involved).await;
    assert!(event.position.distance_m(model::LatLon::new(lat, lon)) < 1.0, "{event:?}");
    assert!((event.occurred_at.as_ms() - before).abs() < 10_000, "{event:?}");
    assert_eq!(event.vehicles.len(), 2, "{event:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_reports_are_counted_by_reason_and_the_chain_goes_on() {
    let mut city = City::quiet().await;
    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    let position = "vigiroute/v1/vehicles/bad/position";
    let report = |ts: i64, lat: f64| json!({"ts": ts, "lat": lat, "lon": 24.94}).to_string();
    let now = now_ms();

    vehicle.publish(position, report(now, 60.17)).await;
    vehicle.publish(position, report(now, 60.17)).await;
    dropped(&city, DropReason::Duplicate, 1.0).await;
    vehicle.publish(position, report(now - 1_000, 60.17)).await;
    dropped(&city, DropReason::OutOfOrder, 1.0).await;
    vehicle.publish(position, report(now + 1_000, 60.99)).await;
    dropped(&city, DropReason::ImpossibleJump, 1.0).await;
    vehicle.publish("vigiroute/v1/vehicles/fast/position", report(now + 60_000, 60.17)).await;
    dropped(&city, DropReason::Future, 1.0).await;
    vehicle.publish("vigiroute/v1/vehicles/slow/position", report(now - 360_000, 60.17)).await;
    dropped(&city, DropReason::Stale, 1.0).await;
    vehicle.publish(position, "{").await;
    vehicle.publish(position, b"{\"ts\":1,\"lat\":1,\"lon\":1,\"x\":\"\xff\"}".to_vec()).await;
    dropped(&city, DropReason::Malformed, 2.0).await;
    vehicle.publish(position, r#"{"ts":1,"lat":60}"#).await;
    dropped(&city, DropReason::MissingField, 1.0).await;
    vehicle.publish(position, report(now, 95.0)).await;
    dropped(&city, DropReason::OutOfRange, 1.0).await;
    vehicle.publish("vigiroute/v1/vehicles/wild id!/position", report(now, 60.17)).await;
    vehicle.publish(&format!("vigiroute/v1/vehicles/{}/position", "x".repeat(65)), report(now, 60.17)).await;
    dropped(&city, DropReason::BadTopic, 2.0).await;
    vehicle.publish(position, vec![b' '; 17 * 1024]).await;
    vehicle.publish("vigiroute/v1/fleets/blue/positions", vec![b' '; 257 * 1024]).await;
    dropped(&city, DropReason::TooLarge, 2.0).await;
    let batch = json!([{"vehicle": "1", "ts": now, "lat": 60.17, "lon": 24.94}, {"vehicle": "2"}]);
    vehicle.publish("vigiroute/v1/fleets/blue/positions", batch.to_string()).await;
    dropped(&city, DropReason::MissingField, 2.0).await;

    the_chain_goes_on(&city, &mut vehicle, ["a1", "a2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_mebibytes_are_refused_and_the_chain_goes_on() {
    let mut city = City::quiet().await;
    let mut flood = Vehicle::connect(&mut city.stack, "flood", &["topic write #"]).await;
    for topic in ["vigiroute/v1/vehicles/flood/position", "vigiroute/v1/fleets/flood/positions"] {
        flood.send(topic, vec![b'x'; 10 << 20]).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    the_chain_goes_on(&city, &mut vehicle, ["b1", "b2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_from_strangers_are_not_believed() {
    let mut city = City::quiet().await;
    let url = format!("{}/http-bind", city.stack.web_url());
    let mut stranger = Guest::connect(&url, &format!("live.{DOMAIN}")).await.expect("a guest's session");
    let forged: Element = format!(
        "<message xmlns='jabber:client' type='normal' id='f1' to='collector@{DOMAIN}/collector'><body>x</body>\
         <payload xmlns='urn:xmpp:json-msg:0' datatype='urn:vigiroute:event:1'>\
         <json xmlns='urn:xmpp:json:0'>{{}}</json></payload><request xmlns='urn:xmpp:receipts'/></message>"
    )
    .parse()
    .expect("a stanza");
    stranger.send(forged).await.expect("a session");
    let answer = stranger.next_message(Duration::from_secs(2)).await.expect("a session");
    assert!(answer.as_ref().is_none_or(|answer| answer.attr("type") == Some("error")), "{answer:?}");
    assert_eq!(city.events(EventKind::Accident).await, []);

    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    the_chain_goes_on(&city, &mut vehicle, ["c1", "c2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_out_of_range_are_answered_with_what_is_allowed() {
    let city = City::quiet().await;
    for (path, parameter) in [
        ("/api/v1/events?limit=0", "limit"),
        ("/api/v1/events?limit=100000", "limit"),
        ("/api/v1/events?type=earthquake", "type"),
        ("/api/v1/events?from=yesterday", "from"),
        ("/api/v1/events?bbox=1,2,3", "bbox"),
        ("/api/v1/events?bbox=200,0,201,1", "bbox"),
        ("/api/v1/events?cursor=!!!", "cursor"),
        ("/api/v1/events?colour=red", "colour"),
        ("/api/v1/events/not-an-id", "id"),
    ] {
        let (status, problem) = city.get(path).await;
        assert_eq!(status, 400, "{path}: {problem}");
        let text = problem.to_string();
        assert!(text.contains(parameter), "{path}: {text}");
        assert!(problem["title"].is_string() && problem["status"] == json!(400), "{path}: {text}");
    }
    let (status, _) = city.get("/api/v1/events/0199c82c-c07b-8b69-8d22-62a8b423422c").await;
    assert_eq!(status, 404);
    let zone = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [24.94, 60.17]},
        "properties": {"id": "z", "name": "Z"}});
    let (status, problem) = city.ask("PUT", "/api/v1/zones/z", Some(&zone)).await;
    assert!((400..=422).contains(&status), "{status} {problem}");
    assert!(problem.to_string().contains("radius_m"), "{problem}");
    let (status, _) = city.ask("PUT", "/api/v1/zones/z", Some(&Value::String("x".repeat(1 << 20)))).await;
    assert_eq!(status, 413);
}

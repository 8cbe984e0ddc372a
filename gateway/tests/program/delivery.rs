use crate::scene::{Collector, LONG, Scene, circle, now_ms};
use model::{EventKind, LatLon, Phase};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;
use xmpp_parsers::message::MessageType;

/// On Mannerheimintie, and a few metres on.
const CRASH: (f64, f64) = (60.17029, 24.93761);
const NEAR: (f64, f64) = (60.17026, 24.93766);
const OUTSIDE: (f64, f64) = (60.1730, 24.9400);
const INSIDE: (f64, f64) = (60.1700, 24.9400);

#[tokio::test]
async fn an_accident_arrives_with_its_values_and_again_until_it_is_confirmed() {
    let scene = Scene::start().await;
    let mut collector = Collector::start(&scene.stack).await;
    let now = now_ms();
    scene.crash("a", now - 1_000, CRASH).await;
    scene.crash("b", now, NEAR).await;

    let begun = Instant::now();
    let first = collector.receive().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let [event] = &first.events[..] else { panic!("{:?}", first.events) };
    assert_eq!((event.kind, event.phase, event.revision), (EventKind::Accident, Phase::Started, 1));
    assert!(event.position.distance_m(LatLon::new(CRASH.0, CRASH.1)) < 20.0, "{:?}", event.position);
    assert_eq!(event.occurred_at.as_ms(), now - 1_000);
    assert_eq!(event.detected_at.as_ms(), now);
    assert_eq!(event.vehicles.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(first.message.type_, MessageType::Normal);
    let road = event.road.as_ref().and_then(|road| road.name.clone()).expect("a named road");
    assert_eq!(road, "Mannerheimintie");
    assert!(
        first.message.bodies["en"].starts_with(&format!("Accident on {road}, 2 vehicles")),
        "{:?}",
        first.message.bodies
    );
    assert!(first.message.bodies["fr"].starts_with(&format!("Accident sur {road}, 2 véhicules")));

    // No receipt: it comes again, the same.
    let again = collector.receive().await;
    assert_eq!((again.id(), &again.events), (first.id(), &first.events));
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 1.0).await;
    collector.confirm_as("somebody-elses-1-1").await;
    collector.confirm(&again).await;
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
    assert!(collector.receive_within(Duration::from_secs(7)).await.is_none(), "sent after its receipt");
    scene.metric_becomes("vigiroute_gateway_receipts_total", 1.0).await;
}

#[tokio::test]
async fn a_receipt_from_a_stranger_is_none() {
    let scene = Scene::start().await;
    scene.stack.prosody.add_account("stranger").unwrap();
    let stranger = Collector::log_in(&scene.stack, "stranger").await;
    let mut collector = Collector::start(&scene.stack).await;
    let now = now_ms();
    scene.crash("a", now, CRASH).await;
    scene.crash("b", now, NEAR).await;
    let delivery = collector.receive().await;
    stranger.confirm(&delivery).await;
    assert_eq!(collector.receive().await.id(), delivery.id());
    collector.confirm(&delivery).await;
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
}

#[tokio::test]
async fn a_gateway_killed_while_the_collector_is_away_loses_and_repeats_nothing() {
    const VEHICLES: usize = 120;
    let mut scene = Scene::start().await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let now = now_ms();
    let vehicle = |number: usize| format!("v{number}");
    for number in 0..VEHICLES {
        scene.position(&vehicle(number), now - 40_000, OUTSIDE).await;
    }
    for number in 0..VEHICLES {
        scene.position(&vehicle(number), now, INSIDE).await;
        if number == VEHICLES / 2 {
            // In the midst of it, with reports at the broker, in the queue and in the outbox.
            scene.gateway.kill().await;
        }
    }
    scene.gateway.restart().unwrap();
    scene.gateway.wait_until_ready(LONG).await.unwrap();
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 120.0).await;
    scene.gateway.kill().await;
    scene.gateway.restart().unwrap();

    let mut collector = Collector::start(&scene.stack).await;
    let mut events = collector.collect(VEHICLES).await;
    while let Some(more) = collector.receive_within(Duration::from_secs(3)).await {
        collector.confirm(&more).await;
        for event in more.events {
            if !events.iter().any(|known| known.id == event.id) {
                events.push(event);
            }
        }
    }
    assert_eq!(events.len(), VEHICLES, "not one entry a vehicle");
    assert!(events.iter().all(|event| event.kind == EventKind::ZoneEntry && event.revision == 1));
    let who: BTreeSet<String> =
        events.iter().flat_map(|event| &event.vehicles).map(ToString::to_string).collect();
    assert_eq!(who, (0..VEHICLES).map(vehicle).collect());
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
}

#[tokio::test]
async fn a_backlog_comes_in_arrays_and_the_revisions_of_one_event_in_order() {
    let scene = Scene::start().await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let now = now_ms();
    scene.crash("a", now - 40_000, CRASH).await;
    scene.crash("b", now - 40_000, NEAR).await;
    scene.crash("c", now - 40_000, NEAR).await;
    for number in 0..200 {
        scene.position(&format!("v{number}"), now - 40_000, OUTSIDE).await;
        scene.position(&format!("v{number}"), now, INSIDE).await;
    }
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 202.0).await;

    let mut collector = Collector::start(&scene.stack).await;
    let (mut revisions, mut largest, mut seen) = (Vec::new(), 0, BTreeSet::new());
    while seen.len() < 202 {
        let delivery = collector.receive().await;
        collector.confirm(&delivery).await;
        largest = largest.max(delivery.events.len());
        for event in delivery.events {
            if seen.insert((event.id, event.revision)) && event.kind == EventKind::Accident {
                revisions.push(event.revision);
            }
        }
    }
    assert_eq!(revisions, [1, 2]);
    assert!((2..=64).contains(&largest), "{largest}");
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
}

#[tokio::test]
async fn servers_that_are_killed_delay_events_and_lose_none() {
    let mut scene = Scene::start().await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let mut collector = Collector::start(&scene.stack).await;
    let now = now_ms();
    for number in 0..20 {
        scene.position(&format!("v{number}"), now - 40_000, OUTSIDE).await;
    }
    scene.stack.prosody.kill().await;
    for number in 0..20 {
        scene.position(&format!("v{number}"), now, INSIDE).await;
    }
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 20.0).await;
    scene.stack.mosquitto.kill().await;
    scene.stack.prosody.restart().await.unwrap();
    scene.stack.mosquitto.restart().await.unwrap();
    let events = collector.collect(20).await;
    assert_eq!(events.len(), 20);
    scene.gateway.wait_until_ready(LONG).await.unwrap();
    scene.position("v0", now + 40_000 - 39_000, INSIDE).await;
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
}

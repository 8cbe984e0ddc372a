use crate::scene::{Collector, LONG, Scene, circle, now_ms};
use model::EventKind;
use std::time::Duration;
use tokio::time::Instant;

const OUTSIDE: (f64, f64) = (60.1730, 24.9400);
const INSIDE: (f64, f64) = (60.1700, 24.9400);

#[tokio::test]
async fn a_zone_works_within_a_second_and_until_it_is_removed() {
    let scene = Scene::start().await;
    let mut collector = Collector::start(&scene.stack).await;
    let now = now_ms();
    scene.position("v1", now - 100_000, OUTSIDE).await;

    let begun = Instant::now();
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    scene.position("v1", now - 60_000, INSIDE).await;
    scene.position("v1", now - 20_000, OUTSIDE).await;
    let events = collector.collect(2).await;
    assert_eq!(
        events.iter().map(|event| event.kind).collect::<Vec<_>>(),
        [EventKind::ZoneEntry, EventKind::ZoneExit]
    );
    for event in &events {
        let zone = event.zone.as_ref().unwrap();
        assert_eq!((zone.id.as_str(), zone.name.as_str()), ("centre", "CENTRE"));
        assert_eq!(event.vehicles[0].as_str(), "v1");
    }
    assert!((now - 100_000..=now - 60_000).contains(&events[0].occurred_at.as_ms()));

    scene.remove_zone("centre").await;
    scene.metric_becomes("vigiroute_gateway_zones", 0.0).await;
    scene.position("v1", now + 2_000, INSIDE).await;
    assert!(collector.receive_within(Duration::from_secs(1)).await.is_none());
}

#[tokio::test]
async fn zones_outlive_the_gateway_even_if_the_broker_forgets_them() {
    let mut scene = Scene::start().await;
    let mut collector = Collector::start(&scene.stack).await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    scene.gateway.stop(LONG).await;
    scene.stack.mosquitto.kill().await;
    for entry in std::fs::read_dir(scene.stack.folder().join("mosquitto")).unwrap().flatten() {
        if entry.file_name().to_string_lossy().ends_with(".db") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    scene.stack.mosquitto.restart().await.unwrap();
    scene.gateway.restart().unwrap();
    scene.gateway.wait_until_ready(LONG).await.unwrap();
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let now = now_ms();
    scene.position("v1", now - 40_000, OUTSIDE).await;
    scene.position("v1", now, INSIDE).await;
    assert_eq!(collector.collect(1).await[0].kind, EventKind::ZoneEntry);
}

#[tokio::test]
async fn a_visit_goes_on_over_a_restart() {
    let mut scene = Scene::start().await;
    let mut collector = Collector::start(&scene.stack).await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    let now = now_ms();
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    scene.position("v1", now - 90_000, OUTSIDE).await;
    scene.position("v1", now - 50_000, INSIDE).await;
    assert_eq!(collector.collect(1).await[0].kind, EventKind::ZoneEntry);
    scene.gateway.kill().await;
    scene.gateway.restart().unwrap();
    scene.position("v1", now - 45_000, INSIDE).await;
    scene.position("v1", now, OUTSIDE).await;
    let events = collector.collect(1).await;
    assert_eq!(events[0].kind, EventKind::ZoneExit);
    assert!(collector.receive_within(Duration::from_secs(1)).await.is_none());
}

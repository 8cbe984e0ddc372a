//! What an operator sees: metrics, logs, the end.

use crate::events::{accident, zone_entry};
use crate::world::{PATIENCE, World, open_accident};
use model::Phase;
use std::time::Duration;
use testbed::{Program, Running};

#[tokio::test]
async fn metrics_tell_what_came_what_was_stored_and_how_full_the_queues_are() {
    let mut world = World::start().await;
    world.gateway.send(&[open_accident(0, "a"), zone_entry(5, "centre", "v1")]).await;
    world.gateway.answer(PATIENCE).await.unwrap();
    world.gateway.send(&[accident(0, "a", 1, Phase::Started, &["v1"])]).await;
    world.gateway.answer(PATIENCE).await.unwrap();
    for (line, value) in [
        ("vigiroute_collector_messages_total", 2),
        ("vigiroute_collector_receipts_total", 2),
        ("vigiroute_collector_revisions_stored_total", 3),
        ("vigiroute_collector_events_total{type=\"accident\",phase=\"started\"}", 1),
        ("vigiroute_collector_events_total{type=\"zone_entry\",phase=\"started\"}", 1),
        ("vigiroute_collector_messages_dropped_total{reason=\"malformed\"}", 0),
        ("vigiroute_collector_store_seconds_count", 2),
        ("vigiroute_queue_capacity{queue=\"to_store\"}", 64),
        ("vigiroute_queue_capacity{queue=\"to_publish\"}", 1_024),
        ("vigiroute_queue_capacity{queue=\"xmpp_to_send\"}", 64),
        ("vigiroute_queue_depth{queue=\"to_store\"}", 0),
    ] {
        assert_eq!(world.metric(line).await, value, "{line}");
    }
}

#[tokio::test]
async fn logs_are_json_if_asked_and_a_failure_is_told_once() {
    let mut world = World::start().await;
    world.collector.stop(PATIENCE).await;
    let binary = env!("CARGO_BIN_EXE_collector").into();
    let settings = [("VIGIROUTE_LOG_FORMAT", "json")];
    let before = world.collector.log().len();
    let mut collector =
        Running::start_from(binary, Program::Collector, &[], &world.stack, &settings).unwrap();
    collector.wait_until_ready(PATIENCE).await.unwrap();
    world.stack.database.stop().await;
    world.gateway.send(&[open_accident(0, "a")]).await;
    // Long enough for several tries.
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.stack.database.restart().await.unwrap();
    assert!(world.gateway.answer(PATIENCE).await.is_some());

    let begun = std::time::Instant::now();
    let ended = collector.stop(Duration::from_secs(10)).await.unwrap();
    assert!(ended.success() && begun.elapsed() < Duration::from_secs(10), "{ended} {:?}", begun.elapsed());
    let log = collector.log();
    let lines: Vec<serde_json::Value> =
        log[before..].lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let told = |words: &str| {
        lines.iter().filter(|line| line["message"].as_str().unwrap_or_default().contains(words)).count()
    };
    assert_eq!((told("cannot store events"), told("the database takes events again")), (1, 1), "{log}");
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
}

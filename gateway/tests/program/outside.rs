//! What an operator sees: metrics, logs, the end; and the state folder saved and taken back.

use crate::scene::{Collector, LONG, Scene, circle, now_ms};
use std::path::Path;
use std::time::Duration;

const OUTSIDE: (f64, f64) = (60.1730, 24.9400);
const INSIDE: (f64, f64) = (60.1700, 24.9400);

#[tokio::test]
async fn metrics_tell_what_came_what_became_of_it_and_how_full_the_queues_are() {
    let scene = Scene::start().await;
    let now = now_ms();
    for _ in 0..2 {
        scene.position("v1", now, INSIDE).await;
    }
    scene.publish("vigiroute/v1/vehicles/v1/position", "{").await;
    scene.metric_becomes("vigiroute_gateway_messages_total", 3.0).await;
    for (name, value) in [
        ("vigiroute_gateway_reports_used_total{kind=\"position\"}", 1.0),
        ("vigiroute_gateway_reports_dropped_total{reason=\"duplicate\"}", 1.0),
        ("vigiroute_gateway_reports_dropped_total{reason=\"malformed\"}", 1.0),
        ("vigiroute_gateway_reports_dropped_total{reason=\"future\"}", 0.0),
        ("vigiroute_gateway_report_delay_seconds_count", 1.0),
        ("vigiroute_gateway_outbox_oldest_seconds", 0.0),
        ("vigiroute_queue_capacity{queue=\"mqtt_received\"}", 2_000.0),
        ("vigiroute_queue_depth{queue=\"mqtt_received\"}", 0.0),
        ("vigiroute_queue_capacity{queue=\"xmpp_received\"}", 256.0),
    ] {
        scene.metric_becomes(name, value).await;
    }
}

#[tokio::test]
async fn a_state_folder_that_was_copied_and_taken_back_still_holds_what_waits() {
    let mut scene = Scene::start().await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let now = now_ms();
    scene.position("v1", now - 30_000, OUTSIDE).await;
    scene.position("v1", now, INSIDE).await;
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 1.0).await;

    let begun = std::time::Instant::now();
    let ended = scene.gateway.stop(Duration::from_secs(10)).await.expect("it ends");
    assert!(ended.success() && begun.elapsed() < Duration::from_secs(10), "{ended} {:?}", begun.elapsed());
    let (folder, saved) = (scene.stack.folder().join("gateway"), scene.stack.folder().join("saved"));
    copy(&folder, &saved);
    std::fs::remove_dir_all(&folder).expect("the folder is lost");
    copy(&saved, &folder);
    scene.gateway.restart().expect("it starts");
    scene.gateway.wait_until_ready(LONG).await.expect("it is ready");

    let mut collector = Collector::start(&scene.stack).await;
    let events = collector.collect(1).await;
    assert_eq!(events[0].vehicles[0].as_str(), "v1");
    scene.metric_becomes("vigiroute_gateway_outbox_depth", 0.0).await;
    // It knows that the vehicle is inside: nothing is told twice.
    scene.position("v1", now + 1_000, INSIDE).await;
    assert!(collector.receive_within(Duration::from_secs(2)).await.is_none());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}

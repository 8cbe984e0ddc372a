//! The broker goes away and comes back.

use std::time::Duration;

use model::Timestamp;
use serde_json::Value;

use super::world::World;

const SCENARIO: &str = r#"
vehicles = 100
[[through]]
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
share = 0.2
[[incident]]
kind = "crash"
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
at_s = 0.0
duration_s = 300.0
"#;

#[tokio::test(flavor = "multi_thread")]
async fn after_an_outage_positions_are_new_and_states_and_hazards_are_not_lost() {
    let mut world = World::start().await;
    let scenario = world.write("crash.toml", SCENARIO);
    world.broker.stop().await;
    // The crash happens while nobody listens.
    let simulator = world.drive(&scenario);
    tokio::time::sleep(Duration::from_secs(25)).await;
    world.broker.restart().await.unwrap();
    let mut incoming = world.watch("watch", &["vigiroute/#"]).await;
    let back = Timestamp::from_ms_clamped(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64);
    let mut messages = Vec::new();
    let begun = std::time::Instant::now();
    let json = |message: &link::mqtt::Message| serde_json::from_slice::<Value>(&message.payload).unwrap();
    let is_hazard = |message: &link::mqtt::Message| message.topic.ends_with("/hazard");
    let is_online =
        |message: &link::mqtt::Message| message.topic.ends_with("/status") && json(message)["online"] == true;
    let all_there = |messages: &[link::mqtt::Message]| {
        messages.iter().filter(|message| is_hazard(message)).count() >= 2
            && messages.iter().filter(|message| is_online(message)).count() >= 102
    };
    while !all_there(&messages) && begun.elapsed() < Duration::from_secs(30) {
        messages.extend(incoming.messages_for(Duration::from_millis(500)).await);
    }
    messages.extend(incoming.messages_for(Duration::from_secs(2)).await);

    let hazards: Vec<Value> = messages.iter().filter(|message| is_hazard(message)).map(json).collect();
    assert!(hazards.len() >= 2, "{} hazards", hazards.len());
    let positions: Vec<Value> =
        messages.iter().filter(|message| message.topic.ends_with("/position")).map(json).collect();
    let oldest_ms = positions.iter().map(|report| report["ts"].as_i64().unwrap()).min().unwrap();
    assert!(back.as_ms() - oldest_ms < 2_500, "a position of {} ms before", back.as_ms() - oldest_ms);
    let online = messages.iter().filter(|message| is_online(message)).count();
    assert!(online >= 102, "{online} online");
    assert!(messages.iter().any(|message| message.topic == "vigiroute/v1/simulation/scenario"));
    let said = simulator.end().await;
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
}

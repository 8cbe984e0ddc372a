use crate::scene::{LONG, Scene, now_ms};
use serde_json::Value;
use std::time::Duration;
use testbed::DOMAIN;
use testbed::bosh::{Guest, Notice};
use tokio::time::{Instant, timeout};

const NODE: &str = "urn:vigiroute:traffic";

async fn next_picture(guest: &mut Guest) -> Value {
    let heard = guest.next_notices(LONG).await.unwrap();
    let Some(Notice::Published { node, id, payload }) = heard.last() else { panic!("{heard:?}") };
    assert_eq!((node.as_str(), id.as_str()), (NODE, "now"));
    assert_eq!(payload.children().next().unwrap().ns(), "urn:xmpp:json:0");
    serde_json::from_str(&payload.children().next().unwrap().text()).unwrap()
}

async fn watching_guest(scene: &Scene) -> Guest {
    let mut guest = Guest::connect(&scene.stack.prosody.bosh_url(), &format!("live.{DOMAIN}")).await.unwrap();
    let subscribed = async {
        while guest.subscribe(&format!("pubsub.{DOMAIN}"), NODE).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(LONG, subscribed).await.unwrap();
    guest
}

#[tokio::test]
async fn browsers_see_the_vehicles_once_a_second_also_after_the_server_lost_the_node() {
    let mut scene = Scene::start().await;
    let mut guest = watching_guest(&scene).await;
    let begun = now_ms();
    scene.position("v1", begun, (60.17, 24.94)).await;
    let picture = next_picture(&mut guest).await;
    assert_eq!(
        (picture["vehicles"].as_u64(), picture["sample"].as_array().map(Vec::len)),
        (Some(1), Some(1))
    );
    let vehicle = &picture["sample"][0];
    assert_eq!(
        (&vehicle[0], &vehicle[1], &vehicle[2], &vehicle[3]),
        (&"v1".into(), &60.17.into(), &24.94.into(), &8.0.into())
    );
    assert!(picture["reports_per_s"].as_f64().unwrap() > 0.0);
    assert!((0.0..5.0).contains(&picture["delay_s"].as_f64().unwrap()), "{picture}");

    // No flood, whatever comes in.
    let begun = Instant::now();
    let mut pictures = 0;
    while begun.elapsed() < Duration::from_secs(3) {
        scene.position("v1", now_ms(), (60.17, 24.94)).await;
        if guest.next_notices(Duration::from_millis(100)).await.is_ok_and(|heard| !heard.is_empty()) {
            pictures += 1;
        }
    }
    assert!((2..=4).contains(&pictures), "{pictures} pictures in 3 s");

    scene.stack.prosody.kill().await;
    scene.stack.prosody.restart().await.unwrap();
    scene.gateway.wait_until_ready(LONG).await.unwrap();
    let mut guest = watching_guest(&scene).await;
    scene.position("v2", now_ms(), (60.17, 24.94)).await;
    let both = async { while next_picture(&mut guest).await["vehicles"] != 2 {} };
    timeout(LONG, both).await.expect("the second vehicle is never seen");
}

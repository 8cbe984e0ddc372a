//! From the gateway's message to the receipt.

use crate::events::{accident, zone_entry};
use crate::world::{Correspondent, PATIENCE, World, open_accident, start_collector};
use model::{Event, Phase, stanza};
use std::time::Duration;
use testbed::{Stack, http};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::minidom::rxml::xml_ncname;

const A_WHILE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn what_the_gateway_sends_is_stored_and_confirmed() {
    let mut world = World::start().await;
    let id = world.gateway.send(&[open_accident(0, "42.1")]).await;
    assert_eq!(world.gateway.answer(PATIENCE).await, Some((id, true)));
    assert_eq!(world.rows("events WHERE type = 'accident' AND road_id = '42.1'").await, 1);

    let backlog: Vec<Event> = (0..64).map(|n| zone_entry(1_000 + n, "centre", &format!("v{n}"))).collect();
    let id = world.gateway.send(&backlog).await;
    assert_eq!(world.gateway.answer(PATIENCE).await, Some((id, true)));
    assert_eq!(world.rows("events WHERE zone_id = 'centre'").await, 64);
    assert_eq!(world.rows("event_vehicles").await, 66);
}

#[tokio::test]
async fn nothing_is_confirmed_before_it_is_in_the_database() {
    let mut world = World::start().await;
    world.stack.database.stop().await;
    let first = world.gateway.send(&[open_accident(0, "a")]).await;
    assert_eq!(world.gateway.answer(A_WHILE).await, None, "nothing is stored, nothing is confirmed");
    let (status, body) = http::get(&format!("{}/health/ready", world.collector.health_url())).await.unwrap();
    assert_eq!(status, 503);
    assert!(body.contains("mysql:"), "{body}");

    world.stack.database.restart().await.unwrap();
    assert_eq!(world.gateway.answer(PATIENCE).await, Some((first, true)));
    assert_eq!(world.rows("events").await, 1);
    world.collector.wait_until_ready(PATIENCE).await.unwrap();
}

#[tokio::test]
async fn what_does_not_come_from_the_gateway_is_not_stored() {
    let mut world = World::start().await;
    world.stack.prosody.add_account("mallory").unwrap();
    let mut mallory = Correspondent::connect(&world.stack, "mallory").await;
    mallory.send(&[open_accident(0, "forged")]).await;
    world.wait_for_dropped("stranger", 1).await;

    let id = world.gateway.send(&[open_accident(0, "true")]).await;
    assert_eq!(world.gateway.answer(PATIENCE).await, Some((id, true)));
    assert_eq!(mallory.answer(Duration::from_millis(200)).await, None, "a stranger is told nothing");
    assert_eq!(world.rows("events").await, 1);
    assert_eq!(world.rows("events WHERE road_id = 'true'").await, 1);
}

#[tokio::test]
async fn a_bad_message_is_counted_and_refused_and_does_not_stop_the_next() {
    let mut world = World::start().await;
    let payload = |datatype: &str, json: &str| {
        let json = Element::builder("json", stanza::JSON).append(json).build();
        Element::builder("payload", stanza::JSON_MESSAGE)
            .attr(xml_ncname!("datatype").to_owned(), datatype)
            .append(json)
            .build()
    };
    let event = serde_json::to_string(&open_accident(0, "a")).unwrap();
    let invalid = Event { revision: 0, ..open_accident(0, "a") };
    let invalid = serde_json::to_string(&invalid).unwrap();
    let many = format!("[{}]", vec![event.as_str(); 65].join(","));
    let long = format!("{}{}", event, " ".repeat(stanza::MAX_JSON_BYTES));
    for (n, (reason, bad)) in [
        ("malformed", payload(stanza::EVENT_DATATYPE, "{\"id\":")),
        ("malformed", payload(stanza::EVENT_DATATYPE, "{\"id\":\"not an id\"}")),
        ("malformed", payload("urn:example:other", &event)),
        ("malformed", payload(stanza::EVENTS_DATATYPE, "[]")),
        ("malformed", Element::builder("nothing", "urn:example:other").build()),
        ("invalid", payload(stanza::EVENT_DATATYPE, &invalid)),
        ("too_many", payload(stanza::EVENTS_DATATYPE, &many)),
        ("too_large", payload(stanza::EVENT_DATATYPE, &long)),
    ]
    .into_iter()
    .enumerate()
    {
        let before = world.dropped(reason).await;
        let id = world.gateway.send_payload(bad).await;
        assert_eq!(world.gateway.answer(PATIENCE).await, Some((id, false)), "message {n} is refused");
        assert_eq!(world.dropped(reason).await, before + 1, "message {n} is counted as {reason}");
    }
    let id = world.gateway.send(&[open_accident(0, "a")]).await;
    assert_eq!(world.gateway.answer(PATIENCE).await, Some((id, true)));
    assert_eq!(world.rows("events").await, 1);
    assert_eq!(world.rows("event_revisions").await, 1);
}

#[tokio::test]
async fn one_message_that_the_database_refuses_costs_the_others_nothing() {
    let mut world = World::start().await;
    let refuse = "events ADD CHECK (road_id <> 'cursed')";
    let url = world.stack.database.url("collector", "vigiroute").unwrap();
    {
        use sqlx::{Connection, Executor};
        let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("ALTER TABLE {refuse}"))).await.unwrap();
    }
    // Held back, so that the three are stored together.
    world.stack.database.stop().await;
    for road in ["a", "cursed", "b"] {
        world.gateway.send(&[open_accident(0, road)]).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    world.stack.database.restart().await.unwrap();
    let mut confirmed = vec![];
    for _ in 0..2 {
        confirmed.push(world.gateway.answer(PATIENCE).await.unwrap());
    }
    assert_eq!(confirmed, [("m1".to_owned(), true), ("m3".to_owned(), true)]);
    assert_eq!(world.dropped("refused").await, 1);
    assert_eq!(world.rows("events").await, 2);
}

#[tokio::test]
async fn a_killed_collector_has_stored_what_it_confirmed_and_takes_the_rest_again() {
    let mut world = World::start().await;
    let revisions = |n: i64| (0..8).map(move |i| open_accident(n * 100 + i, "a"));
    for n in 0..3 {
        world.gateway.deliver(&revisions(n).collect::<Vec<_>>()).await;
    }
    world.gateway.send(&revisions(3).collect::<Vec<_>>()).await;
    world.collector.kill().await;
    assert!(world.rows("events").await >= 24);
    world.collector.restart().unwrap();
    world.gateway.deliver(&revisions(3).collect::<Vec<_>>()).await;
    world.gateway.deliver(&[accident(0, "a", 2, Phase::Ended, &["v1"])]).await;
    assert_eq!(world.rows("events").await, 32);
    assert_eq!(world.rows("event_revisions").await, 33);
}

#[tokio::test]
async fn a_collector_asked_to_end_confirms_what_it_stored_and_exits_with_0() {
    let mut world = World::start().await;
    for n in 0..20 {
        world.gateway.send(&[open_accident(n, "a")]).await;
    }
    let first = world.gateway.answer(PATIENCE).await;
    assert_eq!(first, Some(("m1".to_owned(), true)));
    let status = world.collector.stop(Duration::from_secs(12)).await.unwrap();
    assert_eq!(status.code(), Some(0));
    let mut confirmed = 1;
    while let Some((_, true)) = world.gateway.answer(Duration::from_millis(300)).await {
        confirmed += 1;
    }
    assert_eq!(world.rows("events").await, confirmed);
}

#[tokio::test]
async fn a_collector_started_before_its_database_waits_for_it() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    stack.database.stop().await;
    let mut collector = start_collector(&stack);
    collector.wait_for_log("waiting for the database", PATIENCE).await.unwrap();
    let (status, body) = http::get(&format!("{}/health/ready", collector.health_url())).await.unwrap();
    assert_eq!(status, 503);
    assert!(body.contains("mysql:") && body.contains("waiting for the database"), "{body}");
    let (status, _) = http::get(&format!("{}/health/live", collector.health_url())).await.unwrap();
    assert_eq!(status, 200);
    stack.database.restart().await.unwrap();
    collector.wait_until_ready(PATIENCE).await.unwrap();
}

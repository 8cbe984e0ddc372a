//! What the PubSub nodes show.

use crate::events::{accident, zone_entry};
use crate::world::{PATIENCE, World, jam, open_accident};
use model::stanza::{ACCIDENT_NODE, JAM_NODE, ZONE_NODE, read_events};
use model::{Event, Phase};
use std::collections::BTreeMap;
use std::time::Duration;
use testbed::DOMAIN;
use testbed::bosh::{Guest, Notice};
use tokio::time::Instant;

fn service() -> String {
    format!("pubsub.{DOMAIN}")
}

/// The items on a node: id and revision.
async fn shown(guest: &mut Guest, node: &str) -> BTreeMap<String, u32> {
    let items = guest.items(&service(), node).await.unwrap();
    items.into_iter().map(|(id, payload)| (id, read_events(&payload).unwrap()[0].revision)).collect()
}

fn items(events: &[&Event]) -> BTreeMap<String, u32> {
    events.iter().map(|event| (event.id.to_string(), event.revision)).collect()
}

async fn wait_until_shown(world: &World, node: &str, expected: &BTreeMap<String, u32>) {
    let deadline = Instant::now() + PATIENCE;
    let mut guest = world.guest().await;
    loop {
        // A node that is not there yet is one that shows nothing.
        let items = guest.items(&service(), node).await.unwrap_or_default();
        let found: BTreeMap<String, u32> =
            items.into_iter().map(|(id, payload)| (id, read_events(&payload).unwrap()[0].revision)).collect();
        if found == *expected {
            return;
        }
        assert!(Instant::now() < deadline, "{node} shows {found:?}, not {expected:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_guest_sees_an_event_begin_change_and_end() {
    let mut world = World::start().await;
    let mut guest = world.guest().await;
    guest.subscribe(&service(), ACCIDENT_NODE).await.unwrap();
    let revisions = [
        open_accident(0, "42.1"),
        accident(0, "42.1", 2, Phase::Updated, &["v1", "v2", "v3"]),
        accident(0, "42.1", 3, Phase::Ended, &["v1", "v2", "v3"]),
    ];
    let mut heard = Vec::new();
    for (n, revision) in revisions.iter().enumerate() {
        world.gateway.deliver(std::slice::from_ref(revision)).await;
        heard.extend(guest.next_notices(PATIENCE).await.unwrap());
        if n < 2 {
            assert_eq!(shown(&mut guest, ACCIDENT_NODE).await, items(&[revision]));
        }
    }
    while !matches!(heard.last(), Some(Notice::Retracted { .. })) {
        let more = guest.next_notices(PATIENCE).await.unwrap();
        assert!(!more.is_empty(), "the ended event is retracted: {heard:?}");
        heard.extend(more);
    }
    let id = revisions[0].id.to_string();
    let published: Vec<Event> = heard
        .iter()
        .filter_map(|notice| match notice {
            Notice::Published { node, id: item, payload } => {
                assert_eq!((node.as_str(), item), (ACCIDENT_NODE, &id));
                Some(read_events(payload).unwrap().remove(0))
            }
            Notice::Retracted { .. } => None,
        })
        .collect();
    assert_eq!(published, revisions);
    assert_eq!(heard[3..], [Notice::Retracted { node: ACCIDENT_NODE.into(), id }]);
    assert_eq!(shown(&mut guest, ACCIDENT_NODE).await, items(&[]));
}

#[tokio::test]
async fn each_kind_has_its_node_and_repeats_are_not_published_again() {
    let mut world = World::start().await;
    let mut guest = world.guest().await;
    let (crash, queue, entry) =
        (open_accident(0, "a"), jam(10, "b", 1, Phase::Started), zone_entry(20, "centre", "v1"));
    for event in [&crash, &queue, &entry, &crash, &queue, &entry] {
        world.gateway.deliver(std::slice::from_ref(event)).await;
    }
    wait_until_shown(&world, ZONE_NODE, &items(&[&entry])).await;
    assert_eq!(shown(&mut guest, ACCIDENT_NODE).await, items(&[&crash]));
    assert_eq!(shown(&mut guest, JAM_NODE).await, items(&[&queue]));
    for node in [ACCIDENT_NODE, JAM_NODE, ZONE_NODE] {
        let counter = format!("vigiroute_collector_items_published_total{{node=\"{node}\"}}");
        assert_eq!(world.metric(&counter).await, 1, "{node}");
    }
}

#[tokio::test]
async fn a_guest_may_not_publish() {
    use xmpp_parsers::minidom::Element;
    let mut world = World::start().await;
    let mut guest = world.guest().await;
    let forged: Element = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='{ACCIDENT_NODE}'>\
         <item id='forged'><payload xmlns='urn:xmpp:json-msg:0'/></item></publish></pubsub>"
    )
    .parse()
    .unwrap();
    let answer = guest.ask("set", &service(), forged).await.unwrap();
    assert_eq!(answer.attr(xmpp_parsers::minidom::rxml::xml_ncname!("type")), Some("error"));
    world.gateway.deliver(&[open_accident(0, "a")]).await;
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&open_accident(0, "a")])).await;
}

#[tokio::test]
async fn nodes_come_back_when_prosody_lost_them() {
    use sqlx::{Connection, Executor};
    let mut world = World::start().await;
    let (open, over, queue) = (open_accident(0, "a"), open_accident(1, "b"), jam(2, "c", 1, Phase::Started));
    world.gateway.deliver(&[open.clone(), over.clone(), queue.clone()]).await;
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&open, &over])).await;

    world.stack.prosody.stop().await;
    let url = world.stack.database.url("prosody", "prosody").unwrap();
    let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
    for table in ["prosody", "prosodyarchive"] {
        connection.execute(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).await.unwrap();
    }
    world.stack.prosody.restart().await.unwrap();
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&open, &over])).await;
    wait_until_shown(&world, JAM_NODE, &items(&[&queue])).await;
    let ended = accident(1, "b", 2, Phase::Ended, &["v1"]);
    world.gateway.deliver(&[ended]).await;
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&open])).await;
}

#[tokio::test]
async fn what_ended_while_prosody_was_away_is_retracted_and_storing_went_on() {
    let mut world = World::start().await;
    let (open, over) = (open_accident(0, "a"), open_accident(1, "b"));
    world.gateway.deliver(&[open.clone(), over.clone()]).await;
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&open, &over])).await;
    world.collector.kill().await;

    // As another collector would have stored it, which then died before it published.
    let settings = crate::server::settings(&world.stack.database);
    let database = collector::store::Database::new(&settings);
    let mut writer = collector::store::Writer::new(database);
    let updated = accident(0, "a", 2, Phase::Updated, &["v1"]);
    let stored = [updated.clone(), accident(1, "b", 2, Phase::Ended, &["v1"]), open_accident(5, "new")];
    writer.store(&mut collector::store::Batch::of(stored.clone()).unwrap()).await.unwrap();

    world.collector.restart().unwrap();
    wait_until_shown(&world, ACCIDENT_NODE, &items(&[&updated, &stored[2]])).await;
}

#[tokio::test]
async fn more_zone_entries_than_a_node_holds_are_stored_and_the_newest_shown() {
    let mut world = World::start().await;
    let entries: Vec<Event> = (0..600).map(|n| zone_entry(n, "centre", &format!("v{n}"))).collect();
    let begin = Instant::now();
    for entries in entries.chunks(60) {
        world.gateway.deliver(entries).await;
    }
    println!("600 zone entries stored and confirmed in {} ms", begin.elapsed().as_millis());
    assert_eq!(world.rows("events").await, 600);
    let counter = format!("vigiroute_collector_items_published_total{{node=\"{ZONE_NODE}\"}}");
    let deadline = begin + PATIENCE * 2;
    while world.metric(&counter).await < 600 {
        assert!(Instant::now() < deadline, "all are published");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("… and published after {} ms", begin.elapsed().as_millis());
    let mut guest = world.guest().await;
    assert_eq!(shown(&mut guest, ZONE_NODE).await.len(), 256);
}

//! The XMPP server: accounts, nodes, guests, memory.

use std::time::Duration;

use futures::StreamExt;
use testbed::bosh::{Guest, Notice};
use testbed::{DOMAIN, Stack};
use tokio::time::timeout;
use tokio_xmpp::connect::DnsConfig;
use tokio_xmpp::jid::Jid;
use tokio_xmpp::minidom::Element;
use tokio_xmpp::{Client, Event, Stanza};

const LONG: Duration = Duration::from_secs(5);
const NODE: &str = "urn:vigiroute:event:accident";
const PUBSUB: &str = "pubsub.vigiroute.local";
const LIVE: &str = "live.vigiroute.local";

async fn service(stack: &Stack, name: &str) -> Client {
    let password = stack.prosody.password(name).unwrap();
    let jid: Jid = format!("{name}@{DOMAIN}/{name}").parse().unwrap();
    let server = DnsConfig::addr(&format!("127.0.0.1:{}", stack.prosody.port()));
    let mut client = Client::new_plaintext(jid, password, server, Default::default());
    timeout(LONG, async {
        loop {
            if let Event::Online { .. } = client.next().await.unwrap() {
                break;
            }
        }
    })
    .await
    .unwrap();
    client
}

fn stanza(xml: &str) -> Stanza {
    Stanza::try_from(xml.parse::<Element>().unwrap()).unwrap()
}

/// The next stanza, as text.
async fn hear(client: &mut Client) -> String {
    timeout(LONG, async {
        loop {
            if let Event::Stanza(stanza) = client.next().await.unwrap() {
                return String::from(&Element::from(stanza));
            }
        }
    })
    .await
    .unwrap()
}

async fn ask(client: &mut Client, kind: &str, payload: &str) -> String {
    let xml = format!("<iq xmlns='jabber:client' type='{kind}' id='q' to='{PUBSUB}'>{payload}</iq>");
    client.send_stanza(stanza(&xml)).await.unwrap();
    hear(client).await
}

async fn create_node(client: &mut Client) {
    let answer = ask(
        client,
        "set",
        &format!("<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='{NODE}'/></pubsub>"),
    )
    .await;
    assert!(answer.contains("type='result'") || answer.contains("type=\"result\""), "{answer}");
}

async fn publish(client: &mut Client, id: &str) -> String {
    ask(
        client,
        "set",
        &format!(
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='{NODE}'><item id='{id}'>\
             <payload xmlns='urn:xmpp:json-msg:0'>{id}</payload></item></publish></pubsub>"
        ),
    )
    .await
}

#[tokio::test]
async fn a_guest_reads_the_items_and_hears_what_is_published_and_retracted() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    create_node(&mut collector).await;
    publish(&mut collector, "e1").await;

    let mut guest = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();
    assert!(guest.jid().contains(LIVE));
    guest.subscribe(PUBSUB, NODE).await.unwrap();
    let items = guest.items(PUBSUB, NODE).await.unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].0.as_str(), items[0].1.text().as_str()), ("e1", "e1"));

    publish(&mut collector, "e2").await;
    let heard = guest.next_notices(LONG).await.unwrap();
    assert!(
        matches!(&heard[..], [Notice::Published { node, id, payload }] if node == NODE && id == "e2" && payload.text() == "e2"),
        "{heard:?}"
    );
    let retract = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><retract node='{NODE}' notify='1'><item id='e2'/></retract></pubsub>"
    );
    ask(&mut collector, "set", &retract).await;
    let heard = guest.next_notices(LONG).await.unwrap();
    assert_eq!(heard, [Notice::Retracted { node: NODE.into(), id: "e2".into() }]);
}

#[tokio::test]
async fn a_guest_can_neither_publish_nor_reach_the_services() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    create_node(&mut collector).await;
    let mut guest = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();

    for payload in [
        format!(
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='{NODE}'><item id='x'><a xmlns='b'/></item></publish></pubsub>"
        ),
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='mine'/></pubsub>".to_owned(),
        format!("<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='{NODE}'/></pubsub>"),
    ] {
        let answer = guest.ask("set", PUBSUB, payload.parse().unwrap()).await.unwrap();
        assert_eq!(answer.attr("type"), Some("error"), "{payload}: {answer:?}");
        assert!(String::from(&answer).contains("forbidden"), "{payload}: {answer:?}");
    }

    let ping = "<ping xmlns='urn:xmpp:ping'/>".parse().unwrap();
    let answer = guest.ask("get", &format!("collector@{DOMAIN}/collector"), ping).await.unwrap();
    assert!(String::from(&answer).contains("not-allowed"), "{answer:?}");
    let message = format!(
        "<message xmlns='jabber:client' to='collector@{DOMAIN}/collector' type='normal'><body>forged</body></message>"
    );
    guest.send(message.parse().unwrap()).await.unwrap();
    let refusal = guest.next_message(LONG).await.unwrap().unwrap();
    assert!(String::from(&refusal).contains("not-allowed"), "{refusal:?}");
    assert!(timeout(Duration::from_millis(300), hear(&mut collector)).await.is_err());
}

#[tokio::test]
async fn a_guest_who_has_left_is_no_longer_subscribed() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    create_node(&mut collector).await;
    let subscriptions = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><subscriptions node='{NODE}'/></pubsub>"
    );
    let mut stays = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();
    stays.subscribe(PUBSUB, NODE).await.unwrap();
    let mut leaves = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();
    leaves.subscribe(PUBSUB, NODE).await.unwrap();
    let both = ask(&mut collector, "get", &subscriptions).await;
    assert!(both.contains(stays.jid()) && both.contains(leaves.jid()), "{both}");

    let left = leaves.jid().to_owned();
    leaves.close().await.unwrap();

    let one = ask(&mut collector, "get", &subscriptions).await;
    assert!(one.contains(stays.jid()) && !one.contains(&left), "{one}");

    // A killed server cannot take leave of its guests; it forgets them when it starts again.
    drop(collector);
    stack.prosody.kill().await;
    stack.prosody.restart().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    let none = ask(&mut collector, "get", &subscriptions).await;
    assert!(none.contains("<subscriptions") && !none.contains(LIVE), "{none}");
}

#[tokio::test]
async fn a_message_reaches_the_collector_or_comes_back() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let mut gateway = service(&stack, "gateway").await;
    let message = format!(
        "<message xmlns='jabber:client' to='collector@{DOMAIN}/collector' type='normal' id='m1'><body>accident</body></message>"
    );
    gateway.send_stanza(stanza(&message)).await.unwrap();
    let bounced = hear(&mut gateway).await;
    assert!(bounced.contains("m1") && bounced.contains("service-unavailable"), "{bounced}");

    let mut collector = service(&stack, "collector").await;
    gateway.send_stanza(stanza(&message)).await.unwrap();
    let arrived = hear(&mut collector).await;
    assert!(arrived.contains("accident"), "{arrived}");
}

#[tokio::test]
async fn nodes_items_and_accounts_are_in_the_database() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    create_node(&mut collector).await;
    publish(&mut collector, "e1").await;
    let mut gateway = service(&stack, "gateway").await;
    let message = format!(
        "<message xmlns='jabber:client' to='collector@{DOMAIN}/collector' type='chat' id='m1'><body>kept in the archive</body></message>"
    );
    gateway.send_stanza(stanza(&message)).await.unwrap();
    hear(&mut collector).await;

    let pool =
        sqlx::mysql::MySqlPool::connect(&stack.database.url("prosody", "prosody").unwrap()).await.unwrap();
    let accounts: (i64,) =
        sqlx::query_as("SELECT COUNT(DISTINCT user) FROM prosody WHERE store = 'accounts' AND host = ?")
            .bind(DOMAIN)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(accounts, (2,));
    let items: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM prosodyarchive WHERE host = ? AND `key` = 'e1'")
        .bind(PUBSUB)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(items, (1,));
    let archived: (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM prosodyarchive WHERE host = ? AND value LIKE '%kept in the archive%'",
    )
    .bind(DOMAIN)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(archived, (2,), "once for each of the two accounts");

    stack.prosody.kill().await;
    stack.prosody.restart().await.unwrap();
    let mut guest = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();
    assert_eq!(guest.items(PUBSUB, NODE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_server_goes_on_after_its_database_was_away() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    let mut collector = service(&stack, "collector").await;
    create_node(&mut collector).await;
    stack.database.kill().await;
    let refused = publish(&mut collector, "e1").await;
    assert!(refused.contains("error"), "{refused}");

    stack.database.restart().await.unwrap();

    let taken = publish(&mut collector, "e1").await;
    assert!(!taken.contains("error"), "{taken}");
    let mut guest = Guest::connect(&stack.prosody.bosh_url(), LIVE).await.unwrap();
    assert_eq!(guest.items(PUBSUB, NODE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_tls_nobody_logs_in() {
    let stack = Stack::start().await.unwrap();
    let password = stack.prosody.password("gateway").unwrap();
    let jid: Jid = format!("gateway@{DOMAIN}/gateway").parse().unwrap();
    let server = DnsConfig::addr(&format!("127.0.0.1:{}", stack.prosody.port()));
    let mut client = Client::new_plaintext(jid, password, server, Default::default());
    let online = timeout(Duration::from_secs(2), async {
        loop {
            if let Some(Event::Online { .. }) = client.next().await {
                return;
            }
        }
    });
    assert!(online.await.is_err());
}

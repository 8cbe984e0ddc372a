//! The supervised stream against a real Prosody.

use link::xmpp::{self, Client, Event, Incoming, Message, Settings};
use link::{Condition, Readiness};
use std::time::Duration;
use testbed::{DOMAIN, Proxy, Stack};
use tokio::time::{Instant, timeout};

const LONG: Duration = Duration::from_secs(20);

fn settings(stack: &Stack, account: &str) -> Settings {
    Settings {
        jid: format!("{account}@{DOMAIN}/{account}").parse().unwrap(),
        password: stack.prosody.password(account).unwrap().into(),
        host: "127.0.0.1".into(),
        port: stack.prosody.port(),
        allow_plain: true,
    }
}

fn condition() -> Condition {
    Readiness::new().condition("xmpp")
}

async fn online(stack: &Stack, account: &str) -> (Client, Incoming) {
    let (client, mut incoming) = xmpp::connect(settings(stack, account), condition());
    let event = timeout(LONG, incoming.recv()).await.unwrap().unwrap();
    assert!(matches!(event, Event::Online { resumed: false }), "{event:?}");
    (client, incoming)
}

fn message(to: &str, id: &str) -> Message {
    let mut message = Message::normal(xmpp::Jid::new(&format!("{to}@{DOMAIN}/{to}")).unwrap());
    message.id = Some(xmpp_parsers::message::Id(id.to_owned()));
    // No body: the server keeps messages with a body in its archive, and this is not about the archive's speed.
    message.payloads.push("<payload xmlns='urn:test'/>".parse().unwrap());
    message
}

fn id(message: &Message) -> String {
    message.id.clone().unwrap().0
}

async fn next_message(incoming: &mut Incoming) -> Message {
    loop {
        match timeout(LONG, incoming.recv()).await.unwrap().unwrap() {
            Event::Message(message) => return *message,
            Event::Online { .. } | Event::Offline => {}
        }
    }
}

/// The library alone would try to resume for ever: the server's answer that it does not know the session is taken for
/// a broken stream.
#[tokio::test]
async fn a_server_killed_and_without_its_memory_gets_every_stanza_of_the_outbox() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    let (collector, mut to_collector) = online(&stack, "collector").await;
    let (gateway, mut to_gateway) = online(&stack, "gateway").await;
    let mut outbox: Vec<String> = (0..40).map(|number| format!("e{number}")).collect();
    for id in &outbox[..20] {
        gateway.send(message("collector", id)).await.unwrap();
    }
    assert_eq!(id(&next_message(&mut to_collector).await), "e0");

    stack.prosody.kill().await;
    let forgotten = stack.folder().join("prosody");
    for entry in std::fs::read_dir(forgotten).unwrap().flatten() {
        let keep = entry.file_name() == "prosody.cfg.lua" || entry.file_name() == "modules";
        if !keep && entry.path().is_dir() {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let killed = Instant::now();
    stack.prosody.restart().await.unwrap();

    // The receiver answers each message by its id; the sender sends what is unanswered again with every new session.
    let answering = tokio::spawn(async move {
        loop {
            let received = next_message(&mut to_collector).await;
            if collector.send(message("gateway", &id(&received))).await.is_err() {
                break;
            }
        }
    });
    let mut sessions = 0;
    timeout(LONG, async {
        while !outbox.is_empty() {
            match timeout(Duration::from_secs(2), to_gateway.recv()).await {
                Ok(Some(Event::Message(answer))) => outbox.retain(|waiting| *waiting != id(&answer)),
                Ok(Some(Event::Online { resumed })) => {
                    assert!(!resumed, "the server remembers");
                    sessions += 1;
                    for id in &outbox {
                        gateway.send(message("collector", id)).await.unwrap();
                    }
                }
                Ok(Some(Event::Offline)) => {}
                Ok(None) => panic!("closed"),
                // The receiver may have come back after the sender: what bounced meanwhile goes out again.
                Err(_) => {
                    for id in &outbox {
                        gateway.send(message("collector", id)).await.unwrap();
                    }
                }
            }
        }
    })
    .await
    .unwrap_or_else(|_| panic!("never arrived: {outbox:?}"));
    assert!(sessions >= 1);
    println!("all 40 arrived {:?} after the server was killed", killed.elapsed());
    answering.abort();
}

/// The library's split halves sleep over what they should receive when several tasks send.
#[tokio::test]
async fn four_senders_get_all_their_answers_promptly() {
    const EACH: usize = 250;
    let stack = Stack::start_allowing_plain().await.unwrap();
    let (echo, mut to_echo) = online(&stack, "collector").await;
    let (client, mut incoming) = online(&stack, "gateway").await;
    tokio::spawn(async move {
        loop {
            let received = next_message(&mut to_echo).await;
            if echo.send(message("gateway", &id(&received))).await.is_err() {
                break;
            }
        }
    });
    let begun = Instant::now();
    for sender in 0..4 {
        let client = client.clone();
        tokio::spawn(async move {
            for number in 0..EACH {
                client.send(message("collector", &format!("{sender}.{number}"))).await.unwrap();
            }
        });
    }
    let mut next = [0; 4];
    for _ in 0..4 * EACH {
        let answer = id(&next_message(&mut incoming).await);
        let (sender, number) = answer.split_once('.').unwrap();
        let expected = &mut next[sender.parse::<usize>().unwrap()];
        assert_eq!(number.parse::<usize>().unwrap(), *expected, "out of order");
        *expected += 1;
    }
    let took = begun.elapsed();
    println!("{} messages there and back in {took:?}", 4 * EACH);
    assert!(took < LONG, "{took:?}");
}

#[tokio::test]
async fn a_session_goes_on_over_a_cut_link_without_loss() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let (_collector, mut to_collector) = online(&stack, "collector").await;
    let proxy = testbed::Proxy::to(stack.prosody.port()).unwrap();
    let settings = Settings { port: proxy.port(), ..settings(&stack, "gateway") };
    let readiness = Readiness::new();
    let (gateway, mut to_gateway) = xmpp::connect(settings, readiness.condition("xmpp"));
    gateway.wait_online().await.unwrap();
    assert!(readiness.is_ready());

    proxy.cut();
    for number in 0..20 {
        gateway.send(message("collector", &number.to_string())).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!readiness.is_ready());
    proxy.restore();
    for number in 0..20 {
        assert_eq!(id(&next_message(&mut to_collector).await), number.to_string());
    }
    assert!(readiness.is_ready());
    let mut seen = Vec::new();
    while let Ok(Some(event)) = timeout(Duration::from_millis(100), to_gateway.recv()).await {
        seen.push(format!("{event:?}"));
    }
    assert_eq!(seen, ["Online { resumed: false }", "Offline", "Online { resumed: true }"]);
}

#[tokio::test]
async fn a_second_client_of_a_name_hears_that_it_is_taken_and_the_first_goes_on() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let (_first, mut to_first) = online(&stack, "gateway").await;
    let readiness = Readiness::new();
    let (second, mut to_second) = xmpp::connect(settings(&stack, "gateway"), readiness.condition("xmpp"));
    timeout(LONG, second.name_taken()).await.unwrap();
    assert!(readiness.missing()[0].reason.contains("another program is online as gateway@"));
    assert!(timeout(Duration::from_secs(1), to_second.recv()).await.is_err(), "the second never logs in");
    assert!(to_first.try_recv().is_none(), "the first noticed nothing");
}

#[tokio::test]
async fn of_two_clients_that_came_to_have_one_name_one_gives_way() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let first = xmpp::connect(settings(&stack, "gateway"), condition());
    let second = xmpp::connect(settings(&stack, "gateway"), condition());
    tokio::select! {
        _ = first.0.name_taken() => {}
        _ = second.0.name_taken() => {}
        () = tokio::time::sleep(LONG) => panic!("both go on"),
    }
    // Only one of them: the other goes on.
    let both = async { (first.0.name_taken().await, second.0.name_taken().await) };
    assert!(timeout(Duration::from_secs(1), both).await.is_err());
    let (one, other) = (*first.0.online().borrow(), *second.0.online().borrow());
    assert!(one != other, "{one} {other}");
}

#[tokio::test]
async fn the_name_of_one_that_died_is_free_soon() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let proxy = Proxy::to(stack.prosody.port()).unwrap();
    let way = Settings { port: proxy.port(), ..settings(&stack, "gateway") };
    let (_dead, mut to_dead) = xmpp::connect(way, condition());
    assert!(matches!(timeout(LONG, to_dead.recv()).await.unwrap(), Some(Event::Online { .. })));
    // The server holds its session as if it lived.
    proxy.freeze();
    let (_next, mut to_next) = xmpp::connect(settings(&stack, "gateway"), condition());
    let heard = timeout(LONG, to_next.recv()).await.unwrap();
    assert!(matches!(heard, Some(Event::Online { resumed: false })), "{heard:?}");
}

#[tokio::test]
async fn requests_are_answered_refused_or_time_out() {
    let mut stack = Stack::start_allowing_plain().await.unwrap();
    let (gateway, _events) = online(&stack, "gateway").await;
    let (_collector, _collector_events) = online(&stack, "collector").await;
    let ping = || -> xmpp_parsers::minidom::Element { "<ping xmlns='urn:xmpp:ping'/>".parse().unwrap() };
    let to = |jid: &str| xmpp::Jid::new(jid).unwrap();

    assert!(matches!(gateway.get(to(DOMAIN), ping(), LONG).await, Ok(None)));
    let collector = format!("collector@{DOMAIN}/collector");
    assert!(matches!(gateway.get(to(&collector), ping(), LONG).await, Ok(None)), "our own answer");
    let version = "<query xmlns='jabber:iq:version'/>".parse::<xmpp_parsers::minidom::Element>().unwrap();
    let refused = gateway.get(to(&collector), version, LONG).await.unwrap_err();
    assert_eq!(refused.to_string(), "refused: cancel ServiceUnavailable: not offered here");

    stack.prosody.stop().await;
    let none = gateway.get(to(DOMAIN), ping(), Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(none, xmpp::RequestError::TimedOut | xmpp::RequestError::Interrupted), "{none:?}");
}

#[tokio::test]
async fn a_refused_password_a_foreign_domain_and_an_absent_server_are_named() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let reason = async |settings: Settings, words: &str| {
        let readiness = Readiness::new();
        let (_client, _incoming) = xmpp::connect(settings, readiness.condition("xmpp"));
        let named = timeout(LONG, async {
            loop {
                let missing = readiness.missing();
                if missing.iter().any(|lack| lack.reason.contains(words)) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        named.await.unwrap_or_else(|_| panic!("{words:?} not in {:?}", readiness.missing()));
    };
    let good = settings(&stack, "gateway");
    let wrong = Settings { password: "wrong".to_owned().into(), ..good.clone() };
    reason(wrong, "gateway@vigiroute.local is not logged in").await;
    let wrong = Settings { password: "wrong".to_owned().into(), ..good.clone() };
    reason(wrong, "refuses the login").await;
    let foreign = Settings { jid: "gateway@else.where/gateway".parse().unwrap(), ..good.clone() };
    reason(foreign, "does it serve the domain else.where?").await;
    let absent = Settings { port: 1, ..good.clone() };
    reason(absent, "Connection refused").await;
    let unknown = Settings { host: "no-such-host.invalid".into(), ..good.clone() };
    reason(unknown, "host not found").await;
    let untrusted = Settings { allow_plain: false, ..good };
    reason(untrusted, "certificate is not trusted").await;
}

#[tokio::test]
async fn closing_sends_what_was_handed_over() {
    let stack = Stack::start_allowing_plain().await.unwrap();
    let (_collector, mut to_collector) = online(&stack, "collector").await;
    let (gateway, _events) = online(&stack, "gateway").await;
    for number in 0..30 {
        gateway.send(message("collector", &number.to_string())).await.unwrap();
    }
    assert!(gateway.close(Duration::from_secs(5)).await);
    for number in 0..30 {
        assert_eq!(id(&next_message(&mut to_collector).await), number.to_string());
    }
    assert!(gateway.send(message("collector", "late")).await.is_err());
    let (offline, _events) = xmpp::connect(Settings { port: 1, ..settings(&stack, "gateway") }, condition());
    let begun = Instant::now();
    offline.close(Duration::from_secs(1)).await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn nodes_are_made_again_given_items_and_read() {
    use link::xmpp::pubsub::{Node, ensure_node, items, publish, retract};
    let stack = Stack::start_allowing_plain().await.unwrap();
    let (client, _events) = online(&stack, "collector").await;
    let service = xmpp::Jid::new(&format!("pubsub.{DOMAIN}")).unwrap();
    let node = |max_items| Node {
        name: "urn:vigiroute:event:jam".into(),
        persist_items: true,
        max_items,
        notify_retract: true,
    };
    let payload =
        |text: &str| format!("<p xmlns='x'>{text}</p>").parse::<xmpp_parsers::minidom::Element>().unwrap();
    let name = &node(1).name;

    let missing = publish(&client, &service, name, "a", payload("1")).await.unwrap_err();
    assert!(missing.is_not_found(), "{missing}");
    ensure_node(&client, &service, &node(1)).await.unwrap();
    ensure_node(&client, &service, &node(256)).await.unwrap();
    for (id, text) in [("a", "1"), ("b", "2"), ("a", "3")] {
        publish(&client, &service, name, id, payload(text)).await.unwrap();
    }
    let mut held: Vec<_> = items(&client, &service, name)
        .await
        .unwrap()
        .into_iter()
        .map(|(id, payload)| (id, payload.unwrap().text()))
        .collect();
    held.sort();
    assert_eq!(held, [("a".into(), "3".into()), ("b".into(), "2".to_owned())]);
    retract(&client, &service, name, "a").await.unwrap();
    retract(&client, &service, name, "a").await.unwrap();
    assert_eq!(items(&client, &service, name).await.unwrap().len(), 1);
}

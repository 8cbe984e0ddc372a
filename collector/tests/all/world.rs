//! A collector among real servers, and the test in the gateway's place.

use crate::events::accident;
use clap::Parser;
use collector::run::Config;
use collector::settings::Args;
use link::Readiness;
use link::xmpp::{self, Client, Event as Happening, Incoming, Message};
use model::{Event, EventKind, Phase, stanza};
use std::time::Duration;
use testbed::bosh::Guest;
use testbed::{DOMAIN, Program, Running, Stack};
use tokio::time::{Instant, timeout};
use xmpp_parsers::message::{Id, MessageType};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::receipts::{Received, Request};

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    pub collector: Running,
    pub gateway: Correspondent,
    pub stack: Stack,
}

impl World {
    /// Servers, a collector that is ready, and the gateway's account online.
    pub async fn start() -> Self {
        let stack = Stack::start_allowing_plain().await.unwrap();
        let mut collector = start_collector(&stack);
        collector.wait_until_ready(PATIENCE).await.unwrap();
        let gateway = Correspondent::connect(&stack, "gateway").await;
        Self { collector, gateway, stack }
    }

    pub async fn guest(&self) -> Guest {
        Guest::connect(&self.stack.prosody.bosh_url(), &format!("live.{DOMAIN}")).await.unwrap()
    }

    /// What a counter of the collector says.
    pub async fn metric(&self, line: &str) -> u64 {
        let metrics = self.collector.metrics().await.unwrap();
        let value = metrics.lines().find_map(|l| l.strip_prefix(line)).unwrap_or("0");
        value.trim().parse().unwrap()
    }

    pub async fn dropped(&self, reason: &str) -> u64 {
        self.metric(&format!("vigiroute_collector_messages_dropped_total{{reason=\"{reason}\"}}")).await
    }

    /// Waits until a counter says so.
    pub async fn wait_for_dropped(&self, reason: &str, count: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.dropped(reason).await < count {
            assert!(Instant::now() < deadline, "{reason} is counted {count} times");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many rows `query` (a table with a condition) has.
    pub async fn rows(&self, query: &str) -> i64 {
        use sqlx::Connection;
        let url = self.stack.database.url("collector", "vigiroute").unwrap();
        let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
        let query = format!("SELECT COUNT(*) FROM {query}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap()
    }
}

pub fn start_collector(stack: &Stack) -> Running {
    let binary = env!("CARGO_BIN_EXE_collector").into();
    Running::start_from(binary, Program::Collector, &[], stack, &[("VIGIROUTE_LOG", "debug")]).unwrap()
}

/// An account that writes to the collector.
pub struct Correspondent {
    pub client: Client,
    incoming: Incoming,
    last_id: u32,
}

impl Correspondent {
    pub async fn connect(stack: &Stack, account: &str) -> Self {
        let settings = xmpp::Settings {
            jid: format!("{account}@{DOMAIN}/{account}").parse().unwrap(),
            password: stack.prosody.password(account).unwrap().into(),
            host: "127.0.0.1".into(),
            port: stack.prosody.port(),
            allow_plain: true,
        };
        let (client, incoming) = xmpp::connect(settings, Readiness::new().condition("xmpp"));
        timeout(PATIENCE, client.wait_online()).await.unwrap().unwrap();
        Self { client, incoming, last_id: 0 }
    }

    /// Sends revisions as the gateway does, asking for a receipt; gives the message's id.
    pub async fn send(&mut self, events: &[Event]) -> String {
        let json: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let json: Vec<&str> = json.iter().map(String::as_str).collect();
        self.send_payload(stanza::json_payload(&json).unwrap()).await
    }

    /// Sends any payload, asking for a receipt; gives the message's id.
    pub async fn send_payload(&mut self, payload: Element) -> String {
        self.last_id += 1;
        let id = format!("m{}", self.last_id);
        let to: xmpp::Jid = format!("collector@{DOMAIN}/collector").parse().unwrap();
        let mut message = Message::normal(to).with_payload(Request);
        message.id = Some(Id(id.clone()));
        message.payloads.push(payload);
        self.client.send(message).await.unwrap();
        id
    }

    /// The next receipt or error: the id it is about, and whether it is a receipt. `None` if none comes in time.
    pub async fn answer(&mut self, within: Duration) -> Option<(String, bool)> {
        let heard = async {
            loop {
                let Happening::Message(message) = self.incoming.recv().await? else { continue };
                if message.type_ == MessageType::Error {
                    return Some((message.id.unwrap().0, false));
                }
                let received = message.payloads.into_iter().find_map(|p| Received::try_from(p).ok());
                if let Some(Received { id }) = received {
                    return Some((id, true));
                }
            }
        };
        timeout(within, heard).await.ok().flatten()
    }

    /// Sends again and again, as the gateway's outbox does, until the receipt comes.
    pub async fn deliver(&mut self, events: &[Event]) {
        let deadline = Instant::now() + PATIENCE;
        let mut sent = vec![self.send(events).await];
        loop {
            match self.answer(Duration::from_millis(500)).await {
                Some((id, true)) if sent.contains(&id) => return,
                _ if Instant::now() > deadline => panic!("no receipt"),
                Some(_) => {}
                None => sent.push(self.send(events).await),
            }
        }
    }
}

pub fn open_accident(after_ms: i64, road: &str) -> Event {
    accident(after_ms, road, 1, Phase::Started, &["v1", "v2"])
}

pub fn jam(after_ms: i64, road: &str, revision: u32, phase: Phase) -> Event {
    Event { kind: EventKind::Jam, vehicles: vec![], ..accident(after_ms, road, revision, phase, &[]) }
}

#[test]
fn a_collector_without_a_password_does_not_start() {
    let args = Args::try_parse_from(["collector"]).unwrap();
    let error = Config::resolve(&args).unwrap_err().to_string();
    assert!(error.contains("VIGIROUTE_XMPP_PASSWORD_FILE"), "{error}");
}

//! The servers, a gateway, vehicles that report and a collector that listens: what the tests are made of.

use link::Readiness;
use link::mqtt::{self, Login, Options, Qos};
use link::xmpp::{self, Event as Stream, Incoming, Jid, Message};
use model::stanza::{is_payload, read_events};
use model::{Event, EventId};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testbed::{DOMAIN, Program, Running, Stack};
use tokio::time::timeout;
use xmpp_parsers::message::MessageType;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::receipts::Received;

/// Longer than anything may take.
pub const LONG: Duration = Duration::from_secs(20);

pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_gateway"))
}

/// Now, in epoch ms.
pub fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

pub struct Scene {
    pub stack: Stack,
    pub gateway: Running,
    pub vehicles: mqtt::Client,
}

impl Scene {
    pub async fn start() -> Self {
        let stack = Stack::start_allowing_plain().await.unwrap();
        let gateway = Running::start_from(binary(), Program::Gateway, &["run"], &stack, &[]).unwrap();
        let vehicles = connect_vehicles(&stack).await;
        let mut scene = Self { stack, gateway, vehicles };
        scene.gateway.wait_until_ready(LONG).await.unwrap();
        scene
    }

    pub async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.vehicles.publish(topic, payload, Qos::AtLeastOnce, false).await.unwrap();
    }

    pub async fn position(&self, vehicle: &str, ts: i64, at: (f64, f64)) {
        let report = json!({"ts": ts, "lat": at.0, "lon": at.1, "speed": 8.0});
        self.publish(&format!("vigiroute/v1/vehicles/{vehicle}/position"), report.to_string()).await;
    }

    pub async fn crash(&self, vehicle: &str, ts: i64, at: (f64, f64)) {
        let report = json!({"ts": ts, "lat": at.0, "lon": at.1, "cause": 2});
        self.publish(&format!("vigiroute/v1/vehicles/{vehicle}/hazard"), report.to_string()).await;
    }

    /// Sets a zone as the web program does: on its own account, retained.
    pub async fn set_zone(&self, feature: &Value) {
        let web = connect(&self.stack, "web", "web").await;
        let topic = format!("vigiroute/v1/zones/{}", feature["properties"]["id"].as_str().unwrap());
        web.publish(topic, feature.to_string(), Qos::AtLeastOnce, true).await.unwrap();
        assert!(web.close(LONG).await);
    }

    pub async fn remove_zone(&self, id: &str) {
        let web = connect(&self.stack, "web", "web").await;
        let topic = format!("vigiroute/v1/zones/{id}");
        web.publish(topic, "", Qos::AtLeastOnce, true).await.unwrap();
        assert!(web.close(LONG).await);
    }

    /// The value of a metric, labels as the metrics page writes them: `name{label="value"}`.
    pub async fn metric(&self, name: &str) -> f64 {
        let page = self.gateway.metrics().await.unwrap();
        let line = page.lines().find(|line| line.starts_with(name) && line[name.len()..].starts_with(' '));
        line.unwrap_or_else(|| panic!("no {name} in\n{page}"))[name.len()..].trim().parse().unwrap()
    }

    /// Waits until a metric has this value.
    #[allow(clippy::float_cmp, reason = "counts")]
    pub async fn metric_becomes(&self, name: &str, wanted: f64) {
        let mut seen = f64::NAN;
        let reached = async {
            loop {
                seen = self.metric(name).await;
                if seen == wanted {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if timeout(LONG, reached).await.is_err() {
            panic!("{name} is {seen}, not {wanted}");
        }
    }
}

/// A circle of 100 m around a place.
pub fn circle(id: &str, at: (f64, f64)) -> Value {
    json!({"type": "Feature", "properties": {"id": id, "name": id.to_uppercase(), "radius_m": 100.0},
           "geometry": {"type": "Point", "coordinates": [at.1, at.0]}})
}

async fn connect_vehicles(stack: &Stack) -> mqtt::Client {
    connect(stack, "simulator", "vehicles").await
}

async fn connect(stack: &Stack, user: &str, client_id: &str) -> mqtt::Client {
    let password = stack.mosquitto.password(user).unwrap().into();
    let login = Some(Login { user: user.into(), password });
    let settings = mqtt::Settings { host: "127.0.0.1".into(), port: stack.mosquitto.port(), login };
    let (client, _) = mqtt::connect(&settings, Options::new(client_id), Readiness::new().condition("mqtt"));
    timeout(LONG, client.connected()).await.unwrap().unwrap();
    client
}

/// The collector's end of the XMPP link; receipts are given when a test says so.
pub struct Collector {
    pub client: xmpp::Client,
    incoming: Incoming,
    /// What came before; the same may come again, which changes nothing.
    seen: BTreeSet<(EventId, u32)>,
}

/// What the gateway sent.
pub struct Delivery {
    pub message: Message,
    pub events: Vec<Event>,
}

impl Delivery {
    pub fn id(&self) -> String {
        self.message.id.clone().unwrap().0
    }
}

impl Collector {
    pub async fn start(stack: &Stack) -> Self {
        Self::log_in(stack, "collector").await
    }

    pub async fn log_in(stack: &Stack, account: &str) -> Self {
        let settings = xmpp::Settings {
            jid: format!("{account}@{DOMAIN}/{account}").parse().unwrap(),
            password: stack.prosody.password(account).unwrap().into(),
            host: "127.0.0.1".into(),
            port: stack.prosody.port(),
            allow_plain: true,
        };
        let (client, incoming) = xmpp::connect(settings, Readiness::new().condition("xmpp"));
        timeout(LONG, client.wait_online()).await.unwrap().unwrap();
        Self { client, incoming, seen: BTreeSet::new() }
    }

    /// The next message with events.
    pub async fn receive(&mut self) -> Delivery {
        self.receive_within(LONG).await.expect("no message with events came")
    }

    pub async fn receive_within(&mut self, limit: Duration) -> Option<Delivery> {
        let received = async {
            loop {
                let event = self.incoming.recv().await.expect("the stream ended");
                // A receipt for a gateway that has gone comes back as an error.
                if let Stream::Message(message) = event
                    && message.type_ != MessageType::Error
                {
                    assert_eq!(message.from, Some(Jid::new(&format!("gateway@{DOMAIN}/gateway")).unwrap()));
                    let payload = message.payloads.iter().find(|payload| is_payload(payload)).unwrap();
                    let events = read_events(payload).unwrap();
                    return Delivery { message: *message, events };
                }
            }
        };
        timeout(limit, received).await.ok()
    }

    pub async fn confirm(&self, delivery: &Delivery) {
        self.confirm_as(&delivery.id()).await;
    }

    pub async fn confirm_as(&self, id: &str) {
        let mut receipt = Message::new_with_type(
            MessageType::Normal,
            Jid::new(&format!("gateway@{DOMAIN}/gateway")).unwrap(),
        );
        receipt.payloads.push(Element::from(Received { id: id.to_owned() }));
        self.client.send(receipt).await.unwrap();
    }

    /// Receives and confirms until `count` revisions that were not there before have come; in their order.
    pub async fn collect(&mut self, count: usize) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        while events.len() < count {
            let Some(delivery) = self.receive_within(LONG).await else {
                panic!("only {} of {count} came", events.len());
            };
            self.confirm(&delivery).await;
            let fresh = |event: &Event| self.seen.insert((event.id, event.revision));
            events.extend(delivery.events.into_iter().filter(fresh));
        }
        events
    }
}

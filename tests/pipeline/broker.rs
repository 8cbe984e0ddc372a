//! Tests as vehicles: publishing to the broker and hearing what it says.

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testbed::Stack;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A connection to the broker under an account of its own.
pub struct Vehicle {
    client: AsyncClient,
    acked: mpsc::Receiver<()>,
    heard: mpsc::Receiver<(String, Vec<u8>)>,
}

/// Now, in epoch milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_millis()).expect("a clock before the year 292 million")
}

impl Vehicle {
    /// Connects as `account`, which may do what `access` says besides what a vehicle of that name may.
    pub async fn connect(stack: &mut Stack, account: &str, access: &[&str]) -> Self {
        let password = stack.mosquitto.add_account_with(account, access).await.expect("an account");
        let mut options = MqttOptions::new(format!("test-{account}"), "127.0.0.1", stack.mosquitto.port());
        options.set_credentials(account, password).set_max_packet_size(32 << 20, 32 << 20);
        let (client, mut eventloop) = AsyncClient::new(options, 1_000);
        let (ack, acked) = mpsc::channel(10_000);
        let (hear, heard) = mpsc::channel(100_000);
        tokio::spawn(async move {
            while !hear.is_closed() {
                match eventloop.poll().await {
                    Ok(Event::Incoming(Packet::PubAck(_))) => drop(ack.send(()).await),
                    Ok(Event::Incoming(Packet::Publish(message))) => {
                        drop(hear.send((message.topic, message.payload.to_vec())).await);
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        Self { client, acked, heard }
    }

    /// Publishes and waits for the broker's word that it has the message.
    pub async fn publish(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.send(topic, payload).await;
        timeout(Duration::from_secs(10), self.acked.recv()).await.expect("the broker acknowledges");
    }

    /// Publishes without waiting for anything.
    pub async fn send(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload.into()).await.expect("a connection");
    }

    /// Publishes a message that stays as its topic's last word.
    pub async fn publish_retained(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, true, payload.into()).await.expect("a connection");
        timeout(Duration::from_secs(10), self.acked.recv()).await.expect("the broker acknowledges");
    }

    /// Publishes a position: metres per second, now.
    pub async fn position(&mut self, vehicle: &str, lat: f64, lon: f64, speed: f64) {
        let report = json!({"ts": now_ms(), "lat": lat, "lon": lon, "speed": speed});
        self.publish(&format!("vigiroute/v1/vehicles/{vehicle}/position"), report.to_string()).await;
    }

    /// Publishes a hazard report of an accident, now.
    pub async fn accident(&mut self, vehicle: &str, lat: f64, lon: f64) {
        let report = json!({"ts": now_ms(), "lat": lat, "lon": lon, "cause": 2});
        self.publish(&format!("vigiroute/v1/vehicles/{vehicle}/hazard"), report.to_string()).await;
    }

    pub async fn subscribe(&mut self, filter: &str) {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.expect("a connection");
    }

    /// The next message on a topic that begins with `prefix`, as JSON.
    pub async fn hear(&mut self, prefix: &str, within: Duration) -> Option<Value> {
        timeout(within, async {
            while let Some((topic, payload)) = self.heard.recv().await {
                if topic.starts_with(prefix) {
                    return Some(serde_json::from_slice(&payload).unwrap_or(Value::Null));
                }
            }
            None
        })
        .await
        .ok()
        .flatten()
    }

    /// The next message whose topic fits, with its topic; an empty payload is null.
    pub async fn hear_where(
        &mut self,
        within: Duration,
        fits: impl Fn(&str) -> bool,
    ) -> Option<(String, Value)> {
        timeout(within, async {
            while let Some((topic, payload)) = self.heard.recv().await {
                if fits(&topic) {
                    return Some((topic, serde_json::from_slice(&payload).unwrap_or(Value::Null)));
                }
            }
            None
        })
        .await
        .ok()
        .flatten()
    }

    /// Leaves out what has come so far.
    pub fn forget(&mut self) {
        while self.heard.try_recv().is_ok() {}
    }
}

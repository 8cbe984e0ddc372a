//! MQTT 3.1.1 over plain TCP, behind an interface of our own.
//!
//! One task of its own polls the connection. It never waits for whoever uses the client, except when the queue of
//! received messages is full: then it stops reading, TCP stops the broker, and the broker keeps what it has for us.
//! Messages of QoS 1 are acknowledged only when [`Client::acknowledge`] says so, so what a program had not finished
//! comes again after a crash. Acknowledging never waits and never deadlocks.

mod error;
mod outgoing;
mod packets;
mod poller;
mod wire;

use bytes::Bytes;
use secrecy::SecretString;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use crate::Condition;

/// Where the broker is and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Account; `None` logs in anonymously.
    pub login: Option<Login>,
}

/// An account at the broker.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name.
    pub user: String,
    /// Password.
    pub password: SecretString,
}

/// What this connection is for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names the session at the broker; two connections of the same name throw each other out.
    pub client_id: String,
    /// Whether the broker keeps subscriptions and what arrives while we are away.
    pub keep_session: bool,
    /// What to receive; subscribed on every connect.
    pub subscriptions: Vec<(String, Qos)>,
    /// What the broker publishes for us when we vanish.
    pub last_will: Option<LastWill>,
    /// Most received messages waiting for [`Incoming::recv`].
    pub incoming_capacity: usize,
    /// Most messages waiting to be published.
    pub outgoing_capacity: usize,
    /// Most published messages that the broker has not acknowledged, 1 and more.
    pub inflight: u16,
    /// A connection silent for one and a half of this is taken for dead.
    pub keep_alive: Duration,
    /// Longer payloads arrive cut to one byte more than this, so that they can be counted and never fill the memory.
    pub max_payload_bytes: usize,
}

impl Options {
    /// A connection of this name that receives nothing and keeps no session.
    #[must_use]
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            keep_session: false,
            subscriptions: Vec::new(),
            last_will: None,
            incoming_capacity: 1_000,
            outgoing_capacity: 1_000,
            inflight: 1_000,
            keep_alive: Duration::from_secs(30),
            max_payload_bytes: 256 * 1024,
        }
    }
}

/// How surely a message is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    /// Once or never.
    AtMostOnce,
    /// Once or more often.
    AtLeastOnce,
}

/// What the broker publishes for us when we vanish.
#[derive(Debug, Clone)]
pub struct LastWill {
    /// Topic.
    pub topic: String,
    /// Payload.
    pub payload: Vec<u8>,
    /// Delivery.
    pub qos: Qos,
    /// Whether it stays as the topic's last word.
    pub retain: bool,
}

/// A received message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Topic.
    pub topic: String,
    /// Payload, at most one byte longer than [`Options::max_payload_bytes`].
    pub payload: Bytes,
    /// Whether it was there before we subscribed.
    pub retain: bool,
    /// To be given to [`Client::acknowledge`] when what follows from the message is safe; `None` for QoS 0.
    pub ack: Option<Ack>,
}

/// Permission to acknowledge one message. Dropped without being used, the message comes again with the next connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    connection: u64,
    packet_id: u16,
}

/// How the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    /// Whether we are connected.
    pub up: bool,
    /// How often we have connected; a change means that a reconnect went by.
    pub count: u64,
    /// Whether the broker still knew the session when we connected last. If not, what we subscribed to while away is
    /// gone, and retained messages come again.
    pub session_present: bool,
}

/// The client is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the MQTT client is closed")]
pub struct Closed;

/// Why a message was not taken for publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PublishError {
    /// A topic must be 1 to 65,535 bytes without wildcards.
    #[error("not a topic to publish to")]
    Topic,
    /// The queue is full: the broker is away or slower than we are.
    #[error("the queue of messages to publish is full")]
    Full,
    /// The client is closed.
    #[error("the MQTT client is closed")]
    Closed,
}

/// Publishes and acknowledges. Cheap to clone. When all clones are dropped the connection ends.
#[derive(Debug, Clone)]
pub struct Client {
    publishes: mpsc::Sender<poller::Publish>,
    acks: mpsc::UnboundedSender<Ack>,
    closes: mpsc::Sender<poller::Close>,
    connection: watch::Receiver<Connection>,
}

/// The messages of the subscriptions, in the broker's order.
///
/// Whoever takes messages from here must not wait for [`Client::publish`] in between (the queue to the broker may be
/// full until messages are taken from here): [`Client::try_publish`], or another task.
#[derive(Debug)]
pub struct Incoming {
    messages: mpsc::Receiver<Message>,
}

/// Starts to connect, and keeps reconnecting, in a task of its own. `condition` is met while the connection stands and
/// the subscriptions are granted, and says why otherwise.
#[must_use]
pub fn connect(settings: &Settings, options: Options, condition: Condition) -> (Client, Incoming) {
    let (publishes_tx, publishes) = mpsc::channel(options.outgoing_capacity.max(1));
    let (closes_tx, closes) = mpsc::channel(1);
    // Bounded by the messages that the broker lets be unacknowledged, at most 65,535.
    let (acks_tx, acks) = mpsc::unbounded_channel();
    let (messages_tx, messages) = mpsc::channel(options.incoming_capacity.max(1));
    let (connection_tx, connection) = watch::channel(Connection::default());
    crate::queues::watch("mqtt_received", &messages_tx);
    crate::queues::watch("mqtt_to_publish", &publishes_tx);
    let channels =
        poller::Channels { publishes, acks, closes, messages: messages_tx, connection: connection_tx };
    tokio::spawn(poller::Poller::new(settings, options, channels, condition).run());
    (Client { publishes: publishes_tx, acks: acks_tx, closes: closes_tx, connection }, Incoming { messages })
}

// === impl Client ===

impl Client {
    /// Hands a message over for publishing; waits while the queue is full. It is kept over reconnects, and published
    /// again where it is not known to have arrived, so with QoS 1 it arrives once or more often unless this program
    /// dies first.
    ///
    /// # Errors
    /// When the topic is none, or the client closed.
    pub async fn publish(
        &self,
        topic: impl Into<String>,
        payload: impl Into<Vec<u8>>,
        qos: Qos,
        retain: bool,
    ) -> Result<(), PublishError> {
        let publish = poller::Publish::new(topic.into(), payload.into(), qos, retain)?;
        self.publishes.send(publish).await.map_err(|_| PublishError::Closed)
    }

    /// Like [`Client::publish`], but gives up at once when the queue is full.
    ///
    /// # Errors
    /// When the topic is none, the queue is full, or the client closed.
    pub fn try_publish(
        &self,
        topic: impl Into<String>,
        payload: impl Into<Vec<u8>>,
        qos: Qos,
        retain: bool,
    ) -> Result<(), PublishError> {
        let publish = poller::Publish::new(topic.into(), payload.into(), qos, retain)?;
        self.publishes.try_send(publish).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => PublishError::Full,
            mpsc::error::TrySendError::Closed(_) => PublishError::Closed,
        })
    }

    /// Tells the broker that a message is done with. Never waits; can be called from any thread. An acknowledgement of
    /// an earlier connection is forgotten: the broker sends that message again.
    pub fn acknowledge(&self, ack: Ack) {
        let _ = self.acks.send(ack);
    }

    /// How the connection stands, now and from now on.
    #[must_use]
    pub fn connection(&self) -> watch::Receiver<Connection> {
        self.connection.clone()
    }

    /// Waits until the connection stands.
    ///
    /// # Errors
    /// When the client is closed first.
    pub async fn connected(&self) -> Result<(), Closed> {
        self.connection.clone().wait_for(|connection| connection.up).await.map(drop).map_err(|_| Closed)
    }

    /// Sends what is queued, waits for the broker's acknowledgements, and ends the connection in good order (no last
    /// will), all within `bound`. Whether everything had arrived by then. A closed client's messages end.
    pub async fn close(&self, bound: Duration) -> bool {
        let (done, finished) = oneshot::channel();
        let deadline = tokio::time::Instant::now() + bound;
        if self.closes.send(poller::Close { done: Some(done), deadline }).await.is_err() {
            return false;
        }
        finished.await.unwrap_or(false)
    }
}

// === impl Incoming ===

impl Incoming {
    /// The next message; `None` when the client is closed.
    pub async fn recv(&mut self) -> Option<Message> {
        self.messages.recv().await
    }

    /// The next message if one waits.
    pub fn try_recv(&mut self) -> Option<Message> {
        self.messages.try_recv().ok()
    }

    /// Waits for a message, then puts it and what else waits into `buffer`, at most `limit`. How many there were; 0 when
    /// the client is closed.
    pub async fn recv_many(&mut self, buffer: &mut Vec<Message>, limit: usize) -> usize {
        self.messages.recv_many(buffer, limit).await
    }

    /// The next message, for a thread outside the async world.
    pub fn blocking_recv(&mut self) -> Option<Message> {
        self.messages.blocking_recv()
    }
}

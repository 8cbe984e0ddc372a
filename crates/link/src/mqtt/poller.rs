//! The task that owns the connection.

use super::error::{Broken, explain};
use super::outgoing::Outgoing;
use super::wire::{Moved, Wire};
use super::{Ack, Connection, Message, Options, PublishError, Qos, Settings};
use crate::Condition;
use crate::backoff::{Backoff, Delays};
use bytes::BufMut;
use rumqttc::{Packet, Subscribe, SubscribeFilter, SubscribeReasonCode};
use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// A connection that stood this long was a good one: the next wait is a short one again.
const GOOD_CONNECTION: Duration = Duration::from_secs(5);
/// How long the last words may take when nobody waits for them.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);
/// Bytes to write from which on nothing is added to them.
const MOST_OUTPUT: usize = 64 * 1024;
/// How long more is let gather at the socket after little came: the broker writes message by message, and waking up for each
/// would cost more than the message.
const GATHERING: Duration = Duration::from_millis(4);

/// A message to publish.
#[derive(Debug)]
pub(super) struct Publish {
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
    pub(super) qos: rumqttc::QoS,
    pub(super) retain: bool,
}

/// The wish to end in good order.
#[derive(Debug)]
pub(super) struct Close {
    pub(super) done: Option<oneshot::Sender<bool>>,
    pub(super) deadline: Instant,
}

/// The poller's ends of the channels.
pub(super) struct Channels {
    pub(super) publishes: mpsc::Receiver<Publish>,
    pub(super) acks: mpsc::UnboundedReceiver<Ack>,
    pub(super) closes: mpsc::Receiver<Close>,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) connection: watch::Sender<Connection>,
}

pub(super) struct Poller {
    settings: Settings,
    options: Options,
    outgoing: Outgoing,
    acks: mpsc::UnboundedReceiver<Ack>,
    closes: mpsc::Receiver<Close>,
    messages: mpsc::Sender<Message>,
    /// Received and not handed on, because the queue is full. Nothing is read meanwhile.
    received: VecDeque<Message>,
    connection: watch::Sender<Connection>,
    condition: Condition,
    delays: Delays,
    /// Set when the connection is to end.
    closing: Option<Close>,
    /// The trouble that was logged last, so that the same is logged once.
    trouble: Option<String>,
}

/// What the task goes on with while the connection stands.
enum Step {
    Moved(Moved),
    /// Enough has gathered at the socket.
    Gathered,
    /// The queue to the program has room, or the program wants no messages any more.
    Room {
        is_wanted: bool,
    },
    Ack(Ack),
    Publish(Publish),
    /// It is time to look whether the broker is there.
    Beat,
    Close(Close),
    Deadline,
}

impl Publish {
    pub(super) fn new(topic: String, payload: Vec<u8>, qos: Qos, retain: bool) -> Result<Self, PublishError> {
        if topic.is_empty() || topic.len() > 65_535 || !rumqttc::valid_topic(&topic) {
            return Err(PublishError::Topic);
        }
        Ok(Self { topic, payload, qos: qos.into(), retain })
    }
}

impl From<Qos> for rumqttc::QoS {
    fn from(qos: Qos) -> Self {
        match qos {
            Qos::AtMostOnce => Self::AtMostOnce,
            Qos::AtLeastOnce => Self::AtLeastOnce,
        }
    }
}

// === impl Poller ===

impl Poller {
    pub(super) fn new(
        settings: &Settings,
        options: Options,
        channels: Channels,
        condition: Condition,
    ) -> Self {
        Self {
            settings: settings.clone(),
            outgoing: Outgoing::new(channels.publishes, options.inflight),
            options,
            acks: channels.acks,
            closes: channels.closes,
            messages: channels.messages,
            received: VecDeque::new(),
            connection: channels.connection,
            condition,
            delays: Backoff::RECONNECT.delays(),
            closing: None,
            trouble: None,
        }
    }

    pub(super) async fn run(mut self) {
        while !self.is_finished() {
            let Some(connected) = self.connect().await else { continue };
            let error = match connected {
                Ok((mut wire, session_present)) => {
                    let since = Instant::now();
                    let ended = self.converse(&mut wire, session_present).await;
                    self.connection.send_modify(|connection| connection.up = false);
                    let Err(error) = ended else {
                        let _ = tokio::time::timeout(GOODBYE, wire.goodbye()).await;
                        break;
                    };
                    if since.elapsed() >= GOOD_CONNECTION {
                        self.delays.reset();
                    }
                    error
                }
                Err(error) => error,
            };
            self.broken(&error).await;
        }
        let is_settled = self.is_settled();
        self.condition.unmet("the connection to the MQTT broker is closed");
        self.connection.send_modify(|connection| connection.up = false);
        if let Some(done) = self.closing.and_then(|close| close.done) {
            let _ = done.send(is_settled);
        }
    }

    /// Whether it is time to end.
    fn is_finished(&self) -> bool {
        let Some(close) = &self.closing else { return false };
        close.deadline <= Instant::now() || self.is_settled()
    }

    /// Whether everything that was to be published has arrived.
    fn is_settled(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Tries to connect; `None` when it is time to look whether to end.
    async fn connect(&mut self) -> Option<Result<(Wire, bool), Broken>> {
        let deadline = self.closing.as_ref().map(|close| close.deadline);
        tokio::select! {
            connected = Wire::connect(&self.settings, &self.options) => Some(connected),
            close = self.closes.recv(), if deadline.is_none() => {
                self.closing = Some(close.unwrap_or_else(unasked_close));
                None
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => None,
        }
    }

    /// Receives, acknowledges and publishes until it is time to end.
    ///
    /// # Errors
    /// When the connection broke.
    async fn converse(&mut self, wire: &mut Wire, session_present: bool) -> Result<(), Broken> {
        self.begin(wire, session_present)?;
        let (mut heard, mut gathering) = (Instant::now(), None);
        let mut beat = tokio::time::interval(self.options.keep_alive.max(Duration::from_secs(1)) / 2);
        beat.reset();
        loop {
            self.fill(wire);
            if self.closing.is_some() && wire.output.is_empty() && self.is_finished() {
                return Ok(());
            }
            let is_reading = self.received.is_empty();
            let step = self.step(wire, gathering, &mut beat).await?;
            match step {
                Step::Moved(Moved::In { is_little }) => {
                    heard = Instant::now();
                    gathering = is_little.then(|| heard + GATHERING);
                    self.take(wire)?;
                }
                Step::Moved(Moved::Out) => {}
                Step::Gathered => gathering = None,
                Step::Room { is_wanted } => {
                    heard = Instant::now();
                    if is_wanted {
                        self.hand_on();
                    } else {
                        // They stay with the broker.
                        self.received.clear();
                    }
                }
                Step::Ack(ack) => self.acknowledge(ack, wire),
                Step::Publish(publish) => self.outgoing.send(publish, &mut wire.output),
                Step::Beat => {
                    if is_reading && heard.elapsed() >= self.options.keep_alive * 3 / 2 {
                        return Err(Broken::Silent);
                    }
                    // A request for a sign of life.
                    wire.output.extend_from_slice(&[0xc0, 0]);
                }
                Step::Close(close) => {
                    self.closing = Some(close);
                    self.received.clear();
                }
                Step::Deadline => return Ok(()),
            }
        }
    }

    async fn step(
        &mut self,
        wire: &mut Wire,
        gathering: Option<Instant>,
        beat: &mut tokio::time::Interval,
    ) -> Result<Step, Broken> {
        let (is_reading, has_room) = (self.received.is_empty(), wire.output.len() < MOST_OUTPUT);
        let deadline = self.closing.as_ref().map(|close| close.deadline);
        let wait = |until: Option<Instant>| async move {
            match until {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        Ok(tokio::select! {
            moved = wire.move_bytes(is_reading && gathering.is_none()) => Step::Moved(moved?),
            () = wait(gathering), if is_reading => Step::Gathered,
            room = self.messages.reserve(), if !is_reading => Step::Room { is_wanted: room.is_ok() },
            // A closed queue is silent for ever: the end is told by another way.
            Some(ack) = self.acks.recv(), if has_room => Step::Ack(ack),
            Some(publish) = self.outgoing.recv(), if has_room && self.outgoing.has_room() => Step::Publish(publish),
            _ = beat.tick() => Step::Beat,
            close = self.closes.recv(), if deadline.is_none() => Step::Close(close.unwrap_or_else(unasked_close)),
            () = wait(deadline) => Step::Deadline,
        })
    }

    /// Puts acknowledgements and messages behind what is to be written. Acknowledgements first: they free the broker to
    /// send more.
    fn fill(&mut self, wire: &mut Wire) {
        while wire.output.len() < MOST_OUTPUT {
            let Ok(ack) = self.acks.try_recv() else { break };
            self.acknowledge(ack, wire);
        }
        self.outgoing.fill(&mut wire.output, MOST_OUTPUT);
    }

    fn acknowledge(&self, ack: Ack, wire: &mut Wire) {
        if ack.connection == self.connection.borrow().count {
            wire.output.extend_from_slice(&[0x40, 2]);
            wire.output.put_u16(ack.packet_id);
        }
    }

    /// The connection stands: subscribes.
    fn begin(&mut self, wire: &mut Wire, session_present: bool) -> Result<(), Broken> {
        self.connection.send_modify(|connection| {
            *connection = Connection { up: true, count: connection.count + 1, session_present };
        });
        metrics::counter!("vigiroute_mqtt_connects_total").increment(1);
        tracing::info!(
            host = %self.settings.host, port = self.settings.port, session_present,
            unsettled = self.outgoing.unsettled(), "connected to the MQTT broker"
        );
        self.trouble = None;
        if self.options.subscriptions.is_empty() {
            self.condition.met();
            return Ok(());
        }
        let filters = self.options.subscriptions.iter();
        let filters = filters.map(|(filter, qos)| SubscribeFilter::new(filter.clone(), (*qos).into()));
        let mut subscribe = Subscribe::new_many(filters);
        subscribe.pkid = self.outgoing.next_id();
        subscribe.write(&mut wire.output)?;
        Ok(())
    }

    /// Takes what was read.
    fn take(&mut self, wire: &mut Wire) -> Result<(), Broken> {
        let connection = self.connection.borrow().count;
        while let Some(packet) = wire.next()? {
            match packet {
                Packet::Publish(publish) if self.closing.is_none() => {
                    let ack = (publish.qos != rumqttc::QoS::AtMostOnce)
                        .then_some(Ack { connection, packet_id: publish.pkid });
                    let rumqttc::Publish { topic, payload, retain, .. } = publish;
                    self.received.push_back(Message { topic, payload, retain, ack });
                }
                Packet::PubAck(ack) => self.outgoing.arrived(ack.pkid),
                Packet::SubAck(ack) => self.subscribed(&ack.return_codes),
                _ => {}
            }
        }
        self.hand_on();
        Ok(())
    }

    /// Hands messages on as far as the queue has room. While it is full nothing is read: the broker keeps what it has.
    fn hand_on(&mut self) {
        let room = self.messages.capacity().min(self.received.len());
        // Room that is seen is there: nobody else sends.
        if room > 0
            && let Ok(permits) = self.messages.try_reserve_many(room)
        {
            for (permit, message) in permits.zip(self.received.drain(..room)) {
                permit.send(message);
            }
        }
    }

    fn subscribed(&self, codes: &[SubscribeReasonCode]) {
        let refused: Vec<&str> = self
            .options
            .subscriptions
            .iter()
            .zip(codes)
            .filter(|(_, code)| **code == SubscribeReasonCode::Failure)
            .map(|((filter, _), _)| filter.as_str())
            .collect();
        if refused.is_empty() {
            return self.condition.met();
        }
        let refused = refused.join(", ");
        tracing::error!(filters = %refused, "the MQTT broker refuses subscriptions: allow them in its access list");
        self.condition
            .unmet(format!("the MQTT broker refuses to send {refused}: allow it in its access list"));
    }

    /// Keeps what was not settled, says what is wrong, and waits before the next try.
    async fn broken(&mut self, error: &Broken) {
        // Received on the old connection and not handed on: the broker sends them again.
        self.received.clear();
        self.outgoing.interrupted();
        let explanation = explain(error, &self.settings);
        self.condition.unmet(explanation.clone());
        if self.trouble.as_ref() != Some(&explanation) {
            tracing::warn!(reason = %explanation, "not connected to the MQTT broker, trying again");
            self.trouble = Some(explanation);
        }
        let wait = Instant::now() + self.delays.next_delay();
        let wait = self.closing.as_ref().map_or(wait, |close| close.deadline.min(wait));
        tokio::select! {
            () = sleep_until(wait) => {}
            close = self.closes.recv(), if self.closing.is_none() => {
                self.closing = Some(close.unwrap_or_else(unasked_close));
            }
        }
    }
}

/// All handles are gone: a short goodbye.
fn unasked_close() -> Close {
    Close { done: None, deadline: Instant::now() + LAST_WORDS }
}

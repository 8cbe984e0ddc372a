//! The task that owns the connection.

use super::error::{MAX_PACKET_BYTES, explain, oversize};
use super::handover::Handover;
use super::{Ack, Connection, Message, Options, PublishError, Qos, Settings};
use crate::Condition;
use crate::backoff::{Backoff, Delays};
use bytes::Bytes;
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, Outgoing, Packet, Request, SubscribeFilter,
    SubscribeReasonCode,
};
use secrecy::ExposeSecret;
use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// Largest packet taken at first; a larger one is let in on the next connection.
const PACKET_BYTES: usize = 1024 * 1024 + 1024;
/// How long a connect may take before it is tried again, in seconds.
const CONNECT_TIMEOUT_S: u64 = 5;
/// A connection that stood this long was a good one: the next wait is a short one again.
const GOOD_CONNECTION: Duration = Duration::from_secs(5);
/// How long the last words may take when nobody waits for them.
const LAST_WORDS: Duration = Duration::from_secs(2);

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
    eventloop: EventLoop,
    handover: Handover,
    closes: mpsc::Receiver<Close>,
    messages: mpsc::Sender<Message>,
    connection: watch::Sender<Connection>,
    condition: Condition,
    delays: Delays,
    /// Since when the connection stands.
    up_since: Option<Instant>,
    /// Published on a broken connection and not known to have arrived.
    unsettled: VecDeque<Request>,
    /// Set when the connection is to end.
    closing: Option<Close>,
    /// The trouble that was logged last, so that the same is logged once.
    trouble: Option<String>,
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
        let (requests, mut eventloop) =
            AsyncClient::new(mqtt_options(settings, &options), Handover::LIBRARY_CAPACITY);
        eventloop.network_options.set_connection_timeout(CONNECT_TIMEOUT_S);
        eventloop.network_options.set_tcp_nodelay(true);
        Self {
            settings: settings.clone(),
            options,
            eventloop,
            handover: Handover::new(requests, channels.publishes, channels.acks),
            closes: channels.closes,
            messages: channels.messages,
            connection: channels.connection,
            condition,
            delays: Backoff::RECONNECT.delays(),
            up_since: None,
            unsettled: VecDeque::new(),
            closing: None,
            trouble: None,
        }
    }

    pub(super) async fn run(mut self) {
        while !self.finished() {
            match self.next().await {
                Some(Ok(event)) => self.handle(event).await,
                Some(Err(error)) => self.broken(&error).await,
                None => {}
            }
        }
        let settled = self.settled();
        if self.up_since.is_some() {
            self.disconnect().await;
        }
        self.condition.unmet("the connection to the MQTT broker is closed");
        self.connection.send_modify(|connection| connection.up = false);
        if let Some(done) = self.closing.and_then(|close| close.done) {
            let _ = done.send(settled);
        }
    }

    fn finished(&self) -> bool {
        let Some(close) = &self.closing else { return false };
        close.deadline <= Instant::now() || self.settled()
    }

    /// Whether everything that was to be sent has been, and everything published has arrived.
    fn settled(&self) -> bool {
        self.handover.is_empty() && self.unsettled.is_empty() && self.eventloop.state.inflight() == 0
    }

    /// The next thing that happens on the connection, while requests are handed to the library as it has room.
    /// `None` when it is time to look whether to end.
    async fn next(&mut self) -> Option<Result<Event, ConnectionError>> {
        let up = self.up_since.is_some();
        // Polling is not to be cut short (half a packet could be lost), so all else happens beside it.
        let mut poll = pin!(self.eventloop.poll());
        loop {
            let room = up && self.handover.hand_over();
            let deadline = self.closing.as_ref().map(|close| close.deadline);
            tokio::select! {
                biased;
                outcome = &mut poll => return Some(outcome),
                () = self.handover.wait(), if room => {}
                close = self.closes.recv(), if deadline.is_none() => {
                    self.closing = Some(close.unwrap_or_else(unasked_close));
                    // Polling is cut short only where nothing can be lost by it.
                    if self.handover.is_empty() {
                        return None;
                    }
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => return None,
            }
        }
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Incoming(Packet::ConnAck(ack)) => self.connected(ack.session_present),
            Event::Incoming(Packet::SubAck(ack)) => self.subscribed(&ack.return_codes),
            Event::Incoming(Packet::Publish(publish)) => self.deliver(publish).await,
            Event::Outgoing(Outgoing::Publish(_) | Outgoing::PubAck(_) | Outgoing::Subscribe(_)) => {
                self.handover.taken();
            }
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }

    fn connected(&mut self, session_present: bool) {
        self.up_since = Some(Instant::now());
        self.connection.send_modify(|connection| {
            *connection = Connection { up: true, count: connection.count + 1, session_present };
        });
        let count = self.connection.borrow().count;
        metrics::counter!("vigiroute_mqtt_connects_total").increment(1);
        tracing::info!(
            host = %self.settings.host, port = self.settings.port, session_present,
            unsettled = self.unsettled.len(), "connected to the MQTT broker"
        );
        self.trouble = None;
        self.handover.connected(count, self.unsettled.len());
        // The library itself forgets these when the broker has lost the session.
        self.eventloop.pending = std::mem::take(&mut self.unsettled);
        if self.options.subscriptions.is_empty() {
            self.condition.met();
            return;
        }
        let filters = self
            .options
            .subscriptions
            .iter()
            .map(|(filter, qos)| SubscribeFilter::new(filter.clone(), (*qos).into()));
        self.handover.subscribe(filters.collect());
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

    /// Hands a message on. While the queue is full nothing is read from the broker: it keeps what it has.
    async fn deliver(&mut self, publish: rumqttc::Publish) {
        if self.closing.is_some() {
            return;
        }
        let limit = self.options.max_payload_bytes;
        let payload = match publish.payload.get(..=limit) {
            Some(cut) => Bytes::copy_from_slice(cut),
            None => publish.payload,
        };
        let ack = (publish.qos != rumqttc::QoS::AtMostOnce)
            .then_some(Ack { connection: self.connection.borrow().count, packet_id: publish.pkid });
        let message = Message { topic: publish.topic, payload, retain: publish.retain, ack };
        tokio::select! {
            biased;
            // An error says that nobody wants messages; they stay with the broker.
            permit = self.messages.reserve() => if let Ok(permit) = permit { permit.send(message) },
            close = self.closes.recv() => self.closing = Some(close.unwrap_or_else(unasked_close)),
        }
    }

    /// Keeps what was not settled, says what is wrong, and waits before the next try.
    async fn broken(&mut self, error: &ConnectionError) {
        let was_up = self.up_since.take();
        self.connection.send_modify(|connection| connection.up = false);
        // Received on the old connection and not handed on: the broker sends them again.
        self.eventloop.state.events.clear();
        let collided = self.eventloop.state.collision.take().map(Request::Publish);
        self.unsettled.extend(self.eventloop.pending.drain(..).chain(collided).filter_map(unnumbered));
        self.handover.disconnected();

        let explanation = explain(error, &self.settings);
        self.condition.unmet(explanation.clone());
        let limit = oversize(error);
        self.eventloop.mqtt_options.set_max_packet_size(
            limit.map_or(PACKET_BYTES, |bytes| bytes.max(PACKET_BYTES)),
            MAX_PACKET_BYTES,
        );
        if let Some(bytes) = limit {
            // Refused for ever it would block the session; taken once it is counted as too large and acknowledged.
            tracing::warn!(
                bytes,
                "a message is larger than is read at once: reconnecting to take and drop it"
            );
            return;
        }
        if self.trouble.as_ref() != Some(&explanation) {
            tracing::warn!(reason = %explanation, "not connected to the MQTT broker, trying again");
            self.trouble = Some(explanation);
        }
        if was_up.is_some_and(|since| since.elapsed() >= GOOD_CONNECTION) {
            self.delays.reset();
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

    /// Says goodbye, so that the broker publishes no last will.
    async fn disconnect(&mut self) {
        self.handover.disconnect();
        let goodbye = async {
            loop {
                match self.eventloop.poll().await {
                    Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_) => break,
                    Ok(_) => {}
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(300), goodbye).await;
        // The broker must have read it before the connection is dropped.
        sleep(Duration::from_millis(1)).await;
    }
}

/// All handles are gone: a short goodbye.
fn unasked_close() -> Close {
    Close { done: None, deadline: Instant::now() + LAST_WORDS }
}

/// A publish to be sent again under a new packet number; nothing else is worth sending again.
fn unnumbered(request: Request) -> Option<Request> {
    match request {
        Request::Publish(mut publish) => {
            publish.pkid = 0;
            Some(Request::Publish(publish))
        }
        _ => None,
    }
}

fn mqtt_options(settings: &Settings, options: &Options) -> MqttOptions {
    let mut mqtt = MqttOptions::new(&options.client_id, &settings.host, settings.port);
    mqtt.set_keep_alive(options.keep_alive)
        .set_clean_session(!options.keep_session)
        .set_manual_acks(true)
        .set_inflight(options.inflight.max(1))
        .set_pending_throttle(Duration::ZERO)
        .set_max_packet_size(PACKET_BYTES, MAX_PACKET_BYTES);
    if let Some(login) = &settings.login {
        mqtt.set_credentials(&login.user, login.password.expose_secret());
    }
    if let Some(will) = &options.last_will {
        mqtt.set_last_will(rumqttc::LastWill::new(
            &will.topic,
            will.payload.clone(),
            will.qos.into(),
            will.retain,
        ));
    }
    mqtt
}

//! From our queues into the library's small one. What waits with us survives a lost session; what waits in the library
//! might not.

use super::Ack;
use super::poller::Publish;
use rumqttc::{AsyncClient, ClientError, QoS, Request, SubscribeFilter};
use tokio::sync::mpsc;

pub(super) struct Handover {
    requests: AsyncClient,
    publishes: mpsc::Receiver<Publish>,
    acks: mpsc::UnboundedReceiver<Ack>,
    /// Taken from our queue while the library had no room.
    held: Option<Item>,
    /// Given to the library and not sent yet.
    in_library: usize,
    /// Number of the connection; acknowledgements of others are forgotten.
    connection: u64,
}

enum Item {
    Ack(Ack),
    Publish(Publish),
}

impl Handover {
    /// Requests that the library may hold.
    pub(super) const LIBRARY_CAPACITY: usize = 64;

    pub(super) fn new(
        requests: AsyncClient,
        publishes: mpsc::Receiver<Publish>,
        acks: mpsc::UnboundedReceiver<Ack>,
    ) -> Self {
        Self { requests, publishes, acks, held: None, in_library: 0, connection: 0 }
    }

    /// A connection stands, and the library has this many requests from before.
    pub(super) const fn connected(&mut self, connection: u64, pending: usize) {
        self.connection = connection;
        self.in_library = pending;
    }

    /// The connection broke; the library's requests were taken from it.
    pub(super) fn disconnected(&mut self) {
        self.in_library = 0;
        if matches!(self.held, Some(Item::Ack(_))) {
            self.held = None;
        }
    }

    /// Moves what waits into the library as far as it has room. Whether it has room for more.
    pub(super) fn hand_over(&mut self) -> bool {
        loop {
            let Some(item) = self.next() else { return true };
            if let Err(item) = self.give(item) {
                self.held = Some(item);
                return false;
            }
        }
    }

    /// Waits for something to hand over. To be called when [`Self::hand_over`] had room.
    pub(super) async fn wait(&mut self) {
        // A closed queue is silent for ever: whoever polls is told of the end by another way.
        let item = tokio::select! {
            Some(ack) = self.acks.recv() => Item::Ack(ack),
            Some(publish) = self.publishes.recv() => Item::Publish(publish),
            else => std::future::pending().await,
        };
        self.held = Some(item);
    }

    /// Whether nothing waits, neither here nor in the library.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_none() && self.in_library == 0 && self.acks.is_empty() && self.publishes.is_empty()
    }

    /// The library has sent a request.
    pub(super) const fn taken(&mut self) {
        self.in_library = self.in_library.saturating_sub(1);
    }

    /// Subscribes; the library is empty then.
    pub(super) fn subscribe(&mut self, filters: Vec<SubscribeFilter>) {
        match self.requests.try_subscribe_many(filters) {
            Ok(()) => self.in_library += 1,
            Err(error) => tracing::error!(%error, "cannot subscribe: a filter is not valid MQTT"),
        }
    }

    pub(super) fn disconnect(&self) {
        let _ = self.requests.try_disconnect();
    }

    /// Acknowledgements first: they free the broker to send more.
    fn next(&mut self) -> Option<Item> {
        self.held
            .take()
            .or_else(|| self.acks.try_recv().ok().map(Item::Ack))
            .or_else(|| self.publishes.try_recv().ok().map(Item::Publish))
    }

    fn give(&mut self, item: Item) -> Result<(), Item> {
        match item {
            Item::Ack(ack) if ack.connection != self.connection => return Ok(()),
            Item::Ack(ack) => {
                let mut publish = rumqttc::Publish::new("", QoS::AtLeastOnce, Vec::new());
                publish.pkid = ack.packet_id;
                self.requests.try_ack(&publish).map_err(|_| Item::Ack(ack))?;
            }
            Item::Publish(Publish { topic, payload, qos, retain }) => {
                if let Err(error) = self.requests.try_publish(topic, qos, retain, payload) {
                    return given_back(error).map_or(Ok(()), Err);
                }
            }
        }
        self.in_library += 1;
        Ok(())
    }
}

/// The message that the library had no room for.
fn given_back(error: ClientError) -> Option<Item> {
    let (ClientError::Request(request) | ClientError::TryRequest(request)) = error;
    let Request::Publish(publish) = request else { return None };
    let rumqttc::Publish { topic, payload, qos, retain, .. } = publish;
    Some(Item::Publish(Publish { topic, payload: payload.into(), qos, retain }))
}

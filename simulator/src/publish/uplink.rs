//! One connection to the broker and the vehicles that share it.

use link::Condition;
use link::mqtt::{self, Client, Connection, Incoming, LastWill, Options, PublishError, Qos};
use metrics::counter;
use model::{VehicleId, topic};
use tokio::sync::watch;

use super::fleet::FleetSettings;
use super::outbox::{Message, Next, Outbox};

/// Messages that wait in the client itself. Few: what waits there is not replaced by newer positions.
const CLIENT_QUEUE: usize = 256;
/// Most vehicles remembered that left while the broker was away.
const MOST_GONE: usize = 20_000;

#[derive(Debug)]
pub(super) struct Uplink {
    pub client: Client,
    connection: watch::Receiver<Connection>,
    // Held also where nothing comes, so that the connection knows that somebody listens.
    pub incoming: Incoming,
    /// The connection's own place among the vehicles.
    id: VehicleId,
    pub places: Vec<Place>,
    /// The status topics of vehicles that left and were not told to have left yet.
    gone: Vec<String>,
    pub outbox: Outbox,
    /// The connect after which the states were told last.
    greeted: u64,
}

/// The topics of the vehicle that has, or had, a place.
#[derive(Debug, Default)]
pub(super) struct Place {
    position: String,
    status: String,
    is_taken: bool,
}

impl Uplink {
    pub fn connect(
        settings: &FleetSettings,
        id: VehicleId,
        subscriptions: &[&str],
        condition: Condition,
    ) -> Self {
        let options = Options {
            last_will: Some(LastWill {
                topic: topic::status(&id),
                payload: status(None),
                qos: Qos::AtLeastOnce,
                retain: true,
            }),
            subscriptions: subscriptions
                .iter()
                .map(|&filter| (filter.to_owned(), Qos::AtLeastOnce))
                .collect(),
            outgoing_capacity: CLIENT_QUEUE,
            ..Options::new(id.as_str())
        };
        let (client, incoming) = mqtt::connect(&settings.broker, options, condition);
        Self {
            connection: client.connection(),
            client,
            incoming,
            id,
            places: Vec::new(),
            gone: Vec::new(),
            outbox: Outbox::default(),
            greeted: 0,
        }
    }

    pub fn is_up(&self) -> bool {
        self.connection.borrow().up
    }

    /// One more place; its number.
    pub fn add_place(&mut self) -> usize {
        self.places.push(Place::default());
        self.outbox.add_slot();
        self.places.len() - 1
    }

    /// A vehicle takes a place.
    pub fn occupy(&mut self, place: usize, id: &VehicleId) {
        self.vacate(place);
        self.places[place] =
            Place { position: topic::position(id), status: topic::status(id), is_taken: true };
        if self.has_greeted() {
            let payload = status(Some(self.id.as_str()));
            self.tell(topic::status(id), payload);
        }
    }

    /// The vehicle of a place leaves: nothing is kept of it at the broker.
    pub fn vacate(&mut self, place: usize) {
        if !std::mem::take(&mut self.places[place].is_taken) {
            return;
        }
        self.outbox.drop_position(place);
        let topic = std::mem::take(&mut self.places[place].status);
        if self.has_greeted() {
            self.tell(topic, Vec::new());
        } else if self.gone.len() < MOST_GONE {
            self.gone.push(topic);
        }
    }

    /// Hands over what the connection takes. Whether it was made anew since the last call.
    pub fn flush(&mut self) -> bool {
        let Connection { up, count, .. } = *self.connection.borrow();
        let renewed = up && count != self.greeted;
        if renewed {
            self.greeted = count;
            self.outbox.clear_states();
            for topic in std::mem::take(&mut self.gone) {
                self.tell(topic, Vec::new());
            }
            self.tell_states(true);
        }
        if up {
            self.hand_over();
        }
        let (replaced, lost) = self.outbox.take_losses();
        counter!("vigiroute_simulator_positions_replaced_total").increment(replaced);
        counter!("vigiroute_simulator_messages_lost_total").increment(lost);
        renewed
    }

    /// Says that the vehicles are offline, and nothing else any more.
    pub fn say_goodbye(&mut self) {
        self.outbox.clear_positions();
        self.outbox.clear_states();
        self.tell_states(false);
    }

    pub fn is_waiting(&self) -> bool {
        self.is_up() && !self.outbox.is_empty()
    }

    pub fn hand_over(&mut self) {
        while let Some(next) = self.outbox.next() {
            let (topic, payload, retain) = match next {
                Next::Lasting(message) => (message.topic.as_str(), message.payload.clone(), message.retain),
                Next::Position { slot, payload } => {
                    (self.places[slot].position.as_str(), payload.to_vec(), false)
                }
            };
            match self.client.try_publish(topic, payload, Qos::AtLeastOnce, retain) {
                Ok(()) => counter!("vigiroute_simulator_messages_total").increment(1),
                Err(PublishError::Full | PublishError::Closed) => return,
                Err(error @ PublishError::Topic) => tracing::error!(topic, %error, "message dropped"),
            }
            self.outbox.sent();
        }
    }

    /// Whether the states were told since the connection was made.
    fn has_greeted(&self) -> bool {
        let Connection { up, count, .. } = *self.connection.borrow();
        up && count == self.greeted
    }

    fn tell(&mut self, topic: String, payload: Vec<u8>) {
        self.outbox.put_lasting(Message { topic, payload, retain: true });
    }

    /// The status of the connection and of all its vehicles.
    fn tell_states(&mut self, online: bool) {
        let own = if online { b"{\"online\":true}".to_vec() } else { status(None) };
        self.tell(topic::status(&self.id), own);
        let payload = status(online.then_some(self.id.as_str()));
        let taken: Vec<String> =
            self.places.iter().filter(|place| place.is_taken).map(|place| place.status.clone()).collect();
        for topic in taken {
            self.tell(topic, payload.clone());
        }
    }
}

/// Online by way of a connection, or offline.
fn status(via: Option<&str>) -> Vec<u8> {
    match via {
        Some(via) => format!("{{\"online\":true,\"via\":\"{via}\"}}").into_bytes(),
        None => b"{\"online\":false}".to_vec(),
    }
}

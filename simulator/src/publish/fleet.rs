//! The connections of a fleet: each vehicle has its own topics, many share one connection.

use std::time::Duration;

use link::mqtt::{self, Client, Connection, Incoming, LastWill, Options, PublishError, Qos};
use link::{Condition, Readiness};
use metrics::counter;
use model::{VehicleId, topic};
use tokio::sync::watch;
use tokio::time::Instant;

use super::outbox::{Message, Next, Outbox};

/// Vehicles to one connection.
const VEHICLES_PER_CONNECTION: usize = 250;
/// Fewest and most connections.
const FEWEST: usize = 2;
const MOST: usize = 16;
/// Messages that wait in the client itself. Few: what waits there is not replaced by newer positions.
const CLIENT_QUEUE: usize = 256;
/// How long the goodbyes may take at the end.
const GOODBYE_TIME: Duration = Duration::from_secs(3);
/// How long the broker may take to confirm what was sent before.
const CLOSE_TIME: Duration = Duration::from_secs(5);
/// A condition's name for each connection.
const CONDITIONS: [&str; MOST] = [
    "mqtt link 0",
    "mqtt link 1",
    "mqtt link 2",
    "mqtt link 3",
    "mqtt link 4",
    "mqtt link 5",
    "mqtt link 6",
    "mqtt link 7",
    "mqtt link 8",
    "mqtt link 9",
    "mqtt link 10",
    "mqtt link 11",
    "mqtt link 12",
    "mqtt link 13",
    "mqtt link 14",
    "mqtt link 15",
];

/// How a fleet reaches the broker.
#[derive(Debug, Clone)]
pub struct FleetSettings {
    /// The broker.
    pub broker: mqtt::Settings,
    /// The connections are named this with a number, at the broker and in their status.
    pub link_name: String,
}

/// The vehicles' way to the broker. Nothing here waits: what the broker does not take now is taken later or dropped.
#[derive(Debug)]
pub struct Fleet {
    uplinks: Vec<Uplink>,
}

/// How many connections so many vehicles share.
#[must_use]
pub fn connection_count(vehicles: usize) -> usize {
    vehicles.div_ceil(VEHICLES_PER_CONNECTION).clamp(FEWEST, MOST)
}

#[derive(Debug)]
struct Uplink {
    client: Client,
    connection: watch::Receiver<Connection>,
    // Held, so that the connection knows that somebody listens.
    _incoming: Incoming,
    /// The connection's own place among the vehicles.
    id: VehicleId,
    vehicles: Vec<VehicleTopics>,
    outbox: Outbox,
    /// The connect after which the states were told last.
    greeted: u64,
}

#[derive(Debug)]
struct VehicleTopics {
    position: String,
    hazard: String,
    status: String,
}

impl Fleet {
    /// Starts to connect. Each vehicle's status is told, retained, after every connect.
    ///
    /// # Errors
    /// If the name of the connections is not made of `A-Z a-z 0-9 _ . : -` or too long.
    pub fn connect(
        settings: &FleetSettings,
        vehicles: &[VehicleId],
        readiness: &Readiness,
    ) -> Result<Self, model::IdError> {
        let count = connection_count(vehicles.len());
        let mut uplinks = Vec::with_capacity(count);
        for (number, condition) in CONDITIONS.iter().enumerate().take(count) {
            let id = VehicleId::new(&format!("{}-{number}", settings.link_name))?;
            let own = vehicles.iter().skip(number).step_by(count);
            uplinks.push(Uplink::connect(settings, id, own, readiness.condition(condition)));
        }
        Ok(Self { uplinks })
    }

    /// A position report; replaces one of the same vehicle that still waits.
    pub fn position(&mut self, vehicle: usize, payload: Vec<u8>) {
        let count = self.uplinks.len();
        self.uplinks[vehicle % count].outbox.put_position(vehicle / count, payload);
    }

    /// A hazard report; kept until the broker has it.
    pub fn hazard(&mut self, vehicle: usize, payload: Vec<u8>) {
        let count = self.uplinks.len();
        let uplink = &mut self.uplinks[vehicle % count];
        let topic = uplink.vehicles[vehicle / count].hazard.clone();
        uplink.outbox.put_lasting(Message { topic, payload, retain: false });
    }

    /// A message of the simulation itself; kept until the broker has it.
    pub fn announce(&mut self, topic: &str, payload: Vec<u8>, retain: bool) {
        self.uplinks[0].outbox.put_lasting(Message { topic: topic.to_owned(), payload, retain });
    }

    /// Hands over what the connections take now. Whether one of them was made anew since the last call.
    pub fn flush(&mut self) -> bool {
        let mut renewed = false;
        for uplink in &mut self.uplinks {
            renewed |= uplink.flush();
        }
        renewed
    }

    /// How many of the connections stand.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.uplinks.iter().filter(|uplink| uplink.connection.borrow().up).count()
    }

    /// Says goodbye for all vehicles, publishes the simulation's last word on `topic`, retained, and ends the connections
    /// in good order. Whether all of it reached the broker.
    pub async fn close(mut self, topic: &str, last_word: Vec<u8>) -> bool {
        for uplink in &mut self.uplinks {
            uplink.outbox.clear_positions();
            uplink.outbox.clear_states();
            uplink.tell_states(false);
        }
        self.announce(topic, last_word, true);
        let deadline = Instant::now() + GOODBYE_TIME;
        while self.uplinks.iter().any(Uplink::is_waiting) && Instant::now() < deadline {
            self.uplinks.iter_mut().for_each(Uplink::hand_over);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let told = self.uplinks.iter().all(|uplink| uplink.outbox.is_empty());
        let closing = self.uplinks.iter().map(|uplink| {
            let client = uplink.client.clone();
            tokio::spawn(async move { client.close(CLOSE_TIME).await })
        });
        let mut arrived = told;
        for closing in closing.collect::<Vec<_>>() {
            arrived &= closing.await.unwrap_or(false);
        }
        arrived
    }
}

// === impl Uplink ===

impl Uplink {
    fn connect<'a>(
        settings: &FleetSettings,
        id: VehicleId,
        vehicles: impl Iterator<Item = &'a VehicleId>,
        condition: Condition,
    ) -> Self {
        let options = Options {
            last_will: Some(LastWill {
                topic: topic::status(&id),
                payload: status(None),
                qos: Qos::AtLeastOnce,
                retain: true,
            }),
            outgoing_capacity: CLIENT_QUEUE,
            ..Options::new(id.as_str())
        };
        let (client, incoming) = mqtt::connect(&settings.broker, options, condition);
        let topics = vehicles.map(|vehicle| VehicleTopics {
            position: topic::position(vehicle),
            hazard: topic::hazard(vehicle),
            status: topic::status(vehicle),
        });
        let vehicles: Vec<VehicleTopics> = topics.collect();
        Self {
            connection: client.connection(),
            client,
            _incoming: incoming,
            id,
            outbox: Outbox::new(vehicles.len()),
            vehicles,
            greeted: 0,
        }
    }

    fn flush(&mut self) -> bool {
        let Connection { up, count, .. } = *self.connection.borrow();
        let renewed = up && count != self.greeted;
        if renewed {
            self.greeted = count;
            self.outbox.clear_states();
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

    fn is_waiting(&self) -> bool {
        self.connection.borrow().up && !self.outbox.is_empty()
    }

    fn hand_over(&mut self) {
        while let Some(next) = self.outbox.next() {
            let (topic, payload, retain) = match next {
                Next::Lasting(message) => (message.topic.as_str(), message.payload.clone(), message.retain),
                Next::Position { slot, payload } => {
                    (self.vehicles[slot].position.as_str(), payload.to_vec(), false)
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

    /// The status of the connection and of all its vehicles.
    fn tell_states(&mut self, online: bool) {
        let own = Message {
            topic: topic::status(&self.id),
            payload: if online { b"{\"online\":true}".to_vec() } else { status(None) },
            retain: true,
        };
        self.outbox.put_lasting(own);
        for vehicle in &self.vehicles {
            let payload = status(online.then_some(self.id.as_str()));
            self.outbox.put_lasting(Message { topic: vehicle.status.clone(), payload, retain: true });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_vehicles_share_few_connections() {
        let counts = [1, 300, 500, 501, 1_000_000].map(connection_count);
        assert_eq!(counts, [2, 2, 2, 3, 16]);
    }
}

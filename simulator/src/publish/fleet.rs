//! The connections of a fleet: each vehicle has its own topics, many share one connection.

use std::time::Duration;

use bytes::Bytes;
use link::{Readiness, mqtt};
use model::{VehicleId, topic};
use tokio::time::Instant;

use super::outbox::Message;
use super::uplink::Uplink;
use crate::reports::vehicle_id;

/// Vehicles to one connection.
const VEHICLES_PER_CONNECTION: usize = 250;
/// Fewest and most connections.
const FEWEST: usize = 2;
const MOST: usize = 16;
/// How long the goodbyes may take at the end.
const GOODBYE_TIME: Duration = Duration::from_secs(3);
/// How long the broker may take to confirm what was sent before.
const CLOSE_TIME: Duration = Duration::from_secs(5);
/// What the simulation listens to.
const COMMANDS: [&str; 1] = [topic::SIMULATION_SET];
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
    settings: FleetSettings,
    readiness: Readiness,
    uplinks: Vec<Uplink>,
    /// Where each vehicle sits, by its number.
    seats: Vec<Option<Seat>>,
}

/// A vehicle's place at a connection. It is for good; who sits there may change.
#[derive(Debug, Clone, Copy)]
struct Seat {
    uplink: usize,
    place: usize,
    /// Which vehicle sits there, by a number of its own; `None` = nobody.
    taken: Option<u32>,
}

/// How many connections so many vehicles share.
#[must_use]
pub fn connection_count(vehicles: usize) -> usize {
    vehicles.div_ceil(VEHICLES_PER_CONNECTION).clamp(FEWEST, MOST)
}

impl Fleet {
    /// Starts to connect, with room for so many vehicles. Each vehicle's status is told, retained, after every connect.
    ///
    /// # Errors
    /// If the name of the connections is not made of `A-Z a-z 0-9 _ . : -` or too long.
    pub fn connect(
        settings: &FleetSettings,
        vehicles: usize,
        readiness: &Readiness,
    ) -> Result<Self, model::IdError> {
        let (settings, readiness) = (settings.clone(), readiness.clone());
        let mut fleet = Self { settings, readiness, uplinks: Vec::new(), seats: Vec::new() };
        fleet.open(connection_count(vehicles))?;
        Ok(fleet)
    }

    /// Opens connections until there are so many.
    fn open(&mut self, count: usize) -> Result<(), model::IdError> {
        for (number, condition) in CONDITIONS.iter().enumerate().take(count).skip(self.uplinks.len()) {
            let id = VehicleId::new(&format!("{}-{number}", self.settings.link_name))?;
            // One of them hears what is asked of the simulation.
            let subscriptions = if number == 0 { &COMMANDS[..] } else { &[] };
            let condition = self.readiness.condition(condition);
            self.uplinks.push(Uplink::connect(&self.settings, id, subscriptions, condition));
        }
        Ok(())
    }

    /// Exactly these vehicles are there: each one's number, its own number, its name.
    pub fn seat_exactly(&mut self, vehicles: impl Iterator<Item = (usize, u32, VehicleId)>) {
        let mut there = vec![false; self.seats.len()];
        for (number, serial, id) in vehicles {
            if number >= there.len() {
                there.resize(number + 1, false);
            }
            there[number] = true;
            self.seat(number, serial, &id);
        }
        for number in (0..self.seats.len()).filter(|&number| !there[number]) {
            if let Some(seat) = &mut self.seats[number]
                && seat.taken.take().is_some()
            {
                self.uplinks[seat.uplink].vacate(seat.place);
            }
        }
    }

    fn seat(&mut self, number: usize, serial: u32, id: &VehicleId) {
        if number >= self.seats.len() {
            self.seats.resize(number + 1, None);
            // The name was good for the first connection.
            let _ = self.open(connection_count(self.seats.len()));
        }
        let seat = match self.seats[number] {
            Some(seat) if seat.taken == Some(serial) => return,
            Some(seat) => seat,
            None => {
                let emptiest = (0..self.uplinks.len()).min_by_key(|&i| self.uplinks[i].places.len());
                let uplink = emptiest.unwrap_or_default();
                Seat { uplink, place: self.uplinks[uplink].add_place(), taken: None }
            }
        };
        self.seats[number] = Some(Seat { taken: Some(serial), ..seat });
        self.uplinks[seat.uplink].occupy(seat.place, id);
    }

    /// The seat of a vehicle, if it is (still) there.
    fn seat_of(&self, number: usize, serial: u32) -> Option<Seat> {
        self.seats.get(number).copied().flatten().filter(|seat| seat.taken == Some(serial))
    }

    /// A position report; replaces one of the same vehicle that still waits. Of a vehicle that is not there it is dropped.
    pub fn position(&mut self, number: usize, serial: u32, payload: Vec<u8>) {
        if let Some(Seat { uplink, place, .. }) = self.seat_of(number, serial) {
            self.uplinks[uplink].outbox.put_position(place, payload);
        }
    }

    /// A hazard report; kept until the broker has it. Also of a vehicle that does not report its position.
    pub fn hazard(&mut self, serial: u32, payload: Vec<u8>) {
        let Some(id) = vehicle_id(serial) else { return };
        let uplink = serial as usize % self.uplinks.len();
        let message = Message { topic: topic::hazard(&id), payload, retain: false };
        self.uplinks[uplink].outbox.put_lasting(message);
    }

    /// A message of the simulation itself; kept until the broker has it.
    pub fn announce(&mut self, topic: &str, payload: Vec<u8>, retain: bool) {
        self.uplinks[0].outbox.put_lasting(Message { topic: topic.to_owned(), payload, retain });
    }

    /// The next message that asks something of the simulation.
    pub fn take_command(&mut self) -> Option<Bytes> {
        let uplink = &mut self.uplinks[0];
        let message = uplink.incoming.try_recv()?;
        if let Some(ack) = message.ack {
            uplink.client.acknowledge(ack);
        }
        if message.retain {
            tracing::warn!(topic = message.topic, "what is asked for must not be retained; left out");
            return self.take_command();
        }
        Some(message.payload)
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
        self.uplinks.iter().filter(|uplink| uplink.is_up()).count()
    }

    /// Says goodbye for all vehicles, publishes the simulation's last word on `topic`, retained, and ends the connections
    /// in good order. Whether all of it reached the broker.
    pub async fn close(mut self, topic: &str, last_word: Vec<u8>) -> bool {
        for uplink in &mut self.uplinks {
            uplink.say_goodbye();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_vehicles_share_few_connections() {
        let counts = [1, 300, 500, 501, 1_000_000].map(connection_count);
        assert_eq!(counts, [2, 2, 2, 3, 16]);
    }
}

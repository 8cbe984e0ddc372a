//! What is to be published, and what is on its way: kept until the broker has acknowledged it.

use super::poller::Publish;
use bytes::BytesMut;
use rumqttc::QoS;
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// Messages to publish. What was on its way when a connection broke is sent again on the next, under a new number.
#[derive(Debug)]
pub(super) struct Outgoing {
    queue: mpsc::Receiver<Publish>,
    /// To be sent before what is in the queue.
    first: VecDeque<rumqttc::Publish>,
    /// On their way, in the order of sending.
    flights: VecDeque<rumqttc::Publish>,
    /// Most that may be on their way.
    inflight: usize,
    last_id: u16,
}

impl Outgoing {
    /// Takes from `queue`; at most `inflight` are on their way at once.
    pub(super) fn new(queue: mpsc::Receiver<Publish>, inflight: u16) -> Self {
        let inflight = usize::from(inflight.max(1));
        Self { queue, first: VecDeque::new(), flights: VecDeque::new(), inflight, last_id: 0 }
    }

    /// A number for a packet that is not on its way.
    pub(super) fn next_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            // Numbers are given in turn: only the oldest can have come round.
            if self.flights.front().is_none_or(|oldest| oldest.pkid != self.last_id) {
                return self.last_id;
            }
        }
    }

    /// Whether one more may be on its way.
    pub(super) fn has_room(&self) -> bool {
        self.flights.len() < self.inflight
    }

    /// Waits for the next message; `None` when nobody can publish any more.
    pub(super) async fn recv(&mut self) -> Option<Publish> {
        self.queue.recv().await
    }

    /// Writes what waits behind `output`, as far as it may be on its way and until there are `most` bytes.
    pub(super) fn fill(&mut self, output: &mut BytesMut, most: usize) {
        while self.has_room() && output.len() < most {
            let next = self.first.pop_front();
            let Some(publish) = next.or_else(|| self.queue.try_recv().ok().map(Into::into)) else { break };
            self.write(publish, output);
        }
    }

    /// Writes a message behind `output`, and keeps it until it is acknowledged.
    pub(super) fn send(&mut self, publish: Publish, output: &mut BytesMut) {
        self.write(publish.into(), output);
    }

    fn write(&mut self, mut publish: rumqttc::Publish, output: &mut BytesMut) {
        let is_kept = publish.qos != QoS::AtMostOnce;
        if is_kept {
            publish.pkid = self.next_id();
        }
        let before = output.len();
        if let Err(error) = publish.write(output) {
            output.truncate(before);
            tracing::error!(%error, topic = publish.topic, "a message cannot be published");
        } else if is_kept {
            self.flights.push_back(publish);
        }
    }

    /// The broker has a message.
    pub(super) fn arrived(&mut self, id: u16) {
        // They are acknowledged in the order of sending by nearly every broker.
        if let Some(n) = self.flights.iter().position(|publish| publish.pkid == id) {
            self.flights.remove(n);
        }
    }

    /// The connection broke: what was on its way goes first on the next.
    pub(super) fn interrupted(&mut self) {
        self.flights.append(&mut self.first);
        self.first = std::mem::take(&mut self.flights);
    }

    /// How many were on their way on a broken connection.
    pub(super) fn unsettled(&self) -> usize {
        self.first.len()
    }

    /// Whether nothing waits and all has arrived.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.flights.is_empty() && self.queue.is_empty()
    }
}

impl From<Publish> for rumqttc::Publish {
    fn from(publish: Publish) -> Self {
        let Publish { topic, payload, qos, retain } = publish;
        Self { retain, ..Self::new(topic, qos, payload) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(inflight: u16) -> (mpsc::Sender<Publish>, Outgoing) {
        let (sender, queue) = mpsc::channel(10);
        (sender, Outgoing::new(queue, inflight))
    }

    fn publish(payload: &str, qos: QoS) -> Publish {
        Publish { topic: "a".into(), payload: payload.into(), qos, retain: false }
    }

    /// The payloads and numbers of what is written.
    fn written(outgoing: &mut Outgoing) -> Vec<(String, u16)> {
        let (mut output, mut found) = (BytesMut::new(), Vec::new());
        outgoing.fill(&mut output, usize::MAX);
        while let Ok(packet) = rumqttc::Packet::read(&mut output, 1_000) {
            let rumqttc::Packet::Publish(publish) = packet else { panic!("{packet:?}") };
            found.push((String::from_utf8(publish.payload.to_vec()).unwrap(), publish.pkid));
        }
        found
    }

    #[test]
    fn no_more_are_on_their_way_than_may_be_and_what_was_goes_first_after_an_interruption() {
        let (sender, mut outgoing) = outgoing(2);
        for payload in ["one", "two", "three"] {
            sender.try_send(publish(payload, QoS::AtLeastOnce)).unwrap();
        }
        assert_eq!(written(&mut outgoing), [("one".into(), 1), ("two".into(), 2)]);
        assert_eq!((written(&mut outgoing), outgoing.is_empty()), (vec![], false));
        outgoing.arrived(1);
        assert_eq!(written(&mut outgoing), [("three".into(), 3)]);
        outgoing.interrupted();
        assert_eq!(outgoing.unsettled(), 2);
        assert_eq!(written(&mut outgoing), [("two".into(), 4), ("three".into(), 5)]);
        outgoing.arrived(5);
        outgoing.arrived(4);
        assert!(outgoing.is_empty());
    }

    #[test]
    fn what_may_be_lost_is_not_kept_and_numbers_come_round_past_what_is_on_its_way() {
        let (sender, mut outgoing) = outgoing(5);
        sender.try_send(publish("lost", QoS::AtMostOnce)).unwrap();
        sender.try_send(publish("kept", QoS::AtLeastOnce)).unwrap();
        assert_eq!(written(&mut outgoing), [("lost".into(), 0), ("kept".into(), 1)]);
        for expected in 2..=u16::MAX {
            assert_eq!(outgoing.next_id(), expected);
        }
        assert_eq!(outgoing.next_id(), 2);
    }
}

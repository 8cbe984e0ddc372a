//! What waits for the broker: the newest position of each vehicle, and every message that must not be lost.

use std::collections::VecDeque;

/// Most messages kept beside positions; beyond that the oldest go. Hazards and states are few: this is hours of them.
const MAX_LASTING: usize = 20_000;

/// A message that is kept until it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
    pub retain: bool,
}

/// A queue that never grows without bound and never shows old positions before new ones.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    lasting: VecDeque<Message>,
    /// The vehicles whose position waits, in the order in which they first did.
    order: VecDeque<usize>,
    /// For each vehicle, its newest position not sent yet.
    newest: Vec<Option<Vec<u8>>>,
    replaced: u64,
    lost: u64,
}

/// What is to be sent next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    Lasting(&'a Message),
    Position { slot: usize, payload: &'a [u8] },
}

impl Outbox {
    /// Room for one more vehicle; they are numbered from 0.
    pub fn add_slot(&mut self) {
        self.newest.push(None);
    }

    /// Drops a vehicle's position if it waits.
    pub fn drop_position(&mut self, slot: usize) {
        if self.newest[slot].take().is_some() {
            self.order.retain(|&waiting| waiting != slot);
        }
    }

    /// Takes a vehicle's position; one that still waits is dropped for it.
    pub fn put_position(&mut self, slot: usize, payload: Vec<u8>) {
        if self.newest[slot].replace(payload).is_some() {
            self.replaced += 1;
        } else {
            self.order.push_back(slot);
        }
    }

    /// Takes a message that is to be kept. When far too many wait, the oldest is lost.
    pub fn put_lasting(&mut self, message: Message) {
        if self.lasting.len() >= MAX_LASTING {
            self.lasting.pop_front();
            self.lost += 1;
        }
        self.lasting.push_back(message);
    }

    /// What is to be sent next, if anything.
    pub fn next(&self) -> Option<Next<'_>> {
        if let Some(message) = self.lasting.front() {
            return Some(Next::Lasting(message));
        }
        let &slot = self.order.front()?;
        self.newest[slot].as_deref().map(|payload| Next::Position { slot, payload })
    }

    /// The message given by [`Self::next`] is sent.
    pub fn sent(&mut self) {
        if self.lasting.pop_front().is_none()
            && let Some(slot) = self.order.pop_front()
        {
            self.newest[slot] = None;
        }
    }

    /// Drops the positions that wait.
    pub fn clear_positions(&mut self) {
        self.order.clear();
        self.newest.fill(None);
    }

    /// Drops retained messages that wait, because newer ones will follow.
    pub fn clear_states(&mut self) {
        self.lasting.retain(|message| !message.retain);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lasting.is_empty() && self.order.is_empty()
    }

    /// Positions dropped for newer ones, and lasting messages lost, since the last call.
    pub fn take_losses(&mut self) -> (u64, u64) {
        (std::mem::take(&mut self.replaced), std::mem::take(&mut self.lost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(slots: usize) -> Outbox {
        let mut outbox = Outbox::default();
        (0..slots).for_each(|_| outbox.add_slot());
        outbox
    }

    fn lasting(topic: &str, retain: bool) -> Message {
        Message { topic: topic.into(), payload: b"x".to_vec(), retain }
    }

    #[test]
    fn while_the_broker_is_away_only_the_newest_position_of_each_vehicle_is_kept() {
        let mut outbox = outbox(2);
        for round in 0..100_u8 {
            outbox.put_position(1, vec![round]);
            outbox.put_position(0, vec![round]);
        }
        assert_eq!(outbox.take_losses(), (198, 0));
        assert_eq!(outbox.next(), Some(Next::Position { slot: 1, payload: &[99] }));
        outbox.sent();
        assert_eq!(outbox.next(), Some(Next::Position { slot: 0, payload: &[99] }));
        outbox.sent();
        assert!(outbox.is_empty() && outbox.next().is_none());
    }

    #[test]
    fn a_vehicle_that_left_reports_no_more() {
        let mut outbox = outbox(2);
        outbox.put_position(0, vec![1]);
        outbox.put_position(1, vec![2]);
        outbox.drop_position(0);
        assert_eq!(outbox.next(), Some(Next::Position { slot: 1, payload: &[2] }));
    }

    #[test]
    fn hazards_go_first_and_are_kept_in_order() {
        let mut outbox = outbox(1);
        outbox.put_position(0, vec![1]);
        outbox.put_lasting(lasting("a", false));
        outbox.put_lasting(lasting("b", false));
        let mut topics = Vec::new();
        while let Some(Next::Lasting(message)) = outbox.next() {
            topics.push(message.topic.clone());
            outbox.sent();
        }
        assert_eq!(topics, ["a", "b"]);
        assert_eq!(outbox.next(), Some(Next::Position { slot: 0, payload: &[1] }));
    }

    #[test]
    fn lasting_messages_are_bounded_and_what_is_lost_is_counted() {
        let mut outbox = outbox(0);
        for i in 0..MAX_LASTING + 5 {
            outbox.put_lasting(lasting(&i.to_string(), false));
        }
        assert_eq!(outbox.take_losses(), (0, 5));
        assert_eq!(outbox.next(), Some(Next::Lasting(&lasting("5", false))));
    }

    #[test]
    fn states_that_are_told_anew_do_not_wait_twice() {
        let mut outbox = outbox(0);
        outbox.put_lasting(lasting("status", true));
        outbox.put_lasting(lasting("hazard", false));
        outbox.clear_states();
        assert_eq!(outbox.next(), Some(Next::Lasting(&lasting("hazard", false))));
    }
}

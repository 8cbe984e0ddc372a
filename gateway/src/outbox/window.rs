//! Which messages are on their way, and when each is to be sent (again). No clock, no network: time comes in as an
//! argument.
//!
//! Messages go out in the outbox's order, at most [`MAX_IN_FLIGHT`] without a receipt, and never a revision of an event
//! while an earlier one of the same event is on its way. When a message comes back because nobody is there, the others wait
//! and only the oldest is tried, until a receipt comes.

use crate::store::Waiting;
use link::backoff::{Backoff, Delays};
use model::stanza::MAX_REVISIONS;
use std::collections::BTreeMap;
use tokio::time::Instant;

/// Messages without a receipt.
pub const MAX_IN_FLIGHT: usize = 16;
/// Revisions read from the outbox at once.
const MAX_READ: usize = 256;
/// JSON in one message, in bytes: with room for what XML adds below the payload's limit.
const MAX_MESSAGE_BYTES: usize = 128 * 1024;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The message's id, by which the receipt names it.
    pub id: String,
    /// The JSON of its revisions, in order.
    pub revisions: Vec<String>,
    /// Whether it was sent before.
    pub again: bool,
}

#[derive(Debug)]
struct Flight {
    waiting: Vec<Waiting>,
    /// When to send it (again); `None` while a probe finds out whether anybody is there.
    due: Option<Instant>,
    sent: bool,
    receipt_waits: Delays,
}

/// The messages on their way.
#[derive(Debug)]
pub struct Window {
    instance: u64,
    /// By the first sequence number.
    flights: BTreeMap<u64, Flight>,
    /// The first sequence number that was never taken.
    next: u64,
    receipt_backoff: Backoff,
    probe_waits: Delays,
    /// Set while nobody was there at the last try: when to try again.
    probe: Option<Instant>,
}

impl Window {
    /// Nothing on its way. `receipt` says how long to wait for a receipt, `probe` how long after a message came back.
    pub fn new(instance: u64, receipt: Backoff, probe: Backoff) -> Self {
        Self {
            instance,
            flights: BTreeMap::new(),
            next: 0,
            receipt_backoff: receipt,
            probe_waits: probe.delays(),
            probe: None,
        }
    }

    /// The sequence number from which on the outbox is to be read, and how many revisions can be used; `None` when no
    /// more can be on their way.
    pub fn wants(&self) -> Option<(u64, usize)> {
        let room = MAX_IN_FLIGHT.checked_sub(self.flights.len()).filter(|room| *room > 0)?;
        self.probe.is_none().then_some((self.next, MAX_READ.min(room * MAX_REVISIONS)))
    }

    /// Takes what was read from the outbox as far as it can be on its way now. One revision goes in one message, unless
    /// there are more than messages may be on their way: then up to [`MAX_REVISIONS`] share one.
    pub fn take(&mut self, waiting: Vec<Waiting>, now: Instant) {
        let room = MAX_IN_FLIGHT.saturating_sub(self.flights.len());
        let share = if waiting.len() > room { MAX_REVISIONS } else { 1 };
        let mut waiting = waiting.into_iter().peekable();
        while self.flights.len() < MAX_IN_FLIGHT {
            let (mut parcel, mut bytes) = (Vec::new(), 0);
            while let Some(revision) = waiting.next_if(|next| {
                parcel.len() < share
                    && (parcel.is_empty() || bytes + next.json.len() <= MAX_MESSAGE_BYTES)
                    && !self.is_on_its_way(next.event)
            }) {
                bytes += revision.json.len() + 1;
                parcel.push(revision);
            }
            let (Some(first), Some(last)) = (parcel.first(), parcel.last()) else { break };
            self.next = last.seq + 1;
            let flight = Flight {
                due: Some(now),
                sent: false,
                receipt_waits: self.receipt_backoff.delays(),
                waiting: Vec::new(),
            };
            let first = first.seq;
            self.flights.insert(first, Flight { waiting: parcel, ..flight });
        }
    }

    fn is_on_its_way(&self, event: u128) -> bool {
        self.flights.values().any(|flight| flight.waiting.iter().any(|waiting| waiting.event == event))
    }

    /// The next message that is to be sent now, in the outbox's order.
    pub fn next_due(&mut self, now: Instant) -> Option<Parcel> {
        if self.probe.is_some_and(|at| at <= now) {
            // Another one if this, too, comes back or nothing is heard.
            self.probe = Some(now + self.probe_waits.next_delay());
            if let Some(oldest) = self.flights.values_mut().next() {
                oldest.due = Some(now);
            }
        }
        let instance = self.instance;
        let (_, flight) =
            self.flights.iter_mut().find(|(_, flight)| flight.due.is_some_and(|due| due <= now))?;
        let again = std::mem::replace(&mut flight.sent, true);
        flight.due = if self.probe.is_some() { None } else { Some(now + flight.receipt_waits.next_delay()) };
        let revisions = flight.waiting.iter().map(|waiting| waiting.json.clone()).collect();
        Some(Parcel { id: id(instance, &flight.waiting), revisions, again })
    }

    /// When to ask for the next message if nothing else happens.
    pub fn wake_at(&self) -> Option<Instant> {
        self.flights.values().filter_map(|flight| flight.due).chain(self.probe).min()
    }

    /// The collector has stored this message: the sequence numbers to forget. `None` for an unknown one.
    pub fn receipt(&mut self, message: &str, now: Instant) -> Option<Vec<u64>> {
        let first = self.find(message)?;
        let flight = self.flights.remove(&first)?;
        if self.probe.take().is_some() {
            // Somebody is there again.
            self.probe_waits.reset();
            self.resend_all(now);
        }
        Some(flight.waiting.iter().map(|waiting| waiting.seq).collect())
    }

    /// A message came back: nobody is there. Whether it is one of ours.
    pub fn bounced(&mut self, message: &str, now: Instant) -> bool {
        let Some(first) = self.find(message) else { return false };
        if let Some(flight) = self.flights.get_mut(&first) {
            flight.due = None;
        }
        if self.probe.is_none() {
            self.probe = Some(now + self.probe_waits.next_delay());
            for flight in self.flights.values_mut() {
                flight.due = None;
            }
        }
        true
    }

    /// What was on its way may be lost with the session: all of it is to be sent again.
    pub fn resend_all(&mut self, now: Instant) {
        self.probe = None;
        for flight in self.flights.values_mut() {
            flight.due = Some(now);
            flight.receipt_waits.reset();
        }
    }

    /// When the oldest revision without a receipt was stored, epoch ms.
    pub fn oldest_stored_at_ms(&self) -> Option<i64> {
        self.flights.values().next()?.waiting.first().map(|waiting| waiting.stored_at_ms)
    }

    fn find(&self, message: &str) -> Option<u64> {
        self.flights
            .iter()
            .find(|(_, flight)| id(self.instance, &flight.waiting) == message)
            .map(|(first, _)| *first)
    }
}

/// The id of the message that carries these revisions. Sequence numbers are never given twice within one file, and the
/// instance tells the files apart, so a late receipt is never taken for another message's.
fn id(instance: u64, waiting: &[Waiting]) -> String {
    let first = waiting.first().map_or(0, |waiting| waiting.seq);
    let last = waiting.last().map_or(0, |waiting| waiting.seq);
    format!("{instance:016x}-{first}-{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn window() -> Window {
        let backoff =
            |min, max| Backoff::try_new(Duration::from_millis(min), Duration::from_millis(max), 0.0).unwrap();
        Window::new(0xab, backoff(5_000, 20_000), backoff(100, 400))
    }

    /// Revisions with these sequence numbers, each of an event of its own.
    fn waiting(seqs: std::ops::Range<u64>) -> Vec<Waiting> {
        seqs.map(|seq| of_event(seq, seq.into())).collect()
    }

    fn of_event(seq: u64, event: u128) -> Waiting {
        Waiting { seq, stored_at_ms: 0, event, json: seq.to_string() }
    }

    fn due(window: &mut Window, now: Instant) -> Vec<String> {
        let ids = std::iter::from_fn(|| window.next_due(now)).map(|parcel| parcel.id);
        ids.map(|id| id.trim_start_matches("00000000000000ab-").to_owned()).collect()
    }

    fn message(name: &str) -> String {
        format!("00000000000000ab-{name}")
    }

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn few_revisions_go_one_by_one_and_many_share_messages() {
        let now = Instant::now();
        let mut window = window();
        window.take(waiting(0..3), now);
        assert_eq!(due(&mut window, now), ["0-0", "1-1", "2-2"]);
        assert_eq!(window.wants(), Some((3, 256)));
        window.take(waiting(3..203), now);
        assert_eq!(due(&mut window, now), ["3-66", "67-130", "131-194", "195-202"]);
        assert_eq!(window.wants(), Some((203, 256)));
    }

    #[test]
    fn the_window_is_bounded_and_opens_with_each_receipt() {
        let now = Instant::now();
        let mut window = window();
        window.take(waiting(0..5_000), now);
        assert_eq!(due(&mut window, now).len(), MAX_IN_FLIGHT);
        assert_eq!(window.wants(), None);
        assert_eq!(window.receipt(&message("64-127"), now), Some((64..128).collect()));
        assert_eq!(window.receipt(&message("64-127"), now), None);
        assert_eq!(window.wants(), Some((1_024, 64)));
    }

    #[test]
    fn revisions_of_one_event_never_overtake_each_other() {
        let now = Instant::now();
        let mut window = window();
        window.take(vec![of_event(0, 7), of_event(1, 8), of_event(2, 7), of_event(3, 9)], now);
        assert_eq!(due(&mut window, now), ["0-0", "1-1"]);
        window.take(vec![of_event(2, 7), of_event(3, 9)], now);
        assert_eq!(due(&mut window, now), Vec::<String>::new());
        window.receipt(&message("0-0"), now);
        window.take(vec![of_event(2, 7), of_event(3, 9)], now);
        assert_eq!(due(&mut window, now), ["2-2", "3-3"]);
    }

    #[test]
    fn revisions_of_one_event_may_share_a_message() {
        let now = Instant::now();
        let mut window = window();
        window.take((0..40).map(|seq| of_event(seq, 7)).collect(), now);
        assert_eq!(due(&mut window, now), ["0-39"]);
    }

    #[test]
    fn without_a_receipt_a_message_is_sent_again_ever_more_rarely() {
        let begun = Instant::now();
        let mut window = window();
        window.take(waiting(0..1), begun);
        let parcel = window.next_due(begun).unwrap();
        assert!(!parcel.again);
        let mut at = begun;
        for wait in [5_000, 10_000, 20_000, 20_000] {
            assert_eq!(window.wake_at(), Some(at + ms(wait)));
            assert_eq!(window.next_due(at + ms(wait - 1)), None);
            at += ms(wait);
            assert!(window.next_due(at).unwrap().again);
        }
    }

    #[test]
    fn while_nobody_is_there_only_the_oldest_is_tried_until_a_receipt_comes() {
        let begun = Instant::now();
        let mut window = window();
        window.take(waiting(0..3), begun);
        assert_eq!(due(&mut window, begun).len(), 3);
        for name in ["0-0", "1-1", "2-2"] {
            assert!(window.bounced(&message(name), begun));
        }
        assert!(!window.bounced(&message("9-9"), begun));
        assert_eq!((window.wants(), window.wake_at()), (None, Some(begun + ms(100))));
        let mut at = begun;
        for wait in [100, 200, 400, 400] {
            assert_eq!(due(&mut window, at + ms(wait - 1)), Vec::<String>::new());
            at += ms(wait);
            assert_eq!(due(&mut window, at), ["0-0"]);
            window.bounced(&message("0-0"), at);
        }
        window.receipt(&message("0-0"), at);
        assert_eq!(due(&mut window, at), ["1-1", "2-2"]);
        assert!(window.wants().is_some());
    }

    #[test]
    fn a_lost_session_sends_everything_again_at_once_in_order() {
        let begun = Instant::now();
        let mut window = window();
        window.take(waiting(0..3), begun);
        due(&mut window, begun);
        window.bounced(&message("1-1"), begun);
        window.resend_all(begun + ms(1));
        assert_eq!(due(&mut window, begun + ms(1)), ["0-0", "1-1", "2-2"]);
    }

    #[test]
    fn messages_stay_below_the_limit_of_bytes() {
        let now = Instant::now();
        let mut window = window();
        let big = |seq| Waiting { json: "x".repeat(50_000), ..of_event(seq, seq.into()) };
        window.take((0..20).map(big).collect(), now);
        assert_eq!(due(&mut window, now)[..2], ["0-1", "2-3"]);
    }
}

//! Whether what is stored comes out of a backlog, and when the nodes are to be put right then.

use crate::inbox::Delivery;
use model::stanza::MAX_REVISIONS;
use std::time::{Duration, Instant};

/// A message with as much JSON as this is as full as one with [`MAX_REVISIONS`] revisions.
const FULL_MESSAGE_BYTES: usize = 96 * 1024;
/// How often the nodes are put right while a backlog drains.
const EVERY: Duration = Duration::from_secs(10);
/// A backlog has drained when nothing has come for so long.
pub const QUIET: Duration = Duration::from_millis(500);

/// Revisions out of a backlog are not published one by one: by far most are old, and the XMPP server would be busy with
/// them instead of with what still waits behind. Instead the nodes are reconciled with the store, which knows what is going
/// on: every ten seconds while the backlog drains, and when it has.
#[derive(Debug, Default)]
pub struct Backlog {
    /// When the nodes were last to be put right; `None` = there is no backlog.
    reconciled: Option<Instant>,
}

/// What to do with what was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// Publish it.
    pub publish: bool,
    /// Put the nodes right.
    pub reconcile: bool,
}

impl Backlog {
    /// These were stored. With a backlog the gateway fills its messages.
    pub fn stored(&mut self, deliveries: &[Delivery], now: Instant) -> Advice {
        let is_full = |delivery: &Delivery| {
            delivery.events.len() >= MAX_REVISIONS || delivery.json_bytes >= FULL_MESSAGE_BYTES
        };
        if !deliveries.iter().any(is_full) {
            return Advice { publish: true, reconcile: self.reconciled.take().is_some() };
        }
        let since = *self.reconciled.get_or_insert(now);
        let reconcile = now.duration_since(since) >= EVERY;
        if reconcile {
            self.reconciled = Some(now);
        }
        Advice { publish: false, reconcile }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.reconciled.is_some()
    }

    /// Nothing more came.
    pub fn ended(&mut self) {
        self.reconciled = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use link::xmpp::Jid;

    fn delivery(json_bytes: usize) -> Delivery {
        let sender = Jid::new("gateway@vigiroute.local/gateway").unwrap();
        Delivery { sender, id: None, events: Vec::new(), json_bytes }
    }

    #[test]
    fn nothing_is_published_out_of_a_backlog_but_the_nodes_are_put_right_now_and_then_and_at_its_end() {
        let (mut backlog, start) = (Backlog::default(), Instant::now());
        let mut stored = |bytes, after_s| {
            let advice =
                backlog.stored(&[delivery(500), delivery(bytes)], start + Duration::from_secs(after_s));
            (advice.publish, advice.reconcile)
        };
        assert_eq!(stored(700, 0), (true, false));
        assert_eq!(stored(100_000, 1), (false, false));
        assert_eq!(stored(100_000, 10), (false, false));
        assert_eq!(stored(100_000, 11), (false, true));
        assert_eq!(stored(100_000, 12), (false, false));
        assert_eq!(stored(700, 13), (true, true));
        assert_eq!(stored(700, 14), (true, false));
        assert!(!backlog.is_there());
    }
}

//! Zone entries and exits that are to be taken back when they have been shown for a minute.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// How long a zone event is shown.
pub(super) const SHOWN_FOR: Duration = Duration::from_secs(60);

/// The items on the zone node, in the order in which they are taken back.
#[derive(Debug, Default)]
pub(super) struct ZoneItems {
    due: VecDeque<(Instant, String)>,
}

impl ZoneItems {
    /// Notes an item published just now. Beyond `max` the oldest is forgotten: the node has dropped it itself.
    pub fn add(&mut self, item: String, now: Instant, max: usize) {
        if self.due.iter().any(|(_, known)| *known == item) {
            return;
        }
        if self.due.len() >= max {
            self.due.pop_front();
        }
        self.due.push_back((now + SHOWN_FOR, item));
    }

    /// When the next is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.due.front().map(|(due, _)| *due)
    }

    /// The next item that is due; it is forgotten.
    pub fn take_due(&mut self, now: Instant) -> Option<String> {
        self.due.pop_front_if(|(due, _)| *due <= now).map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_due_a_minute_later_in_their_order_and_once() {
        let (mut items, start) = (ZoneItems::default(), Instant::now());
        items.add("a".into(), start, 2);
        items.add("b".into(), start + Duration::from_secs(1), 2);
        items.add("a".into(), start + Duration::from_secs(2), 2);
        assert_eq!(items.take_due(start + Duration::from_secs(59)), None);
        assert_eq!(items.next_due(), Some(start + SHOWN_FOR));
        assert_eq!(items.take_due(start + SHOWN_FOR), Some("a".into()));
        assert_eq!(items.take_due(start + SHOWN_FOR), None);
        assert_eq!(items.take_due(start + SHOWN_FOR * 2), Some("b".into()));
        assert_eq!(items.next_due(), None);
    }

    #[test]
    fn the_oldest_beyond_the_bound_is_forgotten() {
        let (mut items, start) = (ZoneItems::default(), Instant::now());
        for name in ["a", "b", "c"] {
            items.add(name.into(), start, 2);
        }
        assert_eq!(items.take_due(start + SHOWN_FOR), Some("b".into()));
    }
}

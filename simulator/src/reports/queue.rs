//! Reports on their way, in the order in which they arrive.

use std::cmp::{Ordering, Reverse};
use std::collections::binary_heap::{BinaryHeap, PeekMut};

use super::reporter::Outgoing;

/// Reports made and not arrived yet. Those that arrive in the same millisecond keep the order in which they were put.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: BinaryHeap<Reverse<Waiting>>,
    numbered: u64,
}

/// A report under way; ordered by its arrival, then by its number.
#[derive(Debug)]
struct Waiting {
    number: u64,
    report: Outgoing,
}

impl Queue {
    /// Puts a report in its place.
    pub fn put(&mut self, report: Outgoing) {
        self.waiting.push(Reverse(Waiting { number: self.numbered, report }));
        self.numbered += 1;
    }

    /// The next report that arrives until `now_ms`.
    pub fn take_due(&mut self, now_ms: i64) -> Option<Outgoing> {
        let next = self.waiting.peek_mut()?;
        (next.0.report.due_ms <= now_ms).then(|| PeekMut::pop(next).0.report)
    }

    /// How many are under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.report.due_ms, self.number).cmp(&(other.report.due_ms, other.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::VehicleIdx;

    #[test]
    fn reports_come_out_in_the_order_of_their_arrival() {
        let mut queue = Queue::default();
        for (vehicle, due_ms) in [(0, 30), (1, 10), (2, 30), (3, 20)] {
            queue.put(Outgoing {
                vehicle: VehicleIdx(vehicle),
                serial: vehicle,
                due_ms,
                is_hazard: false,
                payload: Vec::new(),
            });
        }
        let mut until = |now_ms| {
            std::iter::from_fn(|| queue.take_due(now_ms)).map(|report| report.vehicle.0).collect::<Vec<_>>()
        };
        assert_eq!(until(9), [0_u32; 0]);
        assert_eq!(until(20), [1, 3]);
        assert_eq!(until(30), [0, 2]);
        assert!(queue.is_empty());
    }
}

//! What a detector raised, put together.

use std::collections::HashMap;

use model::{Event, EventId, Timestamp};
pub use yardstick::{Alarm, Stretch};

use crate::report::START;

/// Puts the revisions of events together.
#[derive(Debug, Default)]
pub struct Alarms {
    alarms: Vec<Alarm>,
    by_id: HashMap<EventId, usize>,
}

impl Alarms {
    /// Takes a revision that came out at `now`.
    pub fn take(&mut self, event: &Event, now: Timestamp) {
        let (now_ms, occurred_ms) = (now.since_ms(START), event.occurred_at.since_ms(START));
        let i = *self.by_id.entry(event.id).or_insert_with(|| {
            let mut alarm = Alarm::at(event.kind, event.position, now_ms, occurred_ms);
            alarm.course.clear();
            self.alarms.push(alarm);
            self.alarms.len() - 1
        });
        let alarm = &mut self.alarms[i];
        alarm.occurred_ms = occurred_ms;
        alarm.ended_ms = event.ended_at.map(|ended| ended.since_ms(START));
        alarm.vehicles = event.vehicles.iter().map(|vehicle| vehicle.as_str().to_owned()).collect();
        alarm.zone = event.zone.as_ref().map(|zone| zone.id.as_str().to_owned());
        let since_ms = alarm.course.last().map_or(occurred_ms, |_| now_ms);
        alarm.course.push(Stretch { since_ms, lines: yardstick::lines(&event.geometry) });
    }

    /// All alarms, in the order in which they were raised.
    #[must_use]
    pub fn into_vec(self) -> Vec<Alarm> {
        self.alarms
    }
}

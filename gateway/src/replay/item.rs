//! What a line of a recording asks for.

use link::recording::Line;
use model::codec::{Report, decode};
use model::topic::Topic;
use model::{DropReason, Timestamp, Zone, ZoneId};

/// One thing that a line asks for, and when it was received.
#[derive(Debug)]
pub enum Item {
    /// A report, or why there is none.
    Report(Result<Report, DropReason>, Timestamp),
    /// A zone is set.
    SetZone(Box<Zone>, Timestamp),
    /// A zone is taken away.
    RemoveZone(ZoneId, Timestamp),
    /// A zone that cannot be read.
    RefusedZone(Timestamp),
    /// Nothing, but time has passed.
    Nothing(Timestamp),
    /// The line is none of a recording.
    Unreadable,
}

/// Hands out what a line asks for, in order; nothing for an empty line. `fits`: whether `line` is all of it.
pub fn items(line: &[u8], fits: bool, mut sink: impl FnMut(Item)) {
    let Some(line) = Line::parse(line).filter(|_| fits) else { return sink(Item::Unreadable) };
    let now = line.received;
    let topic = match Topic::parse(&line.topic) {
        Ok(Topic::Zone(id)) => return sink(zone(id, line.payload(), now)),
        Ok(topic) => topic,
        Err(reason) => return sink(Item::Report(Err(reason), now)),
    };
    let mut is_empty = true;
    decode(&topic, line.payload(), |report| {
        is_empty = false;
        sink(Item::Report(report, now));
    });
    if is_empty {
        sink(Item::Nothing(now));
    }
}

fn zone(id: ZoneId, payload: &[u8], now: Timestamp) -> Item {
    if payload.is_empty() {
        return Item::RemoveZone(id, now);
    }
    match Zone::from_geojson(payload) {
        Ok(zone) if zone.id == id => Item::SetZone(Box::new(zone), now),
        Ok(_) | Err(_) => Item::RefusedZone(now),
    }
}

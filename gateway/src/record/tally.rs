//! What was recorded.

use link::mqtt::Message;
use model::codec::decode;
use model::topic::Topic;
use std::fmt;

/// Counts what was received and written.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages written.
    pub(super) messages: u64,
    /// Reports in them that can be read.
    pub(super) reports: u64,
    /// Reports in them that cannot.
    pub(super) unreadable: u64,
    /// Messages left out because no line can hold them.
    pub(super) left_out: u64,
    /// Bytes written, compressed where they are.
    pub(super) bytes: u64,
}

impl Tally {
    /// Takes note of a message that was written or had to be left out.
    pub(super) fn take(&mut self, message: &Message, is_written: bool) {
        if !is_written {
            self.left_out += 1;
            return;
        }
        self.messages += 1;
        match Topic::parse(&message.topic) {
            // Neither a zone nor a topic that somebody asked for is a report.
            Ok(Topic::Zone(_)) | Err(_) => {}
            Ok(topic) => decode(&topic, &message.payload, |report| match report {
                Ok(_) => self.reports += 1,
                Err(_) => self.unreadable += 1,
            }),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, reports, unreadable, left_out, bytes } = self;
        write!(f, "{messages} messages, {reports} reports")?;
        if *unreadable > 0 {
            write!(f, ", {unreadable} unreadable")?;
        }
        if *left_out > 0 {
            write!(f, ", {left_out} messages left out that are not JSON")?;
        }
        write!(f, ", {:.1} MB", *bytes as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str, payload: &str) -> Message {
        Message { topic: topic.to_owned(), payload: payload.to_owned().into(), retain: false, ack: None }
    }

    #[test]
    fn reports_are_counted_also_in_batches_and_what_cannot_be_read_by_itself() {
        let mut tally = Tally::default();
        let report = r#"{"ts":1,"lat":1,"lon":1,"vehicle":"a"}"#;
        tally.take(&message("vigiroute/v1/vehicles/v1/position", report), true);
        tally.take(&message("vigiroute/v1/fleets/f/positions", &format!("[{report},{report},{{}}]")), true);
        tally.take(&message("vigiroute/v1/zones/z", ""), true);
        tally.take(&message("some/thing", "{}"), true);
        tally.take(&message("vigiroute/v1/vehicles/v1/position", "oops"), false);
        tally.bytes = 1_234_567;
        assert_eq!(
            tally.to_string(),
            "4 messages, 3 reports, 1 unreadable, 1 messages left out that are not JSON, 1.2 MB"
        );
    }
}

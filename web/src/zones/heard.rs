//! What the broker says of zones, kept until there is time for it.

use crate::simulation::{Simulation, now};
use bytes::Bytes;
use link::mqtt::{Client, Incoming};
use model::ZoneId;
use model::topic::Topic;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Most bytes kept. What comes beyond is left out until the broker says it again, after the next connect.
const MAX_BYTES: usize = 64 << 20;

/// The last word on each zone that was not looked at yet. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Heard(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    words: Mutex<Words>,
    more: Notify,
}

#[derive(Debug, Default)]
struct Words {
    payloads: BTreeMap<ZoneId, Bytes>,
    bytes: usize,
}

impl Heard {
    fn add(&self, id: ZoneId, payload: Bytes) -> bool {
        let mut words = self.0.words.lock().unwrap_or_else(PoisonError::into_inner);
        // An entry costs something even if it is empty.
        let cost = |payload: &Bytes| payload.len() + 128;
        let fits = words.bytes + cost(&payload) <= MAX_BYTES;
        if fits {
            words.bytes += cost(&payload);
            if let Some(before) = words.payloads.insert(id, payload) {
                words.bytes -= cost(&before);
            }
            self.0.more.notify_one();
        }
        fits
    }

    fn take(&self) -> Option<(ZoneId, Bytes)> {
        let mut words = self.0.words.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, payload) = words.payloads.pop_first()?;
        words.bytes -= payload.len() + 128;
        Some((id, payload))
    }

    /// The next one; waits for it.
    pub(super) async fn next(&self) -> (ZoneId, Bytes) {
        loop {
            if let Some(word) = self.take() {
                return word;
            }
            self.0.more.notified().await;
        }
    }
}

/// Takes what comes from the broker, always at once: what is published may wait for it.
pub async fn listen(mut incoming: Incoming, client: Client, heard: Heard, simulation: Simulation) {
    while let Some(message) = incoming.recv().await {
        match Topic::parse(&message.topic) {
            _ if simulation.hear(&message.topic, &message.payload, message.retain, now()) => {}
            Ok(Topic::Zone(id)) => {
                if !heard.add(id, message.payload) {
                    metrics::counter!("vigiroute_web_zones_ignored_total").increment(1);
                    tracing::warn!(topic = message.topic, "too many zones at the broker: one is left out");
                }
            }
            _ => {
                metrics::counter!("vigiroute_web_zones_ignored_total").increment(1);
                tracing::warn!(topic = message.topic, "not the topic of a zone");
            }
        }
        if let Some(ack) = message.ack {
            client.acknowledge(ack);
        }
    }
}

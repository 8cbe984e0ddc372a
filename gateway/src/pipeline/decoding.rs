//! From messages to reports, on a thread of its own, so that the one that detects has nothing else to do.

use super::counters::Counters;
use crate::clock;
use crate::journal::{Input, Inputs};
use bytes::Bytes;
use detect::stages::Received;
use link::mqtt::{Ack, Incoming, Message};
use model::codec::decode;
use model::topic::Topic;
use model::{Timestamp, ZoneId};
use std::borrow::Cow;
use tokio::sync::mpsc;

/// Most messages taken at once.
const MAX_BATCH: usize = 1_000;
/// So many reports are handed on without more; a message holds at most a thousand.
const MAX_REPORTS: usize = 1_000;

/// Messages, decoded.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What was in them, in order.
    pub pieces: Vec<Piece>,
    /// Their acknowledgements.
    pub acks: Vec<Ack>,
    reports: usize,
}

/// A piece of what came.
#[derive(Debug)]
pub enum Piece {
    /// Reports.
    Reports(Reports),
    /// A zone's topic and payload.
    Zone(ZoneId, Bytes),
}

/// Reports, for the detector and for the journal.
#[derive(Debug, Default)]
pub struct Reports {
    /// For the detector.
    pub received: Vec<Received>,
    /// For the journal.
    pub inputs: Inputs,
}

/// Decodes.
pub struct Decoding {
    counters: Counters,
}

impl Decoding {
    /// Counts what cannot be decoded.
    pub fn new() -> Self {
        Self { counters: Counters::new() }
    }

    /// Runs until there are no more messages, or nobody wants them.
    pub async fn run(self, mut incoming: Incoming, decoded: mpsc::Sender<Decoded>) {
        let mut messages = Vec::with_capacity(MAX_BATCH);
        while incoming.recv_many(&mut messages, MAX_BATCH).await > 0 {
            let now = clock::now();
            let mut batch = Decoded::default();
            for message in messages.drain(..) {
                self.take(&message, now, &mut batch);
                if batch.reports >= MAX_REPORTS && decoded.send(std::mem::take(&mut batch)).await.is_err() {
                    return;
                }
            }
            if !batch.is_empty() && decoded.send(batch).await.is_err() {
                return;
            }
        }
    }

    /// Decodes a message that was received at `now`.
    pub fn take(&self, message: &Message, now: Timestamp, batch: &mut Decoded) {
        self.counters.message();
        batch.acks.extend(message.ack);
        match Topic::parse(&message.topic) {
            Ok(Topic::Zone(id)) => batch.pieces.push(Piece::Zone(id, message.payload.clone())),
            Ok(topic) => {
                if !matches!(batch.pieces.last(), Some(Piece::Reports(_))) {
                    batch.pieces.push(Piece::Reports(Reports::default()));
                }
                let Some(Piece::Reports(reports)) = batch.pieces.last_mut() else { return };
                let before = reports.received.len();
                decode(&topic, &message.payload, |report| match report {
                    Ok(report) => {
                        reports.inputs.note(&Input::Report(Cow::Borrowed(&report), now));
                        reports.received.push((Ok(report), now));
                    }
                    Err(reason) => self.counters.dropped(reason),
                });
                batch.reports += reports.received.len() - before;
            }
            Err(reason) => self.counters.dropped(reason),
        }
    }
}

impl Decoded {
    fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.acks.is_empty()
    }
}

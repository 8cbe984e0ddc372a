//! What the reader of a file found, on its way to whoever plays it.

use std::io;

use tokio::sync::mpsc;

/// A message to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recorded {
    pub topic: String,
    pub received_ms: i64,
    pub payload: Vec<u8>,
}

/// What the reader of the file found.
#[derive(Debug)]
pub(super) enum Found {
    Message(Recorded),
    /// Something that is no message, and where.
    Unreadable {
        at: String,
    },
    Broken(io::Error),
}

/// Where a reader puts what it finds.
#[derive(Debug, Clone)]
pub(super) struct Finds(pub mpsc::Sender<Found>);

/// Nobody wants more.
#[derive(Debug)]
pub(super) struct Enough;

impl Finds {
    /// Waits until there is room.
    pub fn put(&self, found: Found) -> Result<(), Enough> {
        self.0.blocking_send(found).map_err(|_| Enough)
    }
}

//! What comes over XMPP: who sent it, what is in it, and whether it can be stored.

mod check;
mod drop_reason;
mod receiver;

pub use drop_reason::DropReason;
pub use receiver::{Receiver, receive};

use link::xmpp::{BareJid, Jid, Message};
use model::{Event, stanza};
use xmpp_parsers::message::{Id, MessageType};
use xmpp_parsers::minidom::Element;

/// A message with events to store.
#[derive(Debug)]
pub struct Delivery {
    /// Who is to be told that it is stored.
    pub sender: Jid,
    /// The message's id; without one nobody waits for a receipt.
    pub id: Option<String>,
    /// The revisions, checked.
    pub events: Vec<Event>,
    /// How much JSON they were.
    pub json_bytes: usize,
}

/// A message that is not stored.
#[derive(Debug)]
pub struct Dropped {
    /// Why, as it is counted.
    pub reason: DropReason,
    /// Why, for people.
    pub details: String,
}

/// Reads a message: `gateway` alone may send events, from any of its resources. `None` for what is no delivery and no
/// trouble: bounces of our own messages and receipts.
///
/// # Errors
/// Why it cannot be stored.
pub fn read(message: &Message, gateway: &BareJid) -> Result<Option<Delivery>, Dropped> {
    let Some(sender) = message.from.as_ref().filter(|from| from.to_bare() == *gateway) else {
        let who = message.from.as_ref().map_or_else(|| "the server".to_owned(), Jid::to_string);
        return Err(Dropped {
            reason: DropReason::Stranger,
            details: format!("sent by {who}, not by {gateway}"),
        });
    };
    if message.type_ == MessageType::Error {
        return Ok(None);
    }
    let dropped = |reason, details: &dyn std::fmt::Display| Dropped { reason, details: details.to_string() };
    let payload = message.payloads.iter().find(|payload| stanza::is_payload(payload));
    let payload = payload.ok_or_else(|| dropped(DropReason::Malformed, &"no JSON payload (XEP-0432)"))?;
    let events = stanza::read_events(payload).map_err(|error| dropped(DropReason::of(&error), &error))?;
    for event in &events {
        check::check(event).map_err(|problem| {
            dropped(
                DropReason::Invalid,
                &format_args!("event {} revision {}: {problem}", event.id, event.revision),
            )
        })?;
    }
    let id = message.id.as_ref().map(|Id(id)| id.clone());
    let json_bytes = payload.children().flat_map(Element::texts).map(str::len).sum();
    Ok(Some(Delivery { sender: sender.clone(), id, events, json_bytes }))
}

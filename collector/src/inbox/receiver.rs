//! The task that takes what comes over XMPP. It never waits: while it does, not even the answers to the publisher's
//! requests would be read.

use super::{Delivery, DropReason, Dropped, read};
use crate::pubsub::Publisher;
use link::xmpp::{BareJid, Client, Event, Incoming, Message};
use tokio::sync::mpsc;
use xmpp_parsers::message::MessageType;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

/// What the receiver needs.
#[derive(Debug)]
pub struct Receiver {
    /// The only one that events are taken from.
    pub gateway: BareJid,
    /// To say what cannot be stored.
    pub client: Client,
    /// Where checked messages go.
    pub deliveries: mpsc::Sender<Delivery>,
    /// Whom to tell that the stream is back.
    pub publisher: Publisher,
}

/// Takes what comes until the stream is closed.
pub async fn receive(mut incoming: Incoming, receiver: Receiver) {
    while let Some(event) = incoming.recv().await {
        match event {
            Event::Online { .. } => receiver.publisher.reconcile(),
            Event::Offline => {}
            Event::Message(message) => receiver.take(&message),
        }
    }
}

impl Receiver {
    fn take(&self, message: &Message) {
        metrics::counter!("vigiroute_collector_messages_total").increment(1);
        match read(message, &self.gateway) {
            Ok(None) => {}
            Ok(Some(delivery)) => {
                tracing::trace!(events = delivery.events.len(), id = delivery.id, "a message came");
                if self.deliveries.try_send(delivery).is_err() {
                    DropReason::Busy.count();
                    tracing::debug!(
                        "dropped a message: too many wait to be stored, the gateway sends it again"
                    );
                }
            }
            Err(Dropped { reason, details }) => {
                reason.count();
                tracing::warn!(reason = reason.as_str(), details, "dropped a message");
                if reason != DropReason::Stranger {
                    refuse(&self.client, message, &details);
                }
            }
        }
    }
}

/// Tells the sender that the same message will never be stored, so that it need not be sent again.
fn refuse(client: &Client, message: &Message, details: &str) {
    let (Some(sender), Some(_)) = (&message.from, &message.id) else { return };
    let error = StanzaError::new(ErrorType::Modify, DefinedCondition::BadRequest, "en", details);
    let mut reply = Message::new_with_type(MessageType::Error, sender.clone());
    reply.id.clone_from(&message.id);
    reply.payloads.push(error.into());
    // Lost while offline or busy: the message comes again, and so does the answer.
    let _ = client.try_send(reply);
}

//! The PubSub service as the publisher uses it: counted, and with the event's payload made here.

use link::xmpp::pubsub::{self, Node};
use link::xmpp::{Client, Jid, RequestError};
use model::stanza::{PayloadError, event_node, event_payload, read_events};
use model::{Event, Phase};
use std::collections::BTreeMap;
use thiserror::Error;
use xmpp_parsers::stanza_error::DefinedCondition;

/// Why something could not be published.
#[derive(Debug, Error)]
pub(super) enum PublishError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Payload(#[from] PayloadError),
}

impl PublishError {
    /// Whether this event alone is to blame, and the service is well: the same again would be refused again. A service that
    /// cannot reach its store says `internal-server-error`, which passes.
    pub fn is_of_the_event(&self) -> bool {
        match self {
            Self::Payload(_) => true,
            Self::Request(error) => matches!(
                error.condition(),
                Some(
                    DefinedCondition::BadRequest
                        | DefinedCondition::NotAcceptable
                        | DefinedCondition::PolicyViolation
                )
            ),
        }
    }
}

/// The service, as this account.
#[derive(Debug)]
pub(super) struct Session {
    pub client: Client,
    pub service: Jid,
}

impl Session {
    pub async fn ensure_node(&self, node: &Node) -> Result<(), RequestError> {
        pubsub::ensure_node(&self.client, &self.service, node).await
    }

    /// Publishes an event; one that has ended is retracted right after.
    pub async fn publish(&self, event: &Event) -> Result<(), PublishError> {
        let (node, item) = (event_node(event.kind), event.id.to_string());
        pubsub::publish(&self.client, &self.service, node, &item, event_payload(event)?).await?;
        metrics::counter!("vigiroute_collector_items_published_total", "node" => node).increment(1);
        if event.phase == Phase::Ended {
            self.retract(node, &item).await?;
        }
        Ok(())
    }

    pub async fn retract(&self, node: &'static str, item: &str) -> Result<(), RequestError> {
        pubsub::retract(&self.client, &self.service, node, item).await?;
        metrics::counter!("vigiroute_collector_items_retracted_total", "node" => node).increment(1);
        Ok(())
    }

    /// The items on a node, each with the revision it shows; 0 where it shows none that can be read.
    pub async fn items(&self, node: &str) -> Result<BTreeMap<String, u32>, RequestError> {
        let items = pubsub::items(&self.client, &self.service, node).await?;
        let revision = |payload| {
            let events = read_events(&payload).unwrap_or_default();
            events.first().map_or(0, |event| event.revision)
        };
        Ok(items.into_iter().map(|(id, payload)| (id, payload.map_or(0, revision))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xmpp_parsers::stanza_error::{ErrorType, StanzaError};

    fn refused(kind: ErrorType, condition: DefinedCondition) -> PublishError {
        RequestError::Refused(Box::new(StanzaError::new(kind, condition, "en", ""))).into()
    }

    #[test]
    fn a_service_without_its_store_is_not_taken_for_a_bad_event() {
        assert!(!refused(ErrorType::Wait, DefinedCondition::InternalServerError).is_of_the_event());
        assert!(!refused(ErrorType::Cancel, DefinedCondition::ItemNotFound).is_of_the_event());
        assert!(!PublishError::from(RequestError::TimedOut).is_of_the_event());
        assert!(refused(ErrorType::Modify, DefinedCondition::NotAcceptable).is_of_the_event());
    }
}

//! Publishes what the traffic looks like, once a second, for maps. Only the latest look counts: whatever could not be
//! published before the next one is dropped.

use link::xmpp::pubsub::{Node, ensure_node, publish};
use link::xmpp::{Client, Jid, RequestError};
use model::Traffic;
use model::stanza::{TRAFFIC_ITEM, TRAFFIC_NODE, traffic_payload};
use std::sync::Arc;
use tokio::sync::watch;

/// Publishes until the pipeline ends.
pub async fn publish_latest(
    client: Client,
    service: Jid,
    mut traffic: watch::Receiver<Option<Arc<Traffic>>>,
) {
    let publisher = Publisher { client, service };
    let mut online = publisher.client.online();
    let mut trouble = None;
    loop {
        // The node is there for browsers to find, even before the first report.
        if online.wait_for(|online| *online).await.is_err() {
            return;
        }
        note(&mut trouble, publisher.make_node().await);
        loop {
            tokio::select! {
                changed = traffic.changed() => if changed.is_err() { return },
                _ = online.changed() => break,
            }
            let latest = traffic.borrow_and_update().clone();
            if let Some(latest) = latest {
                note(&mut trouble, publisher.publish(&latest).await);
            }
        }
    }
}

struct Publisher {
    client: Client,
    service: Jid,
}

impl Publisher {
    async fn make_node(&self) -> Result<(), RequestError> {
        let node =
            Node { name: TRAFFIC_NODE.to_owned(), persist_items: false, max_items: 1, notify_retract: false };
        ensure_node(&self.client, &self.service, &node).await
    }

    async fn publish(&self, traffic: &Traffic) -> Result<(), RequestError> {
        match self.try_publish(traffic).await {
            // The server has lost its nodes.
            Err(error) if error.is_not_found() => {
                self.make_node().await?;
                self.try_publish(traffic).await
            }
            outcome => outcome,
        }
    }

    async fn try_publish(&self, traffic: &Traffic) -> Result<(), RequestError> {
        let payload = match traffic_payload(traffic) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::warn!(%error, "this look at the traffic cannot be published");
                return Ok(());
            }
        };
        publish(&self.client, &self.service, TRAFFIC_NODE, TRAFFIC_ITEM, payload).await?;
        metrics::counter!("vigiroute_gateway_traffic_published_total").increment(1);
        Ok(())
    }
}

/// Logs trouble once, and its end.
fn note(trouble: &mut Option<String>, outcome: Result<(), RequestError>) {
    match outcome {
        Ok(()) => {
            if trouble.take().is_some() {
                tracing::info!("the traffic is published again");
            }
        }
        // The stream itself says what is wrong.
        Err(RequestError::Interrupted | RequestError::Closed) => {}
        Err(error) => {
            let error = error.to_string();
            if trouble.as_ref() != Some(&error) {
                tracing::warn!(%error, "the traffic cannot be published");
                *trouble = Some(error);
            }
        }
    }
}

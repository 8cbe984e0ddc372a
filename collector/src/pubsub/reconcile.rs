//! Makes the nodes what they should be, whatever happened before.

use super::session::{PublishError, Session};
use super::zone_items::ZoneItems;
use super::{MAX_ITEMS, nodes};
use crate::store::{Database, StoreError, open_events};
use model::stanza::{ZONE_NODE, event_node};
use model::{EventId, EventKind};
use std::collections::BTreeMap;
use thiserror::Error;
use tokio::time::Instant;

/// Why the nodes could not be reconciled with the store.
#[derive(Debug, Error)]
pub(super) enum ReconcileError {
    #[error("the PubSub service: {0}")]
    Publish(#[from] PublishError),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
}

impl From<link::xmpp::RequestError> for ReconcileError {
    fn from(error: link::xmpp::RequestError) -> Self {
        Self::Publish(error.into())
    }
}

/// The accidents and jams that the nodes show, and in which revision.
pub(super) type Shown = BTreeMap<EventId, u32>;

/// What reconciling changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Changes {
    pub published: usize,
    pub retracted: usize,
}

/// Makes the nodes and configures them; then the items of accidents and jams are what the store says is open (the newest
/// of each as many as a node holds), and every item on the zone node is noted to be taken back.
///
/// What the store takes while this runs is published after it, from the publisher's queue.
pub(super) async fn reconcile(
    session: &Session,
    database: &Database,
    zone_items: &mut ZoneItems,
) -> Result<(Shown, Changes), ReconcileError> {
    for node in nodes() {
        session.ensure_node(&node).await?;
    }
    let (mut all_shown, mut changes) = (Shown::new(), Changes::default());
    for kind in [EventKind::Accident, EventKind::Jam] {
        let node = event_node(kind);
        let mut items = session.items(node).await?;
        for event in open_events(database, kind, MAX_ITEMS).await? {
            // An item that is taken out here is not retracted below.
            let shown = items.remove(&event.id.to_string());
            if let Some(revision) = shown.filter(|&revision| revision >= event.revision) {
                all_shown.insert(event.id, revision);
                continue;
            }
            match session.publish(&event).await {
                Ok(()) => {
                    all_shown.insert(event.id, event.revision);
                    changes.published += 1;
                }
                Err(error) if error.is_of_the_event() => {
                    tracing::error!(%error, event = %event.id, "an open event cannot be published");
                }
                Err(error) => return Err(error.into()),
            }
        }
        for item in items.keys() {
            session.retract(node, item).await?;
            changes.retracted += 1;
        }
    }
    for item in session.items(ZONE_NODE).await?.into_keys() {
        zone_items.add(item, Instant::now(), MAX_ITEMS as usize);
    }
    Ok((all_shown, changes))
}

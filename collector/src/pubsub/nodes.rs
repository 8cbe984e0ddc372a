//! The nodes that events are published on.

use link::xmpp::pubsub::Node;
use model::stanza::{ACCIDENT_NODE, JAM_NODE, ZONE_NODE};

/// Most items on a node; when there are more, the oldest go.
pub const MAX_ITEMS: u32 = 256;

/// The nodes of events, with their settings.
pub fn nodes() -> impl Iterator<Item = Node> {
    [ACCIDENT_NODE, JAM_NODE, ZONE_NODE].into_iter().map(|name| Node {
        name: name.to_owned(),
        persist_items: true,
        max_items: MAX_ITEMS,
        notify_retract: true,
    })
}

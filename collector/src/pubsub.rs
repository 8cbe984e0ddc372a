//! What is going on, for everybody to follow: PubSub nodes whose items are the open accidents and jams, and the zone
//! entries and exits of the last minute.
//!
//! Every revision is published as it is stored, unless it comes out of a backlog (`backlog.rs`). Whatever goes wrong on that way (Prosody away or without its data, more
//! events than it can take) is made up for by reconciling: the nodes are made if they are not there, and their items
//! made to be what the store says is open. So publishing never holds up storing.

mod backlog;
mod nodes;
mod publisher;
mod reconcile;
mod session;
mod zone_items;

pub use backlog::{Backlog, QUIET};
pub use nodes::{MAX_ITEMS, nodes};
pub use publisher::{Publisher, PublisherTask, publisher};

//! The collector: takes events from the gateway over XMPP, stores them in MySQL or MariaDB, tells the gateway what is
//! stored, and publishes what is going on to PubSub nodes.
//!
//! Three tasks, joined by bounded queues, so that none waits for another's server:
//!
//! ```text
//! XMPP ──▶ inbox (check, count) ──▶ recorder (batch, commit, receipt) ──▶ publisher (nodes) ──▶ XMPP
//!                                        MySQL                                MySQL, when reconciling
//! ```
//!
//! **Invariant:** a receipt is sent only after the commit of everything that the message held. What is dropped before
//! is sent again by the gateway; what is not published is made up for by reconciling the nodes with the store.

pub mod inbox;
pub mod pubsub;
pub mod recorder;
pub mod retention;
pub mod run;
pub mod settings;
pub mod store;

//! The store of events: the tables of `sql/`, written by this program alone (zones excepted, which are the web
//! program's).
//!
//! **Invariant:** what the tables hold depends only on which revisions came, not on their order, their repetition or how
//! they were put together into batches.

mod batch;
mod connect;
mod error;
mod migrations;
mod open_events;
mod retention;
mod rows;
mod statements;
mod writer;

pub use batch::Batch;
pub use connect::Database;
pub use error::StoreError;
pub use migrations::migrate;
pub use open_events::open_events;
pub use retention::{forget_older, forget_older_changes};
pub use writer::Writer;

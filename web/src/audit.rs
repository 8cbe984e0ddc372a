//! The record of who changed what.

mod handlers;
mod record;

pub use handlers::{__path_list_audit, list_audit};
pub(crate) use record::{Change, record};

//! The history of events.

mod bbox;
mod cells;
mod csv;
mod cursor;
mod filter;
mod handlers;
pub(crate) mod read;
mod select;

pub use bbox::Bbox;
pub use csv::{__path_export_events, export_events};
pub use cursor::Cursor;
pub use filter::{Filter, PARAMETERS, UNPAGED_PARAMETERS};
pub use handlers::{__path_get_event, __path_list_events, get_event, list_events};
pub use handlers::{EventPage, EventWithRevisions, Revision};
pub use select::revisions_since;
pub(crate) use select::utc;

//! A browser's XMPP session: anonymous, over BOSH (XEP-0124, XEP-0206), for tests.
//!
//! It does what the page does: logs in, reads a node's items, subscribes, and hears what is published.

mod guest;
mod transport;

pub use guest::{Guest, Notice};
pub use xmpp_parsers::minidom::Element;

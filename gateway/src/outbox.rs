//! The way of an event revision from the store to the collector's receipt.

mod message;
mod sender;
mod window;

pub use sender::Sender;

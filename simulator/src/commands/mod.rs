//! The commands that need no broker.

mod check;
mod list;

pub use check::check;
pub use list::list;

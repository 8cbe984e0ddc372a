//! The commands besides `run` and `replay`.

mod check;
mod generate;
mod list;
mod set;

pub use check::check;
pub use generate::generate;
pub use list::list;
pub use set::set;

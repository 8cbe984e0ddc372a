//! SUMO's programs and what they write.

pub mod fcd;
pub mod stops;
mod tool;
mod xml;

pub(crate) use tool::A10KW;
pub use tool::{is_installed, run};

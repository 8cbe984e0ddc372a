//! `gateway detect`: a recording instead of a broker, standard output instead of the collector.

mod detect;
mod summary;

pub use self::detect::detect;

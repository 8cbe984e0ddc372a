//! `gateway detect`: a recording instead of a broker, standard output instead of the collector.

mod batch;
mod crew;
mod detect;
mod item;
mod single;
mod summary;

pub use self::detect::detect;

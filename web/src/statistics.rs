//! Statistics over the stored events, counted by the database.

mod ask;
mod calendar;
mod distribution;
mod events;
mod handlers;
pub mod select;

pub use ask::{Ask, MAX_DAYS, Order, Query, Step};
pub use calendar::Zone;
pub use distribution::Distribution;
pub use events::{Series, SeriesEntry, Week};
pub use handlers::*;

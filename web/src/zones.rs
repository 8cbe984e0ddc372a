//! Zones: kept in the database, which is their master, and published to the broker, where the gateway reads them.

mod decide;
mod handlers;
mod heard;
mod seed;
mod store;
mod sync;

pub use handlers::{
    __path_create_zone, __path_delete_zone, __path_get_zone, __path_list_zones, __path_put_zone, create_zone,
    delete_zone, get_zone, list_zones, put_zone,
};
pub use heard::{Heard, listen};
pub use seed::read_seed;
pub use sync::{Publication, Sync, Zones};

/// Most zones that there may be.
pub const MAX_ZONES: i64 = 10_000;

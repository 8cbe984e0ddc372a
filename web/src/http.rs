//! What all requests and answers have in common.

pub mod body;
mod etag;
mod guard;
mod headers;
mod observe;
mod params;
mod prepared;

pub use body::{JsonBody, MAX_BODY_BYTES, ZoneBody};
pub use etag::tagged;
pub use guard::{Guard, refuse_foreign_sites};
pub use headers::with_security_headers;
pub use observe::observe;
pub use params::Params;
pub use prepared::Prepared;

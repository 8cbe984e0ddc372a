//! Who may do what: accounts, sessions, keys of programs, and the roles they have.
//!
//! Passwords are kept as argon2id hashes, tokens of sessions and keys as SHA-256. Why it is as it is:
//! docs/decisions/0011-sessions-and-keys.md.

mod account_handlers;
mod caller;
pub mod command;
mod cookie;
mod find;
mod first;
mod key_handlers;
mod keys;
mod limit;
mod name;
mod password;
mod policy;
mod role;
mod session_handlers;
mod sessions;
mod store;
mod token;

pub use account_handlers::{
    __path_change_account, __path_change_password, __path_create_account, __path_list_accounts,
    change_account, change_password, create_account, list_accounts,
};
pub use caller::{Caller, Proof};
pub use find::{Admin, Operator, SignedIn};
pub use first::{FirstAdmin, make_first_admin};
pub use key_handlers::{
    __path_create_key, __path_list_keys, __path_revoke_key, create_key, list_keys, revoke_key,
};
pub use policy::{authorise, authorise_reading};
pub use role::Role;
pub use session_handlers::{
    __path_end_session, __path_get_session, __path_list_sessions, __path_sign_in, __path_sign_out,
    end_session, get_session, list_sessions, sign_in, sign_out,
};
pub(crate) use store::timestamp;

use crate::problem::Problem;
use limit::SignInLimit;
use password::Hasher;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Whoever reaches the server.
    Open,
    /// Who is signed in or has a key.
    SignedIn,
}

/// What the handlers need to know who asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    reading: Reading,
    /// Whether passwords are taken over connections that others can read.
    plain_sign_in: bool,
    hasher: Hasher,
    limit: Arc<SignInLimit>,
}

impl Accounts {
    /// With these settings; nobody has failed to sign in yet.
    #[must_use]
    pub fn new(reading: Reading, plain_sign_in: bool) -> Self {
        Self { reading, plain_sign_in, hasher: Hasher::new(), limit: Arc::default() }
    }

    /// Who may read.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }
}

/// The number of a session or a key.
fn number(text: &str) -> Result<u64, Problem> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Problem::parameter("id", text, "a number from 1"))
}

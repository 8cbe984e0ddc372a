//! Who asks.

use super::Role;
use std::fmt;

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// By what.
    pub proof: Proof,
    /// What they may do.
    pub role: Role,
}

/// What somebody proved who they are by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A session that began with a password.
    Session {
        /// The session's number.
        id: u64,
        /// Whose it is.
        account: String,
    },
    /// A key.
    Key {
        /// The key's number.
        id: u64,
        /// Its name.
        name: String,
    },
    /// The command line of whoever holds the database's password.
    CommandLine,
}

impl Caller {
    /// The command line.
    #[must_use]
    pub const fn command_line() -> Self {
        Self { proof: Proof::CommandLine, role: Role::Admin }
    }

    /// The account, if somebody is signed in.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { account, .. } => Some(account),
            Proof::Key { .. } | Proof::CommandLine => None,
        }
    }
}

/// As the audit has it.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.proof {
            Proof::Session { account, .. } => f.write_str(account),
            Proof::Key { id, name } => write!(f, "key {id} ({name})"),
            Proof::CommandLine => f.write_str("command line"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_account_can_be_taken_for_a_key_or_the_command_line() {
        let key = Caller { proof: Proof::Key { id: 3, name: "ci".into() }, role: Role::Operator };
        assert_eq!(key.to_string(), "key 3 (ci)");
        assert!(!super::super::name::is_name(&key.to_string()));
        assert!(!super::super::name::is_name(&Caller::command_line().to_string()));
        let session = Proof::Session { id: 1, account: "marie".into() };
        assert_eq!(Caller { proof: session, role: Role::Viewer }.to_string(), "marie");
    }
}

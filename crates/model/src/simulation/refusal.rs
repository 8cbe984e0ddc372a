//! Why something asked of the simulation is not done.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wrong: nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The member that is wrong, with the members it is inside of: `incident.place.lat`. Empty if it is the whole.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

impl Refusal {
    /// About one member.
    pub fn of(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// The same about a member inside another.
    #[must_use]
    pub fn inside(self, outer: &str) -> Self {
        let field = if self.field.is_empty() { outer.to_owned() } else { format!("{outer}.{}", self.field) };
        Self { field, ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.reason)
        } else {
            write!(f, "{}: {}", self.field, self.reason)
        }
    }
}

impl std::error::Error for Refusal {}

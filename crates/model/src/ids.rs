//! Names of vehicles and zones: short, printable, safe in a topic, a path and a file name.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Longest id, in bytes.
pub const MAX_ID_LEN: usize = 64;

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdError {
    /// Empty, or longer than [`MAX_ID_LEN`].
    #[error("an id has 1 to 64 characters")]
    Length,
    /// A character that is not one of `A-Z a-z 0-9 _ . : -`.
    #[error("an id is made of A-Z a-z 0-9 _ . : - only")]
    Character,
}

/// Whether `text` may be an id: 1–64 of `A-Z a-z 0-9 _ . : -`.
///
/// # Errors
/// Says which of the two rules is broken.
pub fn check_id(text: &str) -> Result<(), IdError> {
    if text.is_empty() || text.len() > MAX_ID_LEN {
        return Err(IdError::Length);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-');
    if text.bytes().all(allowed) { Ok(()) } else { Err(IdError::Character) }
}

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("The id of a ", $what, ": 1–64 of `A-Z a-z 0-9 _ . : -`. Cloning up to 24 bytes of it is a copy.")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(CompactString);

        impl $name {
            #[doc = concat!("Takes a text as the id of a ", $what, ".")]
            ///
            /// # Errors
            /// If the text breaks the rules for ids.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check_id(text).map(|()| Self(CompactString::new(text)))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into_string()
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(VehicleId, "vehicle");
id!(ZoneId, "zone");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_only_what_is_safe_everywhere() {
        assert_eq!(VehicleId::new("hsl:0040:00433").map(|id| id.to_string()), Ok("hsl:0040:00433".into()));
        assert_eq!(VehicleId::new(""), Err(IdError::Length));
        assert_eq!(VehicleId::new(&"x".repeat(65)), Err(IdError::Length));
        for wild in ["a/b", "a+b", "#", "a b", "é", "a\u{0}"] {
            assert_eq!(VehicleId::new(wild), Err(IdError::Character), "{wild:?}");
        }
    }

    #[test]
    fn ids_are_checked_when_read_from_json() {
        assert!(serde_json::from_str::<ZoneId>("\"centre\"").is_ok());
        assert!(serde_json::from_str::<ZoneId>("\"../etc\"").is_err());
    }
}

//! Names of accounts and keys.

/// What is allowed, for people.
pub const ALLOWED: &str = "1 to 64 of A-Z a-z 0-9 _ . @ -";

/// Whether this can be the name of an account or a key.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for name in ["admin", "marie@example.org", "Jean-Luc_2.b", &"x".repeat(64)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "a b", "é", "a/b", "a:b", "x'--", &"x".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
    }
}

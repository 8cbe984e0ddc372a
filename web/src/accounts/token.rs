//! Opaque tokens of sessions and keys. The database knows their SHA-256 alone: with 256 bits of chance in each there is
//! nothing to guess, so that no slow hash is needed.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Bytes of chance in a token.
const TOKEN_BYTES: usize = 32;
/// Letters of drawn passwords: none that is mistaken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Letters of a drawn password: 100 bits of chance.
const PASSWORD_LETTERS: usize = 20;
/// Letters that stand together in it.
const GROUP: usize = 5;

/// What a session's token begins with, so that one that got lost is known for what it is.
pub(super) const SESSION: &str = "vgs_";
/// What a key begins with.
pub(super) const KEY: &str = "vgk_";

/// Draws a token that begins with `prefix`.
pub(super) fn draw(prefix: &str) -> SecretString {
    let bytes: [u8; TOKEN_BYTES] = rand::random();
    let mut token = String::with_capacity(prefix.len() + 2 * TOKEN_BYTES);
    token.push_str(prefix);
    for byte in bytes {
        // Writing to memory cannot fail.
        let _ = write!(token, "{byte:02x}");
    }
    token.into()
}

/// What the database knows of a token.
pub(super) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The same of a token that was drawn.
pub(super) fn digest_of(token: &SecretString) -> [u8; 32] {
    digest(token.expose_secret())
}

/// Draws a password that can be read out and typed: four groups of five letters and digits.
pub(super) fn draw_password() -> SecretString {
    let bytes: [u8; PASSWORD_LETTERS] = rand::random();
    let mut password = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
    }
    password.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_their_digest_is_sha256() {
        let (a, b) = (draw(SESSION), draw(SESSION));
        assert_ne!(a.expose_secret(), b.expose_secret());
        assert_eq!(a.expose_secret().len(), 4 + 64);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hex: String = digest("abc").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, abc);
        assert_eq!(digest_of(&a), digest(a.expose_secret()));
    }

    #[test]
    fn a_drawn_password_is_four_groups_of_five() {
        let password = draw_password();
        let groups: Vec<&str> = password.expose_secret().split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [5, 5, 5, 5]);
        assert!(groups.concat().bytes().all(|letter| LETTERS.contains(&letter)));
        assert_eq!(format!("{password:?}"), "SecretBox<str>([REDACTED])");
    }
}

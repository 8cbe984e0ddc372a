//! Passwords: what they must be like, and their hashes (argon2id), a few at a time.

use crate::problem::Problem;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Fewest characters of a password.
pub const MIN_CHARACTERS: usize = 12;
/// Most bytes of a password: what is longer only costs time.
pub const MAX_BYTES: usize = 256;
/// Hashes made at once; each takes 19 MiB and a twentieth of a second.
const AT_ONCE: usize = 2;
/// Longest wait for one's turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// Makes and checks hashes. Cheap to clone; all clones share the places.
#[derive(Debug, Clone)]
pub(super) struct Hasher {
    places: Arc<Semaphore>,
}

/// The hash of a password that nobody has: what is checked for names that nobody has, so that the time tells nothing.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash_now(&super::token::draw_password()));

impl Hasher {
    pub fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The hash of a password, with a salt of its own, as a PHC string.
    pub async fn hash(&self, password: SecretString) -> Result<String, Problem> {
        self.work(move || hash_now(&password)).await?.ok_or_else(|| {
            tracing::error!("a password could not be hashed");
            Problem::internal()
        })
    }

    /// Whether this is the password of the hash. Without a hash it takes as long and is false.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
        self.work(move || {
            let known = hash.is_some();
            let text = hash.or_else(|| NOBODYS.clone()).unwrap_or_default();
            let Ok(hash) = PasswordHash::new(&text) else { return false };
            // By the hash's own parameters, so that older ones stay good when those for new ones grow.
            let fits = Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
            fits && known
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let busy = || Problem::unavailable("too many passwords are being checked; try again");
        let place = timeout(TURN_WITHIN, self.places.clone().acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.map_err(|_| Problem::internal())
    }
}

/// Argon2id with 19 MiB, two passes, one lane: what OWASP's password storage cheat sheet asks for at least, and this
/// crate's default.
fn hash_now(password: &SecretString) -> Option<String> {
    Argon2::default().hash_password(password.expose_secret().as_bytes()).ok().map(|hash| hash.to_string())
}

/// Hashes outside of a server.
pub(super) fn hash_once(password: &SecretString) -> Option<String> {
    hash_now(password)
}

/// What is wrong with a password that somebody chose, if anything.
#[must_use]
pub fn weakness(password: &str, account: &str) -> Option<String> {
    if password.chars().count() < MIN_CHARACTERS {
        return Some(format!("it has fewer than {MIN_CHARACTERS} characters"));
    }
    if password.len() > MAX_BYTES {
        return Some(format!("it has more than {MAX_BYTES} bytes"));
    }
    let first = password.chars().next();
    if password.chars().all(|letter| Some(letter) == first) {
        return Some("it is one character, again and again".to_owned());
    }
    if password.to_lowercase().replace(&account.to_lowercase(), "").chars().count() < MIN_CHARACTERS / 2 {
        return Some("it is little more than the account's name".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let hasher = Hasher::new();
        let hash = hasher.hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(
            hash,
            hasher.hash("correct horse battery".into()).await.unwrap(),
            "each has a salt of its own"
        );
        assert!(hasher.verify("correct horse battery".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("correct horse batterz".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("correct horse battery".into(), None).await.unwrap());
        assert!(!hasher.verify("x".into(), Some("no hash".into())).await.unwrap());
    }

    #[test]
    fn a_weak_password_is_told_why() {
        assert_eq!(weakness("correct horse battery", "marie"), None);
        for (password, why) in [
            ("short", "fewer than 12"),
            ("aaaaaaaaaaaaaaaa", "again and again"),
            ("marie-marie-marie", "account's name"),
        ] {
            let told = weakness(password, "marie").unwrap();
            assert!(told.contains(why), "{password}: {told}");
        }
        assert!(weakness(&"ab".repeat(200), "marie").unwrap().contains("more than 256"));
    }
}

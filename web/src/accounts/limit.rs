//! How often one may fail to sign in: by address and by account, in a table that does not grow without bound.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most entries of a table. When it is full, those that have recovered go; if none has, whoever is new is refused.
const MAX_ENTRIES: usize = 10_000;

/// How many failures are let through at once, and how soon one is forgotten.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    burst: u32,
    forgotten_after: Duration,
}

/// One may mistype now and then, ten times in a row; who guesses gets two tries a minute.
const BY_ACCOUNT: Allowance = Allowance { burst: 10, forgotten_after: Duration::from_secs(30) };
/// Many may share an address.
const BY_ADDRESS: Allowance = Allowance { burst: 30, forgotten_after: Duration::from_secs(10) };

/// The failures of late.
#[derive(Debug, Default)]
pub(super) struct SignInLimit {
    accounts: Mutex<Failures<String>>,
    addresses: Mutex<Failures<IpAddr>>,
}

impl SignInLimit {
    /// Counts a try, as one that fails until it is said to have succeeded.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub fn begin(&self, account: &str, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let address = network_of(address);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.check(&address, BY_ADDRESS, now)?;
        accounts.check(&account.to_owned(), BY_ACCOUNT, now)?;
        addresses.add(address, BY_ADDRESS, now);
        accounts.add(account.to_owned(), BY_ACCOUNT, now);
        Ok(())
    }

    /// The try has succeeded: the account's failures are forgotten, and the address has one less.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.take_back(&network_of(address), BY_ADDRESS);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.until.remove(account);
    }
}

/// Who has an IPv6 address mostly has 2⁶⁴ of them.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => IpAddr::V4(address),
            None => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        },
    }
}

/// For each who failed: when all failures will be forgotten (a leaky bucket, kept as the time when it is empty).
#[derive(Debug)]
struct Failures<K> {
    until: HashMap<K, Instant>,
}

impl<K> Default for Failures<K> {
    fn default() -> Self {
        Self { until: HashMap::new() }
    }
}

impl<K: Hash + Eq> Failures<K> {
    fn check(&mut self, key: &K, allowance: Allowance, now: Instant) -> Result<(), Duration> {
        let full = allowance.forgotten_after * (allowance.burst - 1);
        let Some(until) = self.until.get(key) else {
            if self.until.len() >= MAX_ENTRIES {
                self.until.retain(|_, until| *until > now);
            }
            return if self.until.len() < MAX_ENTRIES { Ok(()) } else { Err(allowance.forgotten_after) };
        };
        let left = until.saturating_duration_since(now);
        if left > full { Err(left - full) } else { Ok(()) }
    }

    fn add(&mut self, key: K, allowance: Allowance, now: Instant) {
        let until = self.until.entry(key).or_insert(now);
        *until = (*until).max(now) + allowance.forgotten_after;
    }

    fn take_back(&mut self, key: &K, allowance: Allowance) {
        if let Some(until) = self.until.get_mut(key) {
            *until = until.checked_sub(allowance.forgotten_after).unwrap_or(*until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn ten_failures_in_a_row_then_two_a_minute() {
        let (limit, start) = (SignInLimit::default(), Instant::now());
        for n in 0..10 {
            assert_eq!(limit.begin("admin", address(n), start), Ok(()), "{n}");
        }
        assert_eq!(limit.begin("admin", address(99), start), Err(Duration::from_secs(30)));
        assert_eq!(limit.begin("marie", address(99), start), Ok(()), "another account is not meant");
        let later = start + Duration::from_secs(30);
        assert_eq!(limit.begin("admin", address(99), later), Ok(()));
        assert_eq!(limit.begin("admin", address(99), later), Err(Duration::from_secs(30)));
    }

    #[test]
    fn an_address_that_tries_many_names_is_stopped_too() {
        let (limit, start) = (SignInLimit::default(), Instant::now());
        for n in 0..30 {
            assert_eq!(limit.begin(&format!("n{n}"), HERE, start), Ok(()));
        }
        assert_eq!(limit.begin("marie", HERE, start), Err(Duration::from_secs(10)));
        assert_eq!(limit.begin("marie", address(1), start), Ok(()));
    }

    #[test]
    fn success_is_not_held_against_anybody() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        for _ in 0..1_000 {
            limit.begin("marie", HERE, now).unwrap();
            limit.succeeded("marie", HERE);
        }
    }

    #[test]
    fn a_flood_of_names_does_not_make_the_table_grow_without_end() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        let mut refused = 0;
        for n in 0..20_000_u32 {
            refused += u32::from(limit.begin(&format!("n{n}"), address(n), now).is_err());
        }
        assert_eq!((refused, limit.accounts.lock().unwrap().until.len()), (10_000, MAX_ENTRIES));
        let later = now + Duration::from_secs(60);
        assert_eq!(limit.begin("marie", HERE, later), Ok(()), "who has recovered makes room");
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}

//! What a program still lacks before it can do its work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The conditions under which a program is ready. Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, Option<Lack>>>>);

#[derive(Debug)]
struct Lack {
    reason: String,
    since: Instant,
}

/// One condition, to be said met or unmet by whoever knows. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Condition {
    readiness: Readiness,
    name: &'static str,
}

/// A condition that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The condition.
    pub name: &'static str,
    /// Why, for people.
    pub reason: String,
    /// For how long.
    pub lasting: Duration,
}

impl Readiness {
    /// Nothing asked for yet: ready.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a condition, unmet ("not yet") until it is said met.
    #[must_use]
    pub fn condition(&self, name: &'static str) -> Condition {
        let condition = Condition { readiness: self.clone(), name };
        condition.unmet("not yet");
        condition
    }

    /// What is missing, by name; empty when ready.
    #[must_use]
    pub fn missing(&self) -> Vec<Unmet> {
        let conditions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lacks = conditions.iter().filter_map(|(&name, lack)| lack.as_ref().map(|lack| (name, lack)));
        lacks
            .map(|(name, lack)| Unmet { name, reason: lack.reason.clone(), lasting: lack.since.elapsed() })
            .collect()
    }

    /// Whether all conditions are met.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().all(Option::is_none)
    }
}

impl Condition {
    /// The condition is met.
    pub fn met(&self) {
        self.set(None);
    }

    /// The condition is not met, for this reason. How long is counted from the first time on.
    pub fn unmet(&self, reason: impl Into<String>) {
        self.set(Some(reason.into()));
    }

    fn set(&self, reason: Option<String>) {
        let mut conditions = self.readiness.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = conditions.entry(self.name).or_default();
        let since = before.as_ref().map_or_else(Instant::now, |lack| lack.since);
        *before = reason.map(|reason| Lack { reason, since });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_that_every_condition_is_met() {
        let readiness = Readiness::new();
        let (mqtt, xmpp) = (readiness.condition("mqtt"), readiness.condition("xmpp"));
        mqtt.met();
        xmpp.unmet("the password is refused");
        let missing = readiness.missing();
        assert!(!readiness.is_ready());
        assert_eq!(
            missing.iter().map(|lack| (lack.name, lack.reason.as_str())).collect::<Vec<_>>(),
            [("xmpp", "the password is refused")]
        );
        xmpp.met();
        assert!(readiness.is_ready() && readiness.missing().is_empty());
    }

    #[test]
    fn a_lack_is_counted_from_its_first_reason_on() {
        let readiness = Readiness::new();
        let condition = readiness.condition("xmpp");
        std::thread::sleep(Duration::from_millis(20));
        condition.unmet("another reason");
        assert!(readiness.missing()[0].lasting >= Duration::from_millis(20));
    }
}

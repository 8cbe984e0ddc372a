//! OSM tags and what they say about traffic.

mod access;
mod carriageways;
mod lanes;
mod max_speed;
mod oneway;

use std::sync::Arc;

pub(crate) use access::motor_vehicles_may_pass;
pub(crate) use carriageways::{Conventions, carriageways};

/// Keys and values of one OSM element or GeoJSON feature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<(Box<str>, Box<str>)>);

impl Tags {
    /// The value of a key, without white space around it; `None` where it is missing or empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(k, _)| &**k == key)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether the key has any of the values.
    #[must_use]
    pub fn is_any(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }

    /// The keys and values in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether there is no tag at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn shared(&self, key: &str) -> Option<Arc<str>> {
        self.get(key).map(Arc::from)
    }
}

impl<K: Into<Box<str>>, V: Into<Box<str>>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

//! Takes the members of a JSON object one by one, so that none is overlooked.

use serde_json::{Map, Value};

use super::{Limits, Refusal};

/// The members of an object that were not taken yet.
#[derive(Debug)]
pub(super) struct Members {
    left: Map<String, Value>,
}

impl Members {
    pub fn of(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(left) => Ok(Self { left }),
            _ => Err(Refusal::of("", "must be a JSON object")),
        }
    }

    /// The member; `None` if it is not there or null.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    pub fn number(&mut self, limits: &Limits) -> Result<Option<f64>, Refusal> {
        let Some(value) = self.take(limits.name) else { return Ok(None) };
        match value.as_f64().filter(|number| limits.contain(*number)) {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::of(limits.name, format!("{value} is not a number from {limits}"))),
        }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn count(&mut self, limits: &Limits) -> Result<Option<usize>, Refusal> {
        let Some(number) = self.number(limits)? else { return Ok(None) };
        if number.fract() == 0.0 {
            return Ok(Some(number as usize));
        }
        Err(Refusal::of(limits.name, format!("{number} is not a whole number from {limits}")))
    }

    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Refusal::of(name, format!("{other} is not a text"))),
        }
    }

    /// Refuses what was not taken. `known` is all there is.
    pub fn end(self, known: &[&str]) -> Result<(), Refusal> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(64).collect();
                Err(Refusal::of(name, format!("there is no such member; there are {}", known.join(", "))))
            }
        }
    }
}

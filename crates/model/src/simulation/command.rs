//! What is asked of a simulation that runs, and its answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::Members;
use super::tuning::TUNABLE;
use super::{IncidentOrder, Refusal, Tuning};
use crate::check_id;

/// A message on [`SIMULATION_SET`](crate::topic::SIMULATION_SET). All of it is done, or nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Command {
    /// Names the message; the answer names it too.
    pub request: Option<String>,
    /// What to change.
    pub tuning: Tuning,
    /// What to stage.
    pub incident: Option<IncidentOrder>,
    /// The id of the incident to clear.
    pub clear: Option<String>,
}

/// A message on [`SIMULATION_REPLY`](crate::topic::SIMULATION_REPLY).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The message that is answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<String>,
    /// Whether it was done. If not, nothing changed.
    pub done: bool,
    /// The id of the incident that was staged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<String>,
    /// Why it was not done.
    #[serde(flatten, skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Refusal>,
}

impl Command {
    /// Reads a message. A refusal comes with the request's name, if that can be read.
    ///
    /// # Errors
    /// The first member that is wrong.
    pub fn from_json(text: &[u8]) -> Result<Self, (Option<String>, Refusal)> {
        let value: Value = serde_json::from_slice(text)
            .map_err(|error| (None, Refusal::of("", format!("not JSON: {error}"))))?;
        let request = value.get("request").and_then(Value::as_str).filter(|name| check_id(name).is_ok());
        let request = request.map(str::to_owned);
        Self::read(value).map_err(|refusal| (request, refusal))
    }

    fn read(value: Value) -> Result<Self, Refusal> {
        let mut members = Members::of(value)?;
        let named = |members: &mut Members, name: &str| {
            let text = members.text(name)?;
            match text.as_deref().map(check_id) {
                Some(Err(error)) => Err(Refusal::of(name, error.to_string())),
                _ => Ok(text),
            }
        };
        let command = Self {
            request: named(&mut members, "request")?,
            clear: named(&mut members, "clear")?,
            incident: members
                .take("incident")
                .map(|order| IncidentOrder::from_json(order).map_err(|refusal| refusal.inside("incident")))
                .transpose()?,
            tuning: Tuning::taken_from(&mut members)?,
        };
        members.end(&[&TUNABLE[..], &["incident", "clear", "request"]].concat())?;
        if command.tuning.is_empty() && command.incident.is_none() && command.clear.is_none() {
            let all = [&TUNABLE[..], &["incident", "clear"]].concat().join(", ");
            return Err(Refusal::of("", format!("nothing is asked for; there are {all}")));
        }
        Ok(command)
    }
}

impl Reply {
    /// It was done.
    #[must_use]
    pub fn done(request: Option<String>, incident: Option<String>) -> Self {
        Self { request, done: true, incident, refusal: None }
    }

    /// It was not done, and nothing changed.
    #[must_use]
    pub fn refused(request: Option<String>, refusal: Refusal) -> Self {
        Self { request, done: false, incident: None, refusal: Some(refusal) }
    }
}

//! What the simulator says, and the way to ask it for something.

use super::known::Known;
use crate::problem::Problem;
use link::mqtt::{Client, Connection, Qos};
use model::simulation::{Refusal, Reply, Truth};
use model::{Timestamp, check_id, topic};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// What to listen to.
pub const FILTERS: [&str; 3] = [topic::SIMULATION_SCENARIO, topic::SIMULATION_REPLY, topic::SIMULATION_TRUTH];
/// How long the simulator may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Most requests that may wait for an answer.
const MOST_WAITING: usize = 100;

/// The simulation, as it shows itself over MQTT. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Simulation {
    client: Client,
    connection: watch::Receiver<Connection>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The last word about the scenario that runs.
    scenario: Option<Value>,
    /// When the run began that `known` is of.
    started_at: Option<Timestamp>,
    known: Known,
    /// From when on all that is true was heard.
    heard_since: Timestamp,
    waiting: BTreeMap<String, oneshot::Sender<Reply>>,
}

impl Simulation {
    /// Talks over this connection.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { connection: client.connection(), client, state: Arc::default() }
    }

    /// Takes a message of one of [`FILTERS`]; `now` is when it came. Whether it was one.
    pub fn hear(&self, name: &str, payload: &[u8], retained: bool, now: Timestamp) -> bool {
        match name {
            topic::SIMULATION_SCENARIO => self.hear_scenario(payload, retained, now),
            topic::SIMULATION_REPLY => {
                if let Ok(reply) = serde_json::from_slice::<Reply>(payload)
                    && let Some(asked) =
                        reply.request.as_ref().and_then(|name| self.state().waiting.remove(name))
                {
                    let _ = asked.send(reply);
                }
            }
            topic::SIMULATION_TRUTH => match serde_json::from_slice::<Truth>(payload) {
                Ok(truth) => self.state().known.take(&truth),
                Err(error) => tracing::warn!(%error, "what the simulator says to be true cannot be read"),
            },
            _ => return false,
        }
        true
    }

    fn hear_scenario(&self, payload: &[u8], retained: bool, now: Timestamp) {
        let scenario = match serde_json::from_slice(payload) {
            Ok(scenario) => Some(scenario),
            // As MQTT has it, nobody speaks of a scenario any more.
            Err(_) if payload.is_empty() => None,
            Err(error) => {
                tracing::warn!(%error, "what the simulator says of its scenario cannot be read; what was known stays");
                return;
            }
        };
        let mut state = self.state();
        state.scenario = scenario;
        let started_at = state.scenario.as_ref().and_then(|scenario| scenario.get("started_at"));
        let started_at = started_at.and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
        if let Some(started_at) = started_at.filter(|_| started_at != state.started_at) {
            state.started_at = Some(started_at);
            state.known = Known::since(started_at);
            // A run that was there before this program has said things that nobody here heard.
            state.heard_since = if retained { now.max(started_at) } else { started_at };
        }
    }

    /// The scenario, if there is or was one.
    #[must_use]
    pub fn scenario(&self) -> Option<Value> {
        self.state().scenario.clone()
    }

    /// What is known of the run that began then, and from when on all of it was heard.
    pub fn with_known<T>(&self, look: impl FnOnce(&Known, Timestamp, Timestamp) -> T) -> Option<T> {
        let state = self.state();
        let started_at = state.started_at?;
        Some(look(&state.known, started_at, state.heard_since))
    }

    /// Asks the simulator to do something.
    ///
    /// # Errors
    /// Nothing runs, it does not answer, or it refuses; then nothing was changed.
    pub async fn ask(&self, mut command: Value) -> Result<Reply, Problem> {
        let runs = self.state().scenario.as_ref().is_some_and(|scenario| scenario["running"] == true);
        if !self.connection.borrow().up {
            return Err(Problem::unavailable("the broker is away, and with it the simulator; try again"));
        }
        if !runs {
            return Err(Problem::conflict("no simulation runs; start the simulator"));
        }
        let name = format!("web-{:016x}", rand::random::<u64>());
        command["request"] = Value::from(name.as_str());
        let (tx, rx) = oneshot::channel();
        {
            let mut state = self.state();
            state.waiting.retain(|_, asked| !asked.is_closed());
            if state.waiting.len() >= MOST_WAITING {
                return Err(Problem::unavailable("too many requests wait for the simulator; try again"));
            }
            state.waiting.insert(name, tx);
        }
        let sent = self.client.publish(topic::SIMULATION_SET, command.to_string(), Qos::AtLeastOnce, false);
        let answered = timeout(ANSWER_WITHIN, async {
            sent.await.ok()?;
            rx.await.ok()
        });
        let Ok(Some(reply)) = answered.await else {
            return Err(Problem::unavailable(
                "the simulator does not answer; whether it does what was asked is not known",
            ));
        };
        match reply.refusal {
            Some(refusal) if !reply.done => Err(problem(&refusal)),
            _ => Ok(reply),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The problem document of a refusal.
pub(super) fn problem(refusal: &Refusal) -> Problem {
    Problem::member(&refusal.field, &refusal.reason)
}

/// Whether this can be the id of an incident.
pub(super) fn incident_id(id: &str) -> Result<(), Problem> {
    check_id(id).map_err(|_| Problem::parameter("id", id, "1 to 64 of A-Z a-z 0-9 _ . : -"))
}

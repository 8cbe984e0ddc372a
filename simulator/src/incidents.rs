//! The incidents of a run by name: those of the scenario, and those staged since.

use model::Timestamp;
use serde::Serialize;

use crate::scenario::ScenarioIncident;

/// All incidents that may still happen or go on, in the order of their numbers in the simulation.
#[derive(Debug, Default)]
pub struct Incidents {
    all: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    incident: ScenarioIncident,
    state: State,
    /// When it began last.
    since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Planned,
    Present,
    Over,
}

/// An incident as it is told.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    state: State,
    #[serde(flatten)]
    incident: &'a ScenarioIncident,
}

impl Incidents {
    /// Those of a scenario.
    #[must_use]
    pub fn planned(incidents: &[ScenarioIncident]) -> Self {
        let mut all = Self::default();
        incidents.iter().for_each(|incident| all.add(incident.clone()));
        all
    }

    /// Adds one; its number in the simulation must be the next.
    pub fn add(&mut self, incident: ScenarioIncident) {
        self.all.push(Entry { incident, state: State::Planned, since: None });
    }

    /// A name that no incident has.
    #[must_use]
    pub fn free_name(&self) -> String {
        let mut number = 1;
        loop {
            let name = format!("staged-{number}");
            if !self.has(&name) {
                return name;
            }
            number += 1;
        }
    }

    /// Whether there is or was one of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all.iter().any(|entry| entry.incident.id == name)
    }

    /// The number of an incident that is not over.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|entry| entry.incident.id == name && entry.state != State::Over)
    }

    /// It begins, or goes on: what its truth is called, and when it began.
    pub fn is_present(&mut self, number: usize, cycle: u32, at: Timestamp) -> Option<(String, Timestamp)> {
        let entry = self.all.get_mut(number)?;
        entry.state = State::Present;
        Some((entry.incident.truth_name(cycle), *entry.since.get_or_insert(at)))
    }

    /// It ends: what its truth is called, and when it began.
    pub fn is_over(&mut self, number: usize, cycle: u32, at: Timestamp) -> Option<(String, Timestamp)> {
        let entry = self.all.get_mut(number)?;
        // It may have been cleared for good.
        if entry.state != State::Over {
            entry.state = if entry.incident.repeat_s.is_some() { State::Planned } else { State::Over };
        }
        Some((entry.incident.truth_name(cycle), entry.since.take().unwrap_or(at)))
    }

    /// It will never happen again.
    pub fn is_cleared(&mut self, number: usize) {
        if let Some(entry) = self.all.get_mut(number) {
            entry.state = State::Over;
        }
    }

    /// Those that are not over.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        let left = self.all.iter().filter(|entry| entry.state != State::Over);
        left.map(|entry| Listed { state: entry.state, incident: &entry.incident })
    }
}

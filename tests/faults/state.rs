//! What a run leaves behind: the events in the store with all their revisions, and what the nodes show.

use model::stanza::{ACCIDENT_NODE, JAM_NODE, read_events};
use model::{Event, EventKind, Phase};
use sqlx::{Connection, MySqlConnection, Row};
use std::collections::{BTreeMap, BTreeSet};
use testbed::bosh::Guest;
use testbed::{DOMAIN, Stack};

/// What the store holds.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The latest revision of every event.
    pub events: Vec<Event>,
    /// Every revision: event, revision, its phase.
    revisions: BTreeMap<(String, u32), Phase>,
}

impl State {
    /// Reads the store, past the programs.
    pub async fn read(stack: &Stack) -> Result<Self, sqlx::Error> {
        let url = stack.database.url("collector", "vigiroute").expect("the password");
        let mut connection = MySqlConnection::connect(&url).await?;
        let events = sqlx::query("SELECT CAST(body AS CHAR) FROM events ORDER BY occurred_at, id")
            .fetch_all(&mut connection)
            .await?;
        let revisions =
            sqlx::query("SELECT CAST(body AS CHAR) FROM event_revisions").fetch_all(&mut connection).await?;
        let _ = connection.close().await;
        let event = |row: &sqlx::mysql::MySqlRow| -> Event {
            let body: String = row.get(0);
            serde_json::from_str(&body).expect("an event in the contract's form")
        };
        Ok(Self {
            events: events.iter().map(event).collect(),
            revisions: revisions
                .iter()
                .map(event)
                .map(|event| ((event.id.to_string(), event.revision), event.phase))
                .collect(),
        })
    }

    /// What is wrong with the revisions: each event has them from 1 on without a gap, the store's latest is the last,
    /// and nothing comes after an end.
    pub fn flaws(&self) -> Vec<String> {
        let mut flaws = Vec::new();
        let mut revised: BTreeSet<&str> = BTreeSet::new();
        for event in &self.events {
            let id = event.id.to_string();
            for revision in 1..=event.revision {
                match self.revisions.get(&(id.clone(), revision)) {
                    None => flaws.push(format!("revision {revision} of {id} is missing")),
                    Some(Phase::Ended) if revision < event.revision => {
                        flaws.push(format!("{id} goes on after its end in revision {revision}"));
                    }
                    Some(_) => {}
                }
            }
            if self.revisions.contains_key(&(id.clone(), event.revision + 1)) {
                flaws.push(format!("the latest of {id} is not revision {}", event.revision));
            }
        }
        revised.extend(self.revisions.keys().map(|(id, _)| id.as_str()));
        if revised.len() != self.events.len() {
            flaws.push(format!("{} events, but revisions of {}", self.events.len(), revised.len()));
        }
        flaws
    }

    /// The accidents and jams that go on: id and revision.
    pub fn open(&self) -> BTreeMap<String, u32> {
        let open = self.events.iter().filter(|event| {
            matches!(event.kind, EventKind::Accident | EventKind::Jam) && event.phase != Phase::Ended
        });
        open.map(|event| (event.id.to_string(), event.revision)).collect()
    }
}

/// The accidents and jams that the nodes show: id and revision.
pub async fn shown(stack: &Stack) -> Result<BTreeMap<String, u32>, testbed::Error> {
    let mut guest = Guest::connect(&stack.prosody.bosh_url(), &format!("live.{DOMAIN}")).await?;
    let mut shown = BTreeMap::new();
    for node in [ACCIDENT_NODE, JAM_NODE] {
        let items = guest.items(&format!("pubsub.{DOMAIN}"), node).await?;
        shown.extend(items.into_iter().map(|(id, payload)| {
            let revision = read_events(&payload).ok().and_then(|events| events.first().map(|e| e.revision));
            (id, revision.unwrap_or(0))
        }));
    }
    guest.close().await?;
    Ok(shown)
}

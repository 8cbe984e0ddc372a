//! The task that keeps the broker's zones what the database says. It alone publishes them, always what stands in the
//! database at that moment, so that two changes at once can never leave the older one at the broker.

use super::decide::{Action, decide};
use super::store::{self, Stored};
use super::{Heard, MAX_ZONES};
use crate::database::Database;
use bytes::Bytes;
use link::backoff::Backoff;
use link::mqtt::{Client, Connection, PublishError, Qos};
use model::{Zone, ZoneId, topic};
use std::collections::BTreeSet;
use thiserror::Error;
use tokio::sync::{mpsc, watch};

/// Changed zones that may wait to be published; whoever changes more waits.
const WAITING_CHANGES: usize = 1_000;

/// Whether a change is at the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// It is being published.
    Now,
    /// The broker is away; it is published when it is back.
    Later,
}

/// What the handlers tell the task. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Zones {
    changes: mpsc::Sender<ZoneId>,
    connection: watch::Receiver<Connection>,
}

/// The task.
#[derive(Debug)]
pub struct Sync {
    database: Database,
    client: Client,
    heard: Heard,
    connection: watch::Receiver<Connection>,
    changes: mpsc::Receiver<ZoneId>,
    /// Changed and not published yet.
    due: BTreeSet<ZoneId>,
}

#[derive(Debug, Error)]
enum SyncError {
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the broker: {0}")]
    Publish(#[from] PublishError),
}

/// What the task does.
enum Work {
    /// Store these if no zone was ever stored.
    Seed(Vec<Zone>),
    /// Publish all zones.
    PublishAll,
    /// Publish this one as it stands in the database.
    Publish(ZoneId),
    /// Compare what the broker has under this id with the database.
    Compare(ZoneId, Bytes),
}

impl Work {
    fn describe(&self) -> &'static str {
        match self {
            Self::Seed(_) => "storing the first zones",
            Self::PublishAll => "publishing the zones",
            Self::Publish(_) => "publishing a zone",
            Self::Compare(..) => "comparing the broker's zones",
        }
    }
}

impl Zones {
    /// Has a zone published as it stands in the database.
    pub async fn changed(&self, id: ZoneId) -> Publication {
        // The task ends only with the program.
        let _ = self.changes.send(id).await;
        if self.connection.borrow().up { Publication::Now } else { Publication::Later }
    }
}

impl Sync {
    /// The task, to be run, and what tells it.
    #[must_use]
    pub fn new(database: Database, client: Client, heard: Heard) -> (Self, Zones) {
        let (changes_tx, changes) = mpsc::channel(WAITING_CHANGES);
        let connection = client.connection();
        let zones = Zones { changes: changes_tx, connection: connection.clone() };
        (Self { database, client, heard, connection, changes, due: BTreeSet::new() }, zones)
    }

    /// Stores `seed` if no zone was ever stored; then publishes all zones after every connect, and each that changes.
    /// Runs until it is dropped, or the handlers are.
    pub async fn run(mut self, seed: Vec<Zone>) {
        self.insist(&Work::Seed(seed)).await;
        let mut published = 0;
        loop {
            let connection = *self.connection.borrow_and_update();
            if connection.up && connection.count != published {
                self.insist(&Work::PublishAll).await;
                published = connection.count;
            }
            if connection.up {
                while let Some(id) = self.due.pop_first() {
                    self.insist(&Work::Publish(id)).await;
                }
            }
            tokio::select! {
                changed = self.changes.recv() => match changed {
                    Some(id) => {
                        self.due.insert(id);
                    }
                    None => return,
                },
                Ok(()) = self.connection.changed() => {}
                (id, payload) = self.heard.next(), if connection.up => {
                    self.insist(&Work::Compare(id, payload)).await;
                }
            }
        }
    }

    /// Does it, however often it has to be tried.
    async fn insist(&self, work: &Work) {
        let mut delays = Backoff::RECONNECT.delays();
        let mut said = false;
        while let Err(error) = self.attempt(work).await {
            if !said {
                tracing::warn!(%error, "{} does not work yet: trying again", work.describe());
                said = true;
            }
            tokio::time::sleep(delays.next_delay()).await;
        }
    }

    async fn attempt(&self, work: &Work) -> Result<(), SyncError> {
        match work {
            Work::Seed(zones) => self.seed(zones).await,
            Work::PublishAll => self.publish_all().await,
            Work::Publish(id) => self.publish(id).await,
            Work::Compare(id, payload) => self.compare(id, payload).await,
        }
    }

    async fn seed(&self, zones: &[Zone]) -> Result<(), SyncError> {
        if !zones.is_empty() && store::seed(self.database.pool(), zones).await? {
            tracing::info!(zones = zones.len(), "stored the first zones");
        }
        Ok(())
    }

    async fn publish_all(&self) -> Result<(), SyncError> {
        let zones = store::all(self.database.pool()).await?;
        for zone in &zones {
            self.send(&zone.id, Some(zone)).await?;
        }
        tracing::info!(zones = zones.len(), "published the zones to the broker");
        Ok(())
    }

    async fn publish(&self, id: &ZoneId) -> Result<(), SyncError> {
        match store::get(self.database.pool(), id).await? {
            Some(Stored::Zone(zone)) => self.send(id, Some(&zone)).await,
            Some(Stored::Deleted) => self.send(id, None).await,
            None => Ok(()),
        }
    }

    async fn send(&self, id: &ZoneId, zone: Option<&Zone>) -> Result<(), SyncError> {
        let payload = zone.map(|zone| zone.to_feature().to_string()).unwrap_or_default();
        self.client.publish(topic::zone(id), payload, Qos::AtLeastOnce, true).await?;
        Ok(())
    }

    async fn compare(&self, id: &ZoneId, payload: &[u8]) -> Result<(), SyncError> {
        let pool = self.database.pool();
        let stored = store::get(pool, id).await?;
        match decide(id, payload, stored.as_ref()) {
            Action::Nothing => Ok(()),
            Action::Publish => self.publish(id).await,
            Action::Clear => self.send(id, None).await,
            Action::Adopt(_) if store::count(pool).await? >= MAX_ZONES => {
                ignored(id, &format!("there are {MAX_ZONES} zones already"));
                Ok(())
            }
            Action::Adopt(zone) => {
                let mut transaction = pool.begin().await?;
                let made = store::create(&mut transaction, &zone).await?;
                transaction.commit().await?;
                if made {
                    tracing::info!(zone = %id, "took over a zone that was published to the broker directly");
                }
                // As the database has it, and retained.
                self.publish(id).await
            }
            Action::Ignore(reason) => {
                ignored(id, &reason);
                Ok(())
            }
        }
    }
}

fn ignored(id: &ZoneId, reason: &str) {
    metrics::counter!("vigiroute_web_zones_ignored_total").increment(1);
    tracing::warn!(zone = %id, reason, "the broker has a zone that is not taken over");
}

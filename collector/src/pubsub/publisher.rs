//! The task that publishes.

use super::MAX_ITEMS;
use super::reconcile::{Shown, reconcile};
use super::session::Session;
use super::zone_items::ZoneItems;
use crate::store::Database;
use futures::{StreamExt, stream};
use link::Condition;
use link::backoff::{Backoff, Delays};
use link::xmpp::{Client, Jid};
use model::stanza::ZONE_NODE;
use model::{Event, EventId, Phase};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

/// Events that may wait to be published. When there are more, the nodes are reconciled with the store instead.
const WAITING_EVENTS: usize = 1_024;
/// Events looked at together; of several revisions of one event only the latest is published.
const AT_ONCE: usize = 64;
/// Publications that may be on their way at once.
const IN_FLIGHT: usize = 16;
/// How often the nodes are reconciled although nothing went wrong as far as we know.
const REGULARLY: Duration = Duration::from_secs(300);

/// Gives events to the task that publishes. Never waits. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Publisher {
    events: mpsc::Sender<Event>,
    wanted: Arc<Notify>,
}

/// The task that publishes.
#[derive(Debug)]
pub struct PublisherTask {
    session: Session,
    database: Database,
    condition: Condition,
    events: mpsc::Receiver<Event>,
    wanted: Arc<Notify>,
    zone_items: ZoneItems,
    /// The accidents and jams that the nodes show, and in which revision.
    shown: Shown,
    /// Taken from the queue and not published, because the service was away.
    unpublished: Vec<Event>,
}

/// A publisher to `service`, and its task, which is to be run. `condition` is met while the nodes are known to be right.
#[must_use]
pub fn publisher(
    client: Client,
    service: Jid,
    database: Database,
    condition: Condition,
) -> (Publisher, PublisherTask) {
    let (events_tx, events) = mpsc::channel(WAITING_EVENTS);
    link::queues::watch("to_publish", &events_tx);
    let wanted = Arc::new(Notify::new());
    let task = PublisherTask {
        session: Session { client, service },
        database,
        condition,
        events,
        wanted: wanted.clone(),
        zone_items: ZoneItems::default(),
        shown: Shown::new(),
        unpublished: Vec::new(),
    };
    (Publisher { events: events_tx, wanted }, task)
}

impl Publisher {
    /// Hands an event over for publishing; if too many wait, the nodes are reconciled later instead.
    pub fn publish(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            metrics::counter!("vigiroute_collector_publish_overflows_total").increment(1);
            self.reconcile();
        }
    }

    /// Asks for the nodes to be reconciled with the store.
    pub fn reconcile(&self) {
        self.wanted.notify_one();
    }
}

/// What the task goes on with.
enum Step {
    Events(Vec<Event>),
    ZoneItem(String),
    Reconcile,
    End,
}

impl PublisherTask {
    /// Publishes until all [`Publisher`]s are dropped, then what waits, as long as nothing goes wrong.
    pub async fn run(mut self) {
        let mut delays = Backoff::RECONNECT.delays();
        let mut sound = false;
        let mut regular = Instant::now() + REGULARLY;
        loop {
            if !sound {
                if self.events.is_closed() {
                    break;
                }
                sound = self.reconcile(&mut delays).await;
                regular = Instant::now() + REGULARLY;
                let left = std::mem::take(&mut self.unpublished);
                sound = sound && self.publish(left).await;
                continue;
            }
            sound = match self.step(regular).await {
                Step::Events(events) => self.publish(events).await,
                Step::ZoneItem(item) => self.retract_zone_item(&item).await,
                Step::Reconcile => false,
                Step::End => break,
            };
        }
    }

    async fn step(&mut self, regular: Instant) -> Step {
        let due = self.zone_items.next_due();
        let mut events = Vec::new();
        tokio::select! {
            biased;
            () = self.wanted.notified() => Step::Reconcile,
            () = sleep_until(regular) => Step::Reconcile,
            () = sleep_until(due.unwrap_or(regular)), if due.is_some() => {
                self.zone_items.take_due(Instant::now()).map_or(Step::Events(events), Step::ZoneItem)
            }
            taken = self.events.recv_many(&mut events, AT_ONCE) => {
                if taken == 0 { Step::End } else { Step::Events(events) }
            }
        }
    }

    /// Publishes the latest revision of each; whether the nodes can still be trusted to be right.
    async fn publish(&mut self, events: Vec<Event>) -> bool {
        let mut latest: BTreeMap<EventId, Event> = BTreeMap::new();
        for event in events {
            latest.insert(event.id, event);
        }
        latest.retain(|id, event| self.shown.get(id).is_none_or(|&revision| revision < event.revision));
        let session = &self.session;
        let mut outcomes = stream::iter(latest.into_values())
            .map(async |event| (session.publish(&event).await, event))
            .buffered(IN_FLIGHT);
        while let Some((outcome, event)) = outcomes.next().await {
            match outcome {
                Ok(()) => {
                    if !event.kind.is_episode() {
                        self.zone_items.add(event.id.to_string(), Instant::now(), MAX_ITEMS as usize);
                    } else if event.phase == Phase::Ended {
                        self.shown.remove(&event.id);
                    } else {
                        self.shown.insert(event.id, event.revision);
                    }
                }
                Err(error) if error.is_of_the_event() => {
                    count_failure();
                    tracing::error!(%error, event = %event.id, revision = event.revision, "an event cannot be published");
                }
                Err(error) => {
                    count_failure();
                    if self.unpublished.is_empty() {
                        tracing::warn!(%error, "cannot publish: reconciling when the service is back");
                        self.condition.unmet(error.to_string());
                    }
                    self.unpublished.push(event);
                }
            }
        }
        self.unpublished.is_empty()
    }

    async fn retract_zone_item(&mut self, item: &str) -> bool {
        let retracted = self.session.retract(ZONE_NODE, item).await;
        if let Err(error) = &retracted {
            // Reconciling notes it again.
            tracing::debug!(%error, item, "a zone event could not be taken back");
        }
        retracted.is_ok()
    }

    /// Waits until the stream stands and reconciles; whether that went well.
    async fn reconcile(&mut self, delays: &mut Delays) -> bool {
        if self.session.client.wait_online().await.is_err() {
            // Closed for good: whoever closed it drops the publishers as well.
            tokio::time::sleep(delays.next_delay()).await;
            return false;
        }
        metrics::counter!("vigiroute_collector_reconciliations_total").increment(1);
        let mut waiting = std::mem::take(&mut self.unpublished);
        while let Ok(event) = self.events.try_recv() {
            waiting.push(event);
        }
        self.unpublished = beside_the_store(waiting);
        match reconcile(&self.session, &self.database, &mut self.zone_items).await {
            Ok((shown, changes)) => {
                self.shown = shown;
                tracing::info!(
                    published = changes.published,
                    retracted = changes.retracted,
                    "the nodes show what is going on"
                );
                self.condition.met();
                delays.reset();
                true
            }
            Err(error) => {
                self.condition.unmet(error.to_string());
                let delay = delays.next_delay();
                tracing::warn!(%error, again_in_ms = delay.as_millis(), "cannot reconcile the nodes with the store");
                tokio::time::sleep(delay).await;
                false
            }
        }
    }
}

/// What is still to be published after reconciling: what waited is in the store, which says what the nodes are to show of
/// accidents and jams. An older revision published after that would stand there for good. Of entries and exits, as many as the node
/// holds.
fn beside_the_store(mut waiting: Vec<Event>) -> Vec<Event> {
    waiting.retain(|event| !event.kind.is_episode());
    waiting.drain(..waiting.len().saturating_sub(MAX_ITEMS as usize));
    waiting
}

fn count_failure() {
    metrics::counter!("vigiroute_collector_publish_failures_total").increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EventKind, Geometry, LatLon, Measures, Timestamp};

    fn event(kind: EventKind, number: usize) -> Event {
        let (occurred_at, position) =
            (Timestamp::from_ms_clamped(1_760_000_000_000), LatLon::new(60.0, 25.0));
        Event {
            id: EventId::derive(kind, occurred_at, &number.to_string(), ""),
            revision: 1,
            kind,
            phase: Phase::Started,
            occurred_at,
            detected_at: occurred_at,
            ended_at: None,
            position,
            geometry: Geometry::point(position),
            road: None,
            zone: None,
            vehicles: Vec::new(),
            confidence: 1.0,
            cause: None,
            measures: Measures::default(),
        }
    }

    #[test]
    fn accidents_and_jams_that_waited_are_left_to_the_store_and_of_the_rest_the_newest_stay() {
        let waiting: Vec<Event> = (0..600)
            .map(|n| event([EventKind::Jam, EventKind::ZoneEntry][n % 2], n))
            .chain([event(EventKind::Accident, 600)])
            .collect();
        let left = beside_the_store(waiting);
        let expected: Vec<EventId> =
            (0..256).map(|n| event(EventKind::ZoneEntry, 600 - 511 + 2 * n).id).collect();
        assert_eq!(left.iter().map(|event| event.id).collect::<Vec<_>>(), expected);
    }
}

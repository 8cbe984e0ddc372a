//! Whatever the order, the repetition and the batches, the tables end the same.

use crate::events::{accident, zone_entry};
use crate::server::Server;
use collector::store::{Batch, Writer};
use model::{Event, Phase};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sqlx::Executor;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Accidents with up to five revisions each, whose vehicles change, and zone entries.
fn history() -> impl Strategy<Value = Vec<Event>> {
    let episode = (0..50i64, proptest::collection::vec(proptest::collection::btree_set(0..6u8, 0..4), 1..5));
    let entry = (0..50i64, 0..6u8);
    (proptest::collection::vec(episode, 1..6), proptest::collection::vec(entry, 0..6)).prop_map(
        |(episodes, entries)| {
            let mut events = BTreeMap::new();
            for (begin, revisions) in episodes {
                for (n, vehicles) in revisions.iter().enumerate() {
                    let names: Vec<String> = vehicles.iter().map(|v| format!("v{v}")).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let phase = [Phase::Started, Phase::Updated, Phase::Updated, Phase::Ended][n];
                    let event = accident(begin, "r", n as u32 + 1, phase, &names);
                    events.entry((event.id, event.revision)).or_insert(event);
                }
            }
            for (begin, who) in entries {
                let event = zone_entry(begin, "centre", &format!("v{who}"));
                events.insert((event.id, event.revision), event);
            }
            events.into_values().collect()
        },
    )
}

/// A history, and batches of indices into it: every index at least once, in any order, with repeats.
fn deliveries() -> impl Strategy<Value = (Vec<Event>, Vec<Vec<usize>>)> {
    history().prop_flat_map(|events| {
        let n = events.len();
        let repeats = proptest::collection::vec(0..n, 0..n * 2);
        let order = repeats
            .prop_flat_map(move |repeats| Just((0..n).chain(repeats).collect::<Vec<usize>>()).prop_shuffle());
        let cuts = proptest::collection::vec(1..8usize, 1..30);
        (Just(events), order, cuts).prop_map(|(events, order, cuts)| {
            let (mut batches, mut rest) = (Vec::new(), order.as_slice());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (head, tail) = rest.split_at((*cut).min(rest.len()));
                batches.push(head.to_vec());
                rest = tail;
            }
            (events, batches)
        })
    })
}

#[derive(Debug, PartialEq, Default)]
struct Tables {
    latest: BTreeMap<Uuid, (u32, bool, Event)>,
    revisions: BTreeMap<(Uuid, u32), Event>,
    vehicles: BTreeSet<(Uuid, String)>,
}

/// What the tables should hold, said in the plainest way.
fn expected(events: &[Event]) -> Tables {
    let mut tables = Tables::default();
    for event in events {
        let id = event.id.as_uuid();
        tables.revisions.insert((id, event.revision), event.clone());
        let stands = tables.latest.get(&id).map_or(0, |(revision, ..)| *revision);
        if event.revision > stands {
            let open = event.kind.is_episode() && event.phase != Phase::Ended;
            tables.latest.insert(id, (event.revision, open, event.clone()));
        }
    }
    for (id, (_, _, event)) in &tables.latest {
        tables.vehicles.extend(event.vehicles.iter().map(|vehicle| (*id, vehicle.to_string())));
    }
    tables
}

async fn found(server: &Server) -> Tables {
    let mut connection = server.connect().await;
    let latest: Vec<(Uuid, u32, bool, Json<Event>)> =
        sqlx::query_as("SELECT id, revision, is_open, body FROM events")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let revisions: Vec<(Uuid, u32, Json<Event>)> =
        sqlx::query_as("SELECT id, revision, body FROM event_revisions")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let vehicles: Vec<(Uuid, String)> = sqlx::query_as("SELECT event_id, vehicle_id FROM event_vehicles")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    Tables {
        latest: latest.into_iter().map(|(id, revision, open, body)| (id, (revision, open, body.0))).collect(),
        revisions: revisions.into_iter().map(|(id, revision, body)| ((id, revision), body.0)).collect(),
        vehicles: vehicles.into_iter().collect(),
    }
}

#[test]
fn any_order_repetition_and_batching_ends_in_the_same_tables() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start());
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&deliveries(), |(events, batches)| {
            let (tables, fresh) = runtime.block_on(async {
                let mut connection = server.connect().await;
                for table in ["events", "event_revisions", "event_vehicles"] {
                    connection.execute(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).await.unwrap();
                }
                let mut writer = Writer::new(server.database.clone());
                let mut fresh = BTreeMap::new();
                for batch in &batches {
                    let mut batch = Batch::of(batch.iter().map(|&n| events[n].clone())).unwrap();
                    writer.store(&mut batch).await.unwrap();
                    fresh.extend(batch.into_fresh().map(|event| (event.id.as_uuid(), event.revision)));
                }
                (found(&server).await, fresh)
            });
            let expected = expected(&events);
            prop_assert_eq!(&tables, &expected);
            // The last that was called fresh of each event is the one that stands.
            let standing: BTreeMap<Uuid, u32> =
                expected.latest.iter().map(|(id, (revision, ..))| (*id, *revision)).collect();
            prop_assert_eq!(fresh, standing);
            Ok(())
        })
        .unwrap();
}

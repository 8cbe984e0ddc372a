//! Statistics over REST.

use crate::history::{at, event, store, with_vehicles};
use crate::world::World;
use model::{Event, EventKind, Measures, Phase};
use serde_json::{Value, json};
use sqlx::{Execute, MySql, QueryBuilder, Row};
use web::statistics::{Ask, Order, Step, Zone, select};

/// 2025-10-09T00:00:00Z, a Thursday, to the next day.
const DAY: &str = "from=2025-10-09T00:00:00Z&to=2025-10-10T00:00:00Z";
const MINUTE_MS: i64 = 60_000;

async fn get(world: &World, path: &str) -> Value {
    let answer = world.get(&format!("/api/v1/statistics/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// A jam of this length with this delay, told in two revisions.
async fn store_jam(world: &World, after_ms: i64, minutes: i64, road: &str, delay_s: f64) {
    let mut connection = world.connect().await;
    let delay_s = Some(delay_s);
    let begun = Event {
        measures: Measures { delay_s, ..Measures::default() },
        ..event(EventKind::Jam, after_ms, road)
    };
    let over = Event {
        revision: 2,
        phase: Phase::Ended,
        ended_at: Some(at(after_ms + minutes * MINUTE_MS)),
        detected_at: at(after_ms + minutes * MINUTE_MS),
        measures: Measures { delay_s: Some(0.0), ..Measures::default() },
        ..begun.clone()
    };
    store(&mut connection, &begun).await;
    store(&mut connection, &over).await;
}

#[tokio::test]
async fn events_are_counted_by_the_hours_and_days_of_the_time_zone() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    // 08:53:20, 08:54:20 and 09:53:20 UTC; the last the day before at 22:53:20.
    for (after_ms, kind) in [
        (0, EventKind::Accident),
        (MINUTE_MS, EventKind::Jam),
        (60 * MINUTE_MS, EventKind::Jam),
        (-600 * MINUTE_MS, EventKind::Jam),
    ] {
        store(&mut connection, &event(kind, after_ms, "r1")).await;
    }
    let found = get(&world, &format!("events?{DAY}")).await;
    assert_eq!(found["step"], "hour");
    assert_eq!(found["query"]["types"], json!(["accident", "jam", "zone_entry", "zone_exit"]));
    let series = found["series"].as_array().unwrap();
    assert_eq!(series.len(), 24);
    assert_eq!(series[8], json!({"from": "2025-10-09T08:00:00.000Z", "counts": {"accident": 1, "jam": 1}}));
    assert_eq!(series[9], json!({"from": "2025-10-09T09:00:00.000Z", "counts": {"jam": 1}}));
    assert_eq!(series.iter().filter(|entry| entry["counts"] == json!({})).count(), 22);

    // In Helsinki the jam of 22:53 is one of the same day.
    let path = "events?from=2025-10-08T21:00:00Z&to=2025-10-09T21:00:00Z&step=day&time_zone=Europe/Helsinki&type=jam";
    let found = get(&world, path).await;
    assert_eq!(found["query"]["time_zone"], "Europe/Helsinki");
    assert_eq!(found["series"], json!([{"from": "2025-10-08T21:00:00.000Z", "counts": {"jam": 3}}]));

    let found = get(&world, &format!("week?{DAY}&time_zone=Europe/Helsinki")).await;
    let hours = found["hours"].as_array().unwrap();
    assert_eq!((hours.len(), hours[3].as_array().unwrap().len()), (7, 24));
    assert_eq!((&hours[3][11], &hours[3][12]), (&json!(2), &json!(1)));
    let all: u64 = hours.iter().flat_map(|day| day.as_array().unwrap()).map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(all, 3);
}

#[tokio::test]
async fn the_worst_roads_come_first() {
    let world = World::start().await;
    store_jam(&world, 0, 10, "r1", 120.0).await;
    store_jam(&world, 30 * MINUTE_MS, 20, "r1", 60.0).await;
    store_jam(&world, 0, 5, "r2", 400.0).await;
    let mut connection = world.connect().await;
    store(&mut connection, &event(EventKind::Accident, 5, "r3")).await;
    store(&mut connection, &event(EventKind::ZoneEntry, 5, "centre")).await;

    let found = get(&world, &format!("roads?{DAY}")).await;
    let roads = found["roads"].as_array().unwrap();
    assert_eq!(
        roads[0],
        json!({"road": {"id": "r1", "name": null}, "accidents": 0, "jams": 2, "jam_minutes": 30.0,
            "mean_delay_s": 90.0, "max_delay_s": 120.0})
    );
    let order = |found: &Value| -> Vec<String> {
        let roads = found["roads"].as_array().unwrap();
        roads.iter().map(|road| road["road"]["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(order(&found), ["r1", "r2", "r3"]);
    assert_eq!(order(&get(&world, &format!("roads?{DAY}&order=delay")).await), ["r2", "r1", "r3"]);
    assert_eq!(order(&get(&world, &format!("roads?{DAY}&order=accidents&limit=1")).await), ["r3"]);
    assert_eq!(order(&get(&world, &format!("roads?{DAY}&bbox=0,0,1,1")).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_dwell_is_from_an_entry_to_the_next_exit() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    for (after_s, kind, vehicle) in [
        (0, EventKind::ZoneEntry, "v1"),
        (60, EventKind::ZoneExit, "v1"),
        (100, EventKind::ZoneEntry, "v1"),
        (90, EventKind::ZoneEntry, "v2"),
        (690, EventKind::ZoneExit, "v2"),
        // Was inside before the span, and is inside when it ends.
        (10, EventKind::ZoneExit, "v3"),
        (20, EventKind::ZoneEntry, "v3"),
    ] {
        let id = format!("{vehicle}-{after_s}");
        let crossing = event(kind, after_s * 1_000, "centre");
        let id = model::EventId::derive(kind, crossing.occurred_at, "centre", &id);
        store(&mut connection, &with_vehicles(Event { id, ..crossing }, &[vehicle])).await;
    }
    let found = get(&world, &format!("zones?{DAY}")).await;
    assert_eq!(
        found["zones"],
        json!([{"zone": {"id": "centre", "name": "centre"}, "entries": 4, "exits": 3, "vehicles": 3,
            "dwell": {"count": 2, "median_s": 60.0, "p95_s": 600.0, "max_s": 600.0}}])
    );
    let found = get(&world, &format!("zones?{DAY}&zone=harbour")).await;
    assert_eq!(found["zones"], json!([]));
}

#[tokio::test]
async fn delays_are_those_of_first_revisions() {
    let world = World::start().await;
    store_jam(&world, 0, 10, "r1", 1.0).await;
    let mut connection = world.connect().await;
    let sure_after = |ms| Event { detected_at: at(ms), ..event(EventKind::Accident, 0, "r2") };
    store(&mut connection, &sure_after(7_400)).await;
    let found = get(&world, &format!("delays?{DAY}")).await;
    assert_eq!(
        found["delays"],
        json!({"accident": {"count": 1, "median_s": 7.0, "p95_s": 7.0, "max_s": 7.0},
            "jam": {"count": 1, "median_s": 0.0, "p95_s": 0.0, "max_s": 0.0}})
    );
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::start().await;
    for (path, parameter) in [
        ("events?from=2020-01-01T00:00:00Z", "to"),
        ("events?time_zone=Nowhere", "time_zone"),
        ("week?step=day", "step"),
        ("roads?type=jam", "type"),
        ("zones?limit=0", "limit"),
        ("delays?order=delay", "order"),
    ] {
        world.get(&format!("/api/v1/statistics/{path}")).await.assert_problem(400, parameter);
    }
}

/// Which index the database takes for the table `events` in a statement.
async fn index_of(world: &World, mut statement: QueryBuilder<MySql>) -> String {
    let mut connection = world.connect().await;
    let mut query = statement.build();
    let arguments = query.take_arguments().unwrap().unwrap();
    let text = sqlx::AssertSqlSafe(format!("EXPLAIN {}", query.sql().as_str()));
    let rows = sqlx::query_with(text, arguments).fetch_all(&mut connection).await.unwrap();
    let of_events = rows.iter().find(|row| row.get::<Option<String>, _>("table").as_deref() == Some("e"));
    of_events.unwrap().get::<Option<String>, _>("key").unwrap_or_default()
}

#[tokio::test]
async fn every_statement_reads_an_index() {
    let world = World::start().await;
    // Enough of them, over a year, that an index pays.
    let mut connection = world.connect().await;
    sqlx::query(
        "INSERT INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, lat, lon, road_id, zone_id, \
         confidence, body, stored_at) \
         SELECT UNHEX(LPAD(HEX(seq), 32, '0')), 1, ELT(1 + seq % 4, 'accident', 'jam', 'zone_entry', 'zone_exit'), \
         'started', 0, '2025-01-01' + INTERVAL seq * 1500 SECOND, '2025-01-01', 60, 24, IF(seq % 4 < 2, seq % 50, NULL), \
         IF(seq % 4 < 2, NULL, seq % 50), 1, '{}', '2025-01-01' FROM seq_1_to_20000",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    for statement in [
        "INSERT INTO event_vehicles (event_id, vehicle_id, occurred_at) \
         SELECT id, CONCAT('v', CONV(RIGHT(HEX(id), 2), 16, 10)), occurred_at FROM events",
        "INSERT INTO event_revisions (id, revision, body, stored_at) SELECT id, 1, body, stored_at FROM events",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    sqlx::query("ANALYZE TABLE events, event_vehicles, event_revisions")
        .execute(&mut connection)
        .await
        .unwrap();
    let ask = |kinds: &[EventKind]| Ask {
        kinds: kinds.to_vec(),
        from: model::Timestamp::parse_rfc3339("2025-06-01T00:00:00Z").unwrap(),
        to: model::Timestamp::parse_rfc3339("2025-06-08T00:00:00Z").unwrap(),
        road: None,
        zone: None,
        bbox: None,
        time_zone: Zone::default(),
        step: Step::Day,
        limit: 20,
        order: Order::JamMinutes,
    };
    let episodes = ask(&[EventKind::Accident, EventKind::Jam]);
    let crossings = ask(&[EventKind::ZoneEntry, EventKind::ZoneExit]);
    for (name, statement) in [
        ("quarters", select::quarters(&ask(&EventKind::ALL))),
        ("roads", select::roads(&episodes, episodes.to)),
        ("zones", select::zones(&crossings)),
        ("dwells", select::dwells(&crossings)),
        ("delays", select::delays(&episodes)),
    ] {
        let index = index_of(&world, statement).await;
        assert!(["by_type", "by_time"].contains(&index.as_str()), "{name}: {index:?}");
    }
    let one_road = Ask { road: Some("7".into()), ..episodes };
    assert_eq!(index_of(&world, select::quarters(&one_road)).await, "by_road");
    let inside = Ask { zone: model::ZoneId::new("7").ok(), ..crossings };
    assert_eq!(index_of(&world, select::zones(&inside)).await, "by_zone");
}

//! The history over REST.

use crate::history::{START_MS, at, event, store, with_vehicles};
use crate::world::World;
use model::{Event, EventKind, LatLon, Phase};
use std::collections::BTreeSet;

async fn ids(world: &World, query: &str) -> Vec<String> {
    let answer = world.get(&format!("/api/v1/events?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let page = answer.json();
    assert!(page["next"].is_null(), "{query} fits on a page");
    page["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_filter_gives_what_it_says_newest_first() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    let crash = with_vehicles(event(EventKind::Accident, 0, "r1"), &["v1", "v2"]);
    let queue = Event { position: LatLon::new(60.2, 25.0), ..event(EventKind::Jam, 1_000, "r2") };
    let over = Event {
        phase: Phase::Ended,
        revision: 2,
        ended_at: Some(at(9_000)),
        ..event(EventKind::Jam, 2_000, "r1")
    };
    let entry = with_vehicles(event(EventKind::ZoneEntry, 3_000, "centre"), &["v1"]);
    let exit = with_vehicles(event(EventKind::ZoneExit, 4_000, "harbour"), &["hsl:0040:00433"]);
    for event in [&queue, &crash, &exit, &over, &entry] {
        store(&mut connection, event).await;
    }
    let time = |ms: i64| model::Timestamp::from_ms_clamped(START_MS + ms).to_string();
    for (query, expected) in [
        (String::new(), vec![&exit, &entry, &over, &queue, &crash]),
        ("type=jam".into(), vec![&over, &queue]),
        ("type=zone_exit,accident".into(), vec![&exit, &crash]),
        ("phase=ended".into(), vec![&over]),
        ("active=true".into(), vec![&queue, &crash]),
        ("active=false".into(), vec![&exit, &entry, &over]),
        (format!("from={}", time(2_000)), vec![&exit, &entry, &over]),
        (format!("to={}", time(2_000)), vec![&queue, &crash]),
        (format!("from={}&to={}", time(1_000), time(3_000)), vec![&over, &queue]),
        ("bbox=24.99,60.19,25.01,60.21".into(), vec![&queue]),
        ("bbox=25.01,60.19,24.95,60.21".into(), vec![]),
        ("bbox=25,-90,24.95,90".into(), vec![&exit, &entry, &over, &queue, &crash]),
        ("zone=centre".into(), vec![&entry]),
        ("road=r1".into(), vec![&over, &crash]),
        ("vehicle=v1".into(), vec![&entry, &crash]),
        ("vehicle=hsl:0040:00433".into(), vec![&exit]),
        ("vehicle=v1&type=accident&road=r1&active=true".into(), vec![&crash]),
        ("vehicle=nobody".into(), vec![]),
        ("road=R1".into(), vec![]),
    ] {
        let expected: Vec<String> = expected.iter().map(|event| event.id.to_string()).collect();
        assert_eq!(ids(&world, &query).await, expected, "{query}");
    }
    let answer = world.get("/api/v1/events?type=accident").await;
    assert_eq!(
        answer.json()["events"][0],
        serde_json::to_value(&crash).unwrap(),
        "an event is as it was stored"
    );
}

#[tokio::test]
async fn pages_hold_every_event_once_while_more_come_in() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    // Many at the same time, so that the id must decide.
    let events: Vec<Event> = (0..25)
        .map(|n| with_vehicles(event(EventKind::Accident, 1_000 * (n / 5), &format!("r{n}")), &["v1"]))
        .collect();
    for event in &events {
        store(&mut connection, event).await;
    }
    for filter in ["", "&vehicle=v1", "&type=accident", "&active=true"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        for n in 0.. {
            let path = format!("/api/v1/events?limit=4{filter}{cursor}");
            let answer = world.get(&path).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let page = answer.json();
            let events = page["events"].as_array().unwrap();
            seen.extend(events.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
            let newer = event(EventKind::Accident, 60_000 + n, &format!("{filter}{n}"));
            store(&mut connection, &with_vehicles(newer, &["v1"])).await;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            assert_eq!(events.len(), 4);
        }
        let mut expected: Vec<&Event> = events.iter().collect();
        expected.sort_by_key(|event| std::cmp::Reverse((event.occurred_at, event.id)));
        let expected: Vec<String> = expected.iter().map(|event| event.id.to_string()).collect();
        // Earlier rounds left newer events behind, which come first.
        assert_eq!(seen[seen.len() - 25..], expected, "{filter}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{filter}");
    }
}

#[tokio::test]
async fn one_event_comes_with_its_revisions() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    let first = event(EventKind::Jam, 0, "r1");
    let second = Event { revision: 2, phase: Phase::Ended, ended_at: Some(at(5_000)), ..first.clone() };
    store(&mut connection, &second).await;
    store(&mut connection, &first).await;

    let answer = world.get(&format!("/api/v1/events/{}", first.id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = answer.json();
    assert_eq!(found["event"], serde_json::to_value(&second).unwrap());
    let revisions = found["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 2);
    for (revision, expected) in revisions.iter().zip([&first, &second]) {
        assert_eq!(revision["revision"], expected.revision);
        assert_eq!(revision["event"], serde_json::to_value(expected).unwrap());
        let stored_at = revision["stored_at"].as_str().unwrap();
        assert!(stored_at.starts_with("20") && stored_at.ends_with('Z'), "{stored_at}");
    }
    world.get("/api/v1/events/0199c82c-c07b-8b69-8d22-62a8b423422c").await.assert_problem(404, "");
    world.get("/api/v1/events/not-an-id").await.assert_problem(400, "id");
    world.get(&format!("/api/v1/events/{}?limit=1", first.id)).await.assert_problem(400, "limit");
}

#[tokio::test]
async fn what_is_out_of_range_is_refused_naming_the_parameter() {
    let world = World::start().await;
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("type=crash", "type"),
        ("phase=over", "phase"),
        ("from=2025", "from"),
        ("bbox=0,0,0", "bbox"),
        ("bbox=-181,0,0,0", "bbox"),
        ("vehicle=%27%20OR%201=1", "vehicle"),
        ("zone=", "zone"),
        ("cursor=1%27", "cursor"),
        ("sort=asc", "sort"),
        ("limit=1&limit=2", "limit"),
    ] {
        let answer = world.get(&format!("/api/v1/events?{query}")).await;
        answer.assert_problem(400, parameter);
        assert!(!answer.json()["allowed"].as_str().unwrap().is_empty(), "{query}");
    }
    let long = format!("/api/v1/events?road={}", "x".repeat(300));
    world.get(&long).await.assert_problem(400, "road");
    // Quotes are data like any other.
    assert_eq!(ids(&world, "road=%27%20OR%20%271%27=%271").await, Vec::<String>::new());
}

#[tokio::test]
async fn without_a_database_requests_are_answered_with_a_problem_and_readiness_says_so() {
    let mut world = World::start().await;
    world.stack.database.stop().await;
    world.get("/api/v1/events").await.assert_problem(503, "");
    crate::world::eventually("readiness names the database", async || {
        let ready = world.get("/health/ready").await;
        ready.status == 503 && ready.text().contains("mysql:")
    })
    .await;
    assert_eq!(world.get("/health/live").await.status, 200);
    assert_eq!(world.get("/api/v1/roads").await.status, 200, "the map needs no database");
    world.stack.database.restart().await.unwrap();
    crate::world::eventually("it comes back by itself", async || {
        world.get("/api/v1/events").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_server() {
    use sqlx::Executor;
    let world = World::start().await;
    let mut connection = world.connect().await;
    store(&mut connection, &event(EventKind::Jam, 0, "r1")).await;
    // Somebody holds the table.
    connection.execute("LOCK TABLES events WRITE").await.unwrap();
    let begin = std::time::Instant::now();
    world.get("/api/v1/events").await.assert_problem(503, "");
    assert!((5..20).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    connection.execute("UNLOCK TABLES").await.unwrap();
    assert_eq!(world.get("/api/v1/events").await.status, 200);
}

#[tokio::test]
async fn the_export_has_a_line_for_every_event_and_is_filtered_as_pages_are() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    // More than are read at once.
    sqlx::query(
        "INSERT INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, lat, lon, confidence, body, stored_at) \
         SELECT UNHEX(LPAD(HEX(n), 32, '0')), 1, 'jam', 'started', TRUE, '2025-10-09 08:53:20', '2025-10-09 08:53:20', 60, 24, 1, \
         REPLACE(?, '00000000-0000-0000-0000-000000000000', CONCAT('00000000-0000-0000-0000-', LPAD(LOWER(HEX(n)), 12, '0'))), \
         UTC_TIMESTAMP(3) FROM (WITH RECURSIVE counted AS (SELECT 1 n UNION ALL SELECT n + 1 FROM counted WHERE n < 900) \
         SELECT a.n * 1000 + b.n n FROM counted a JOIN counted b WHERE a.n <= 5) numbers",
    )
    .bind(
        serde_json::to_string(&Event {
            id: "00000000-0000-0000-0000-000000000000".parse().unwrap(),
            ..event(EventKind::Jam, 0, "r\"1,")
        })
        .unwrap(),
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let crash = with_vehicles(event(EventKind::Accident, 0, "r1"), &["v1", "v2"]);
    store(&mut connection, &crash).await;

    let all = world.get("/api/v1/events.csv").await;
    assert_eq!((all.status, all.header("content-type")), (200, "text/csv; charset=utf-8; header=present"));
    let text = all.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 4_500 + 1);
    let newest = format!(
        "{},1,accident,started,2025-10-09T08:53:20.000Z,2025-10-09T08:53:20.500Z,,60.17,24.94,r1,Esplanadi,,,v1 v2,0.75",
        crash.id
    );
    assert_eq!(lines[1], newest);
    assert!(lines[2].contains(",60.17,24.94,\"r\"\"1,\",Esplanadi,,,,0.75"), "{}", lines[2]);
    let different: BTreeSet<&str> = lines[1..].iter().map(|line| &line[..36]).collect();
    assert_eq!(different.len(), 4_501);

    let some = world.get("/api/v1/events.csv?type=accident").await.text();
    assert_eq!(some.lines().skip(1).collect::<Vec<_>>(), [newest]);
    let refused = world.get("/api/v1/events.csv?limit=5").await;
    assert_eq!((refused.status, refused.json()["parameter"].as_str()), (400, Some("limit")));
}

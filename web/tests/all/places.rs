//! Events of a rectangle, among many that are elsewhere.

use crate::history::{event, store};
use crate::world::World;
use model::{Event, EventKind, LatLon};

/// The rectangle that is asked for: it cuts through cells of the index on each side.
const PLACE: &str = "24.9371,60.1642,24.9689,60.1793";
/// Events elsewhere, all of them later: more than are looked at for the pages that are asked for.
const ELSEWHERE: u32 = 12_000;

/// Where the `n`th event is: on a spiral out of the middle of the place.
fn position(n: u32) -> LatLon {
    let (turn, far) = (f64::from(n) * 2.4, f64::from(n) * 0.0006);
    LatLon::new(60.1718 + 0.5 * far * turn.sin(), 24.953 + far * turn.cos())
}

fn is_in_place(LatLon { lat, lon }: LatLon) -> bool {
    (60.1642..=60.1793).contains(&lat) && (24.9371..=24.9689).contains(&lon)
}

async fn all_pages(world: &World, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = world.get(&format!("/api/v1/events?{query}{cursor}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let page = answer.json();
        ids.extend(page["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn what_is_rare_in_a_place_is_found_among_what_is_frequent_elsewhere() {
    let world = World::start().await;
    let mut connection = world.connect().await;
    sqlx::query(
        "INSERT INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, lat, lon, confidence, body, \
         stored_at) SELECT UNHEX(LPAD(HEX(seq), 32, '0')), 1, 'zone_entry', 'started', 0, \
         '2025-10-20' + INTERVAL seq SECOND, '2025-10-20', 61.5, 23.8, 1, '{}', '2025-10-20' FROM seq_1_to_12000",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    assert_eq!(
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM events").fetch_one(&mut connection).await.unwrap(),
        i64::from(ELSEWHERE)
    );
    // Several at the same time, so that the id must decide.
    let events: Vec<Event> = (0..60_u32)
        .map(|n| Event {
            position: position(n),
            ..event(EventKind::ALL[n as usize % 4], 1_000 * i64::from(n / 5), &format!("r{n}"))
        })
        .collect();
    for event in &events {
        store(&mut connection, event).await;
    }
    let expected = |kinds: &[EventKind]| -> Vec<String> {
        let mut expected: Vec<&Event> = events
            .iter()
            .filter(|event| is_in_place(event.position) && kinds.contains(&event.kind))
            .collect();
        expected.sort_by_key(|event| std::cmp::Reverse((event.occurred_at, event.id)));
        expected.iter().map(|event| event.id.to_string()).collect()
    };
    assert_eq!(expected(&EventKind::ALL).len(), 30, "some are in the place and some are not");
    for limit in [4, 100] {
        let all = all_pages(&world, &format!("bbox={PLACE}&limit={limit}")).await;
        assert_eq!(all, expected(&EventKind::ALL), "limit {limit}");
        let some = all_pages(&world, &format!("bbox={PLACE}&type=jam,accident&limit={limit}")).await;
        assert_eq!(some, expected(&[EventKind::Accident, EventKind::Jam]), "limit {limit}");
    }
    // A window that ends before the others begin holds few enough to be looked through.
    let early = all_pages(&world, &format!("bbox={PLACE}&limit=4&to=2025-10-19T00:00:00Z")).await;
    assert_eq!(early, expected(&EventKind::ALL));
    // More cells than are asked one by one.
    let wide = all_pages(&world, "bbox=24.5,60,25.5,60.5&limit=7").await;
    assert_eq!(wide.len(), events.len());
}

use super::*;
use model::{EventId, EventKind, Geometry, LatLon, Measures, Phase, Timestamp};
use serde_json::json;

pub(crate) fn event(number: i64, revision: u32) -> Event {
    let occurred_at = Timestamp::from_ms_clamped(1_760_000_000_000 + number);
    let position = LatLon::new(60.17, 24.94);
    Event {
        id: EventId::derive(EventKind::Accident, occurred_at, "1", ""),
        revision,
        kind: EventKind::Accident,
        phase: Phase::Started,
        occurred_at,
        detected_at: occurred_at,
        ended_at: None,
        position,
        geometry: Geometry::point(position),
        road: None,
        zone: None,
        vehicles: Vec::new(),
        confidence: 0.9,
        cause: None,
        measures: Measures::default(),
    }
}

fn events(numbers: std::ops::Range<i64>) -> Batch {
    Batch { events: numbers.map(|number| event(number, 1)).collect(), ..Batch::default() }
}

fn seqs(store: &Store) -> Vec<u64> {
    store.outbox_from(0, 100).unwrap().iter().map(|waiting| waiting.seq).collect()
}

#[test]
fn the_outbox_survives_in_order_and_never_gives_a_number_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let instance = store.instance();
    store.commit(&events(0..3), 7).unwrap();
    store.commit(&events(3..5), 8).unwrap();
    assert_eq!(seqs(&store), [0, 1, 2, 3, 4]);
    let second = &store.outbox_from(1, 1).unwrap()[0];
    assert_eq!((second.seq, second.stored_at_ms), (1, 7));
    assert_eq!(serde_json::from_str::<Event>(&second.json).unwrap(), event(1, 1));
    assert_eq!(second.event, event(1, 1).id.as_uuid().as_u128());

    store.forget(&[0, 1, 2, 3, 4, 99]).unwrap();
    assert_eq!((seqs(&store), store.waiting()), (vec![], 0));
    store.commit(&Batch::default(), 9).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.instance(), instance);
    store.commit(&events(5..6), 10).unwrap();
    assert_eq!((seqs(&store), store.waiting()), (vec![5], 1));
    drop(store);
    assert_eq!(Store::open(folder.path()).unwrap().waiting(), 1);
}

#[test]
fn state_and_zones_are_kept_and_forgotten_with_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let zone = |id: &str| {
        let feature = json!({"type": "Feature", "properties": {"id": id, "radius_m": 50.0},
            "geometry": {"type": "Point", "coordinates": [24.94, 60.17]}});
        Zone::from_feature(&feature).unwrap()
    };
    let keep =
        |key: &str, value: serde_json::Value| StateChange { key: key.into(), value: Some(value.into()) };
    let store = Store::open(folder.path()).unwrap();
    let batch = Batch {
        states: vec![keep("visit/v1", json!([1])), keep("visit/v2", json!(2))],
        zones: ["a", "b"].map(|id| (zone(id).id, Some(zone(id)))).to_vec(),
        ..Batch::default()
    };
    store.commit(&batch, 0).unwrap();
    let batch = Batch {
        states: vec![keep("visit/v2", json!(3)), StateChange { key: "visit/v1".into(), value: None }],
        zones: vec![(zone("a").id, None)],
        ..Batch::default()
    };
    store.commit(&batch, 0).unwrap();
    drop(store);
    let (kept, unreadable) = Store::open(folder.path()).unwrap().kept().unwrap();
    assert_eq!(kept.states, [keep("visit/v2", json!(3))]);
    assert_eq!(kept.zones, [zone("b")]);
    assert!(unreadable.is_empty());
}

#[test]
fn a_second_gateway_on_the_same_state_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Store::open(folder.path()).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
}

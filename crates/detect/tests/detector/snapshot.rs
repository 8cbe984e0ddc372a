//! A detector that takes up a snapshot goes on as if nothing had happened.

use crate::parts::{Message, in_one, messages, network, settings, text, zone};
use detect::Detector;
use proptest::prelude::*;

/// What the detector gives when it is restarted before every message of these numbers.
fn with_restarts(messages: &[Message], restarts: &[usize]) -> Vec<String> {
    let mut detector = Detector::new(settings(), network());
    let mut outputs = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if restarts.contains(&index) {
            detector = taken_up(&detector);
        }
        match message {
            Message::Report(Ok(report), now) => drop(detector.handle_report(report.clone(), *now)),
            Message::Report(Err(_), now) => detector.handle_timeout(*now),
            Message::SetZone => detector.set_zone(zone()),
            Message::RemoveZone => drop(detector.remove_zone(&zone().id)),
        }
        outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    }
    detector.finish();
    outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    outputs
}

fn taken_up(detector: &Detector) -> Detector {
    let bytes = postcard::to_allocvec(&detector.snapshot()).expect("a snapshot");
    let mut after = Detector::new(settings(), network());
    after.resume(&mut postcard::Deserializer::from_bytes(&bytes)).expect("one that can be read");
    assert!(postcard::to_allocvec(&after.snapshot()).expect("a snapshot") == bytes, "not the same memory");
    after
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn restarts_change_no_byte(
        messages in messages(),
        restarts in proptest::collection::vec(0..400_usize, 1..6),
    ) {
        prop_assert_eq!(with_restarts(&messages, &restarts), in_one(&messages).0);
    }
}

#[test]
fn what_is_no_snapshot_of_this_network_changes_nothing() {
    let mut detector = Detector::new(settings(), network());
    detector.set_zone(zone());
    let bytes = postcard::to_allocvec(&detector.snapshot()).expect("a snapshot");
    for length in 0..bytes.len() {
        let mut cut = postcard::Deserializer::from_bytes(&bytes[..length]);
        assert!(detector.resume(&mut cut).is_err(), "{length} of {} bytes", bytes.len());
    }
    let (other, _) = roadnet::read_geojson(
        br#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"1","properties":{"highway":"primary"},
            "geometry":{"type":"LineString","coordinates":[[24.94,60.16],[24.94,60.18]]}}]}"#,
    )
    .expect("a network");
    let mut elsewhere = Detector::new(settings(), std::sync::Arc::new(other));
    assert!(elsewhere.resume(&mut postcard::Deserializer::from_bytes(&bytes)).is_err());
    assert_eq!((elsewhere.zone_count(), detector.zone_count()), (0, 1));
    assert_eq!(detector.zone(&zone().id), Some(&zone()));
}

//! How fast the store takes events; prints what it measured.

use crate::events::{accident, zone_entry};
use crate::server::Server;
use collector::store::{Batch, Writer};
use model::{Event, Phase};
use std::time::Instant;

#[tokio::test]
async fn a_batch_is_stored_far_faster_than_its_events_one_by_one() {
    const EVENTS: usize = 4_096;
    let server = Server::start().await;
    let mut writer = Writer::new(server.database.clone());
    let mut events_per_s = Vec::new();
    for (round, batch_size) in [1usize, 64, 512].into_iter().enumerate() {
        let n = if batch_size == 1 { EVENTS / 16 } else { EVENTS };
        let event = |i: usize| -> Event {
            let ms = (round * 1_000_000 + i) as i64;
            if i.is_multiple_of(4) {
                accident(ms, "r", 1, Phase::Started, &["v1", "v2"])
            } else {
                zone_entry(ms, "centre", "v1")
            }
        };
        let begin = Instant::now();
        let events: Vec<Event> = (0..n).map(event).collect();
        for events in events.chunks(batch_size) {
            writer.store(&mut Batch::of(events.iter().cloned()).unwrap()).await.unwrap();
        }
        let rate = n as f64 / begin.elapsed().as_secs_f64();
        println!("batches of {batch_size}: {rate:.0} events/s");
        events_per_s.push(rate);
    }
    assert!(events_per_s[2] > 3.0 * events_per_s[0], "{events_per_s:?}");
}

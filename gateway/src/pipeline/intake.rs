//! From a message to the detector: reports are decoded and counted, zones are set and removed.

use super::counters::{Counters, Kind};
use super::delay_s;
use super::traffic_meter::TrafficMeter;
use crate::store::{Batch, Kept};
use detect::stages::Received;
use detect::{Detector, Output};
use link::mqtt::Message;
use model::codec::{Report, decode};
use model::topic::Topic;
use model::{DropReason, Timestamp, VehicleId, Zone, ZoneId};
use std::collections::{BTreeMap, HashMap};

/// Most reports that wait for more to come with them, but for those of one message.
const MOST_WAITING: usize = 1_000;

/// The detector, with the zones it was given.
pub struct Intake {
    detector: Detector,
    zones: BTreeMap<ZoneId, Zone>,
    /// What the last run knew of vehicles that this one has not heard of yet: the time of the report that their last zone
    /// event came of. The broker may send it again, and what came before it.
    marks: HashMap<VehicleId, Timestamp>,
    counters: Counters,
    /// Reports that wait for [`Intake::detect`], and what is to be counted of each.
    reports: Vec<Received>,
    kinds: Vec<Waiting>,
}

/// What is to be counted of a report when the detector has used it.
struct Waiting {
    kind: Kind,
    ts: Timestamp,
    now: Timestamp,
}

impl Intake {
    /// Nothing known yet.
    pub fn new(detector: Detector) -> Self {
        Self {
            detector,
            zones: BTreeMap::new(),
            marks: HashMap::new(),
            counters: Counters::new(),
            reports: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// Takes what a former run kept: zones first, because the rest speaks of them. Gives the keys that cannot be used.
    pub fn restore(&mut self, kept: Kept) -> Vec<String> {
        for zone in kept.zones {
            self.detector.set_zone(zone.clone());
            self.zones.insert(zone.id.clone(), zone);
        }
        self.count_zones();
        self.marks = kept.marks;
        self.detector.restore(kept.states)
    }

    /// The detector, to look at.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Takes a message that was received at `now`. What of it is to be kept goes into `batch`; events come out of
    /// [`Intake::poll_output`]. Reports wait until [`Intake::detect`] takes them together.
    pub fn take(&mut self, message: &Message, now: Timestamp, batch: &mut Batch, meter: &mut TrafficMeter) {
        self.counters.message();
        match Topic::parse(&message.topic) {
            Ok(Topic::Zone(id)) => {
                // A zone holds from the next report on.
                self.detect(meter);
                self.take_zone(id, &message.payload, batch);
            }
            Ok(topic) => decode(&topic, &message.payload, |report| {
                match report.and_then(|report| check_mark(&mut self.marks, report)) {
                    Ok(report) => {
                        self.kinds.push(Waiting::of(&report, now));
                        self.reports.push((Ok(report), now));
                    }
                    Err(reason) => self.counters.dropped(reason),
                }
            }),
            Err(reason) => self.counters.dropped(reason),
        }
        // A message holds at most a thousand reports, so that this bounds what waits.
        if self.reports.len() >= MOST_WAITING {
            self.detect(meter);
        }
    }

    /// Hands the reports that wait to the detector: together they are quicker than one by one.
    pub fn detect(&mut self, meter: &mut TrafficMeter) {
        let mut kinds = self.kinds.drain(..);
        let counters = &self.counters;
        self.detector.handle_reports(self.reports.drain(..), |fate| {
            let Some(waiting) = kinds.next() else { return };
            match fate {
                Ok(()) => waiting.count(counters, meter),
                Err(reason) => drop_report(counters, reason),
            }
        });
    }

    fn take_zone(&mut self, id: ZoneId, payload: &[u8], batch: &mut Batch) {
        if payload.is_empty() {
            if self.zones.remove(&id).is_some() {
                self.detector.remove_zone(&id);
                tracing::info!(zone = %id, "zone removed");
                batch.zones.push((id, None));
            }
        } else {
            match Zone::from_geojson(payload) {
                Ok(zone) if zone.id != id => {
                    self.refuse_zone(&id, &format!("its property `id` is {}", zone.id));
                }
                Ok(zone) => self.set_zone(id, zone, batch),
                Err(error) => self.refuse_zone(&id, &error.to_string()),
            }
        }
        self.count_zones();
    }

    fn set_zone(&mut self, id: ZoneId, zone: Zone, batch: &mut Batch) {
        // Every zone comes again with every connection to the broker.
        if self.zones.get(&id) == Some(&zone) {
            return;
        }
        tracing::info!(zone = %id, name = %zone.name, "zone set");
        self.detector.set_zone(zone.clone());
        self.zones.insert(id.clone(), zone.clone());
        batch.zones.push((id, Some(zone)));
    }

    fn refuse_zone(&self, id: &ZoneId, reason: &str) {
        self.counters.refused_zone();
        tracing::warn!(zone = %id, reason, "a zone is refused; what was known by this id stays");
    }

    fn count_zones(&self) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("vigiroute_gateway_zones").set(self.zones.len() as f64);
    }

    /// Lets time pass when no report says so.
    pub fn let_time_pass(&mut self, now: Timestamp) {
        if self.detector.poll_timeout().is_some_and(|due| due <= now) {
            self.detector.handle_timeout(now);
        }
    }

    /// The next event or state change.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.detector.poll_output()
    }
}

/// Lets through what is newer than the vehicle's mark, which is then not needed any more.
fn check_mark(marks: &mut HashMap<VehicleId, Timestamp>, report: Report) -> Result<Report, DropReason> {
    let Report::Position(position) = &report else { return Ok(report) };
    match marks.get(&position.vehicle) {
        None => Ok(report),
        Some(mark) if position.ts == *mark => Err(DropReason::Duplicate),
        Some(mark) if position.ts < *mark => Err(DropReason::OutOfOrder),
        Some(_) => {
            marks.remove(&position.vehicle);
            Ok(report)
        }
    }
}

impl Waiting {
    fn of(report: &Report, now: Timestamp) -> Self {
        let ts = match report {
            Report::Position(position) => position.ts,
            Report::Hazard(hazard) => hazard.ts,
        };
        Self { kind: Kind::of(report), ts, now }
    }

    fn count(self, counters: &Counters, meter: &mut TrafficMeter) {
        counters.used(&self.kind);
        if self.kind == Kind::Position {
            let delay_s = delay_s(self.ts, self.now);
            metrics::histogram!("vigiroute_gateway_report_delay_seconds").record(delay_s);
            meter.position(delay_s);
        }
    }
}

fn drop_report(counters: &Counters, reason: DropReason) {
    counters.dropped(reason);
    tracing::trace!(%reason, "report dropped");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use link::mqtt::Message;
    use model::{Event, EventKind};
    use std::sync::Arc;
    use tokio::time::Instant;

    const ROAD: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"1","properties":{"highway":"primary"},
        "geometry":{"type":"LineString","coordinates":[[24.94,60.16],[24.94,60.18]]}}]}"#;
    const ZONE: &str = r#"{"type":"Feature","properties":{"id":"z","radius_m":100},"geometry":{"type":"Point","coordinates":[24.94,60.17]}}"#;
    const OUTSIDE: f64 = 60.173;
    const INSIDE: f64 = 60.17;

    fn intake(store: &Store) -> Intake {
        let (network, _) = roadnet::read(ROAD.as_bytes()).unwrap();
        crate::pipeline::restore(Detector::new(detect::Settings::default(), Arc::new(network)), store)
            .unwrap()
    }

    fn message(topic: &str, payload: String) -> Message {
        Message { topic: topic.into(), payload: payload.into(), retain: false, ack: None }
    }

    /// Takes messages as one batch; gives its events.
    fn batch(intake: &mut Intake, store: &Store, messages: &[Message]) -> Vec<Event> {
        let (mut batch, mut meter) = (Batch::default(), TrafficMeter::new(Instant::now()));
        for message in messages {
            intake.take(message, Timestamp::from_ms_clamped(1_000_000_000), &mut batch, &mut meter);
        }
        intake.detect(&mut meter);
        while let Some(output) = intake.poll_output() {
            match output {
                Output::Event(event) => batch.events.push(*event),
                Output::State(change) => batch.states.push(change),
            }
        }
        store.commit(&batch, 0).unwrap();
        batch.events
    }

    fn at(second: i64, lat: f64) -> Message {
        let ts = 999_000_000 + second * 1_000;
        message("vigiroute/v1/vehicles/v1/position", format!(r#"{{"ts":{ts},"lat":{lat},"lon":24.94}}"#))
    }

    #[test]
    fn reports_that_come_again_after_a_crash_are_not_taken_for_the_way_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut before = intake(&store);
        let mut reports = vec![message("vigiroute/v1/zones/z", ZONE.into())];
        reports.extend([at(0, OUTSIDE), at(30, INSIDE), at(31, INSIDE)]);
        let events = batch(&mut before, &store, &reports);
        assert_eq!(events.iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::ZoneEntry]);

        // Stored, but not acknowledged when it was killed: all of it comes again.
        let mut after = intake(&store);
        assert_eq!(batch(&mut after, &store, &reports), []);
        assert_eq!(batch(&mut after, &store, &[at(40, INSIDE)]), []);
        let events = batch(&mut after, &store, &[at(70, OUTSIDE)]);
        assert_eq!(events.iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::ZoneExit]);
    }
}

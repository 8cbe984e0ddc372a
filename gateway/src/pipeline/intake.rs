//! What was decoded goes to the detector: reports are used and counted, zones are set and removed.

use super::counters::{Counters, Kind};
use super::decoding::{Piece, Reports};
use super::delay_s;
use super::traffic_meter::TrafficMeter;
use super::work::Work;
use crate::journal::{Input, Inputs};
use crate::store::Batch;
use detect::{Detector, Fate, Output, Taken};
use model::codec::Report;
use model::{DropReason, Timestamp, Zone, ZoneId};
use std::borrow::Cow;

/// The detector, and what it is given, for the journal.
pub struct Intake {
    detector: Detector,
    inputs: Inputs,
    counters: Counters,
    /// What is to be counted of each report that the detector is given.
    kinds: Vec<Waiting>,
}

/// What is to be counted of a report when the detector has used it.
struct Waiting {
    kind: Kind,
    ts: Timestamp,
    now: Timestamp,
}

impl Intake {
    /// Goes on with this detector.
    pub fn new(detector: Detector) -> Self {
        let intake =
            Self { detector, inputs: Inputs::default(), counters: Counters::new(), kinds: Vec::new() };
        intake.count_zones();
        intake
    }

    /// The detector, to look at.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Takes what was decoded. Zones that are to be kept go into `batch`; all else comes out of [`Intake::finish`].
    pub fn take(&mut self, pieces: Vec<Piece>, batch: &mut Batch, meter: &mut TrafficMeter) {
        for piece in pieces {
            match piece {
                Piece::Reports(reports) => self.detect(reports, meter),
                Piece::Zone(id, payload) => self.take_zone(id, &payload, batch),
            }
        }
    }

    /// Hands reports to the detector: together they are quicker than one by one.
    fn detect(&mut self, reports: Reports, meter: &mut TrafficMeter) {
        let Reports { received, inputs } = reports;
        self.inputs.append(inputs);
        let waiting =
            |(report, now): &(Result<Report, _>, _)| Waiting::of(report.as_ref().ok()?, *now).into();
        self.kinds.clear();
        self.kinds.extend(received.iter().filter_map(waiting));
        let mut kinds = self.kinds.drain(..);
        let counters = &self.counters;
        self.detector.handle_reports(received, |fate| {
            let Some(waiting) = kinds.next() else { return };
            match fate {
                Ok(Taken::Used) => waiting.count(counters, meter),
                Ok(Taken::Held) => {}
                Err(reason) => drop_report(counters, reason, meter),
            }
        });
        drop(kinds);
        self.count_held(meter);
    }

    /// Counts what became of the reports that were held.
    fn count_held(&mut self, meter: &mut TrafficMeter) {
        while let Some(Fate { measured, received, is_position, outcome }) = self.detector.poll_fate() {
            match outcome {
                Ok(()) => {
                    let kind = if is_position { Kind::Position } else { Kind::Hazard };
                    Waiting { kind, ts: measured, now: received }.count(&self.counters, meter);
                }
                Err(reason) => drop_report(&self.counters, reason, meter),
            }
        }
    }

    fn take_zone(&mut self, id: ZoneId, payload: &[u8], batch: &mut Batch) {
        if payload.is_empty() {
            if self.detector.remove_zone(&id) {
                self.inputs.note(&Input::RemoveZone(Cow::Borrowed(&id)));
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
        if self.detector.zone(&id) == Some(&zone) {
            return;
        }
        self.inputs.note(&Input::SetZone(Cow::Borrowed(&zone)));
        tracing::info!(zone = %id, name = %zone.name, "zone set");
        self.detector.set_zone(zone.clone());
        batch.zones.push((id, Some(zone)));
    }

    fn refuse_zone(&self, id: &ZoneId, reason: &str) {
        self.counters.refused_zone();
        tracing::warn!(zone = %id, reason, "a zone is refused; what was known by this id stays");
    }

    fn count_zones(&self) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("vigiroute_gateway_zones").set(self.detector.zone_count() as f64);
    }

    /// Lets time pass when no report says so.
    pub fn let_time_pass(&mut self, now: Timestamp, meter: &mut TrafficMeter) {
        if self.detector.poll_timeout().is_some_and(|due| due <= now) {
            self.inputs.note(&Input::Pass(now));
            self.detector.handle_timeout(now);
            self.count_held(meter);
        }
    }

    /// The machine's clock was set, or the machine slept: time goes on from here.
    pub fn rebase(&mut self, now: Timestamp) {
        self.inputs.note(&Input::Rebase(now));
        self.detector.rebase(now);
    }

    /// Puts into `work` what the detector was given since the last time, and what came of it.
    pub fn finish(&mut self, work: &mut Work) {
        while let Some(output) = self.detector.poll_output() {
            match output {
                Output::Event(event) => work.batch.events.push(*event),
                Output::State(change) => work.batch.states.push(change),
            }
        }
        work.inputs = self.inputs.take();
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
            if meter.position(delay_s) {
                counters.delay(delay_s);
            }
        }
    }
}

fn drop_report(counters: &Counters, reason: DropReason, meter: &mut TrafficMeter) {
    counters.dropped(reason);
    if matches!(reason, DropReason::Future | DropReason::Stale) {
        meter.out_of_time();
    }
    tracing::trace!(%reason, "report dropped");
}

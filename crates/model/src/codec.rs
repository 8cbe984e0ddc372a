//! From MQTT messages to reports: every dialect is a pure decoder with a file of its own.

mod hazard;
mod hfp;
mod position;
mod raw_time;

use crate::topic::Topic;
use crate::{DropReason, HazardReport, PositionReport, VehicleId, VehicleKind, check_id};
use serde::{Deserialize, Serialize};

/// Largest payload of one report, in bytes.
pub const MAX_REPORT_BYTES: usize = 16 * 1024;
/// Largest payload of a fleet's batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 256 * 1024;
/// Most reports in a fleet's batch.
pub const MAX_BATCH_REPORTS: usize = 1_000;

/// A report of any kind, whatever dialect it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// Where a vehicle is.
    Position(PositionReport),
    /// What danger it met.
    Hazard(HazardReport),
}

/// Decodes the message on `topic` and hands every report in it to `sink`: the report, or why it is dropped.
/// Topics that carry no reports (zones) are dropped as [`DropReason::BadTopic`].
pub fn decode(topic: &Topic<'_>, payload: &[u8], mut sink: impl FnMut(Result<Report, DropReason>)) {
    match topic {
        Topic::Position(vehicle) => {
            sink(single(payload).and_then(|text| position::decode(text, vehicle)).map(Report::Position));
        }
        Topic::Hazard(vehicle) => {
            sink(single(payload).and_then(|text| hazard::decode(text, vehicle)).map(Report::Hazard));
        }
        Topic::FleetPositions(fleet) => batch(fleet, payload, sink),
        Topic::Hfp { operator, vehicle, mode } => sink(single(payload).and_then(|text| {
            let id =
                VehicleId::new(&format!("hsl:{operator}:{vehicle}")).map_err(|_| DropReason::BadTopic)?;
            let kind = if hfp::carries_passengers(mode) { VehicleKind::Bus } else { VehicleKind::Other };
            hfp::decode(text, id, kind).map(Report::Position)
        })),
        Topic::Zone(_) => sink(Err(DropReason::BadTopic)),
    }
}

/// The payload of a message that is one report.
fn single(payload: &[u8]) -> Result<&str, DropReason> {
    text(payload, MAX_REPORT_BYTES)
}

fn text(payload: &[u8], max_bytes: usize) -> Result<&str, DropReason> {
    if payload.len() > max_bytes {
        return Err(DropReason::TooLarge);
    }
    std::str::from_utf8(payload).map_err(|_| DropReason::Malformed)
}

/// A fleet's batch: one bad report in it costs the others nothing.
fn batch(fleet: &str, payload: &[u8], mut sink: impl FnMut(Result<Report, DropReason>)) {
    if check_id(fleet).is_err() {
        return sink(Err(DropReason::BadTopic));
    }
    let text = match text(payload, MAX_BATCH_BYTES) {
        Ok(text) => text,
        Err(reason) => return sink(Err(reason)),
    };
    match position::decode_batch(text, fleet) {
        Ok(reports) if reports.len() > MAX_BATCH_REPORTS => sink(Err(DropReason::TooLarge)),
        Ok(reports) => reports.into_iter().for_each(|report| sink(report.map(Report::Position))),
        Err(reason) => sink(Err(reason)),
    }
}

/// A number inside `low..=high`, if it is there.
fn ranged(value: Option<f64>, low: f64, high: f64) -> Result<Option<f64>, DropReason> {
    match value {
        Some(number) if !(low..=high).contains(&number) => Err(DropReason::OutOfRange),
        other => Ok(other),
    }
}

/// A course in degrees, 0…360, with 360 read as 0.
fn heading(value: Option<f64>) -> Result<Option<f64>, DropReason> {
    Ok(ranged(value, 0.0, 360.0)?.map(|degrees| if degrees >= 360.0 { 0.0 } else { degrees }))
}

#[cfg(test)]
mod tests;

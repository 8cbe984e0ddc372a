//! Position reports in Vigiroute's own JSON, single and in fleet batches.

use super::raw_time::RawTime;
use super::{heading, ranged};
use crate::{DropReason, LatLon, PositionReport, VehicleId, VehicleKind};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A word as it stands in the text, copied only where it is written with escapes: serde copies an optional `Cow` always.
#[derive(Deserialize)]
#[serde(transparent)]
struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    vehicle: Option<Word<'a>>,
    ts: Option<RawTime>,
    lat: Option<f64>,
    lon: Option<f64>,
    speed: Option<f64>,
    heading: Option<f64>,
    acceleration: Option<f64>,
    accuracy: Option<f64>,
    #[serde(rename = "type", borrow, default)]
    kind: Option<Word<'a>>,
}

pub(super) fn decode(text: &str, vehicle: &VehicleId) -> Result<PositionReport, DropReason> {
    let raw: Raw<'_> = serde_json::from_str(text).map_err(|_| DropReason::Malformed)?;
    raw.into_report(vehicle.clone())
}

/// All reports of a batch in order, each with its own fate.
///
/// # Errors
/// If the text is no JSON array at all.
pub(super) fn decode_batch(
    text: &str,
    fleet: &str,
) -> Result<Vec<Result<PositionReport, DropReason>>, DropReason> {
    // Nearly every batch is sound throughout; only one that is not is looked at report by report.
    if let Ok(raws) = serde_json::from_str::<Vec<Raw<'_>>>(text) {
        return Ok(raws.into_iter().map(|raw| raw.into_fleet_report(fleet)).collect());
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| DropReason::Malformed)?;
    let decode = |item: &RawValue| {
        let raw: Raw<'_> = serde_json::from_str(item.get()).map_err(|_| DropReason::Malformed)?;
        raw.into_fleet_report(fleet)
    };
    Ok(items.into_iter().map(decode).collect())
}

impl Raw<'_> {
    fn into_fleet_report(self, fleet: &str) -> Result<PositionReport, DropReason> {
        let Word(own) = self.vehicle.as_ref().ok_or(DropReason::MissingField)?;
        let id = VehicleId::new(&format!("{fleet}:{own}")).map_err(|_| DropReason::OutOfRange)?;
        self.into_report(id)
    }

    fn into_report(self, vehicle: VehicleId) -> Result<PositionReport, DropReason> {
        let ts = RawTime::required(self.ts)?;
        let (Some(lat), Some(lon)) = (self.lat, self.lon) else { return Err(DropReason::MissingField) };
        Ok(PositionReport {
            vehicle,
            ts,
            position: LatLon::checked(lat, lon).ok_or(DropReason::OutOfRange)?,
            speed_mps: ranged(self.speed, 0.0, 100.0)?,
            heading_deg: heading(self.heading)?,
            acceleration_mps2: ranged(self.acceleration, -20.0, 20.0)?,
            accuracy_m: ranged(self.accuracy, 0.0, f64::MAX)?,
            // A word this version does not know is some other vehicle, not a reason to lose its position.
            kind: self.kind.map(|Word(word)| VehicleKind::parse(&word).unwrap_or(VehicleKind::Other)),
        })
    }
}

//! Hazard reports in Vigiroute's own JSON.

use super::heading;
use super::raw_time::RawTime;
use crate::{Cause, DropReason, HazardReport, LatLon, VehicleId};
use serde::Deserialize;

/// How long a report holds if it does not say, in seconds (the default of ETSI EN 302 637-3).
const DEFAULT_VALIDITY_S: i64 = 600;
/// Longest validity ETSI EN 302 637-3 allows, in seconds.
const MAX_VALIDITY_S: i64 = 86_400;

#[derive(Deserialize)]
struct Raw {
    ts: Option<RawTime>,
    lat: Option<f64>,
    lon: Option<f64>,
    cause: Option<i64>,
    subcause: Option<i64>,
    heading: Option<f64>,
    validity: Option<i64>,
    cancel: Option<bool>,
}

pub(super) fn decode(text: &str, vehicle: &VehicleId) -> Result<HazardReport, DropReason> {
    let raw: Raw = serde_json::from_str(text).map_err(|_| DropReason::Malformed)?;
    let ts = RawTime::required(raw.ts)?;
    let (Some(lat), Some(lon), Some(code)) = (raw.lat, raw.lon, raw.cause) else {
        return Err(DropReason::MissingField);
    };
    let number = |value: i64| u8::try_from(value).map_err(|_| DropReason::OutOfRange);
    let validity_s = raw.validity.unwrap_or(DEFAULT_VALIDITY_S);
    if !(0..=MAX_VALIDITY_S).contains(&validity_s) {
        return Err(DropReason::OutOfRange);
    }
    Ok(HazardReport {
        vehicle: vehicle.clone(),
        ts,
        position: LatLon::checked(lat, lon).ok_or(DropReason::OutOfRange)?,
        cause: Cause { code: number(code)?, subcause: number(raw.subcause.unwrap_or(0))? },
        heading_deg: heading(raw.heading)?,
        validity_s: u32::try_from(validity_s).map_err(|_| DropReason::OutOfRange)?,
        cancel: raw.cancel.unwrap_or(false),
    })
}

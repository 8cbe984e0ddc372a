//! HFP v2, the public feed of Helsinki's buses and trams: one key, the event in capitals, holding the values.

use super::raw_time::RawTime;
use super::{heading, ranged};
use crate::{DropReason, LatLon, PositionReport, VehicleId, VehicleKind};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

#[derive(Deserialize)]
struct Values {
    tst: Option<RawTime>,
    lat: Option<f64>,
    long: Option<f64>,
    spd: Option<f64>,
    hdg: Option<f64>,
    acc: Option<f64>,
}

/// The values under the first key, whichever event it names.
struct Message(Option<Values>);

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneKey;
        impl<'de> Visitor<'de> for OneKey {
            type Value = Message;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one key, the HFP event")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
                let values = match map.next_key::<IgnoredAny>()? {
                    Some(_) => Some(map.next_value::<Values>()?),
                    None => None,
                };
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Message(values))
            }
        }
        deserializer.deserialize_map(OneKey)
    }
}

/// Whether a mode of HFP's topics runs by a timetable and stops at stops.
pub(super) fn carries_passengers(mode: &str) -> bool {
    matches!(mode, "bus" | "ubus" | "tram" | "train" | "metro" | "ferry" | "robot")
}

/// Decodes one message. A vehicle without a fix sends `null` for its position: [`DropReason::MissingField`].
pub(super) fn decode(
    text: &str,
    vehicle: VehicleId,
    kind: VehicleKind,
) -> Result<PositionReport, DropReason> {
    let message: Message = serde_json::from_str(text).map_err(|_| DropReason::Malformed)?;
    let values = message.0.ok_or(DropReason::MissingField)?;
    let ts = RawTime::required(values.tst)?;
    let (Some(lat), Some(lon)) = (values.lat, values.long) else { return Err(DropReason::MissingField) };
    Ok(PositionReport {
        vehicle,
        ts,
        position: LatLon::checked(lat, lon).ok_or(DropReason::OutOfRange)?,
        speed_mps: ranged(values.spd, 0.0, 100.0)?,
        heading_deg: heading(values.hdg)?,
        acceleration_mps2: ranged(values.acc, -20.0, 20.0)?,
        accuracy_m: None,
        kind: Some(kind),
    })
}

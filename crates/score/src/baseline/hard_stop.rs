//! A vehicle that brakes hard and then stands has crashed, says this rule; it has cleared when it drives on.

use std::collections::HashMap;

use model::codec::Report;
use model::{EventKind, VehicleId};

use crate::alarm::Alarm;
use crate::report::{Recording, START};

const HARD_MPS2: f64 = 4.0;
const STANDS_MPS: f64 = 0.6;
const STANDS_MS: i64 = 10_000;
/// Between braking and standing at most this long, in ms.
const SOON_MS: i64 = 10_000;
const DRIVES_MPS: f64 = 4.0;
/// Vehicles that stop so close to one another are one accident, in metres.
const ONE_M: f64 = 100.0;

#[derive(Default)]
struct Last {
    at_ms: i64,
    speed_mps: f64,
    braked_ms: Option<i64>,
    stood_ms: Option<i64>,
    alarm: Option<usize>,
}

pub(super) fn run(recording: &Recording) -> Vec<Alarm> {
    let mut last: HashMap<VehicleId, Last> = HashMap::new();
    let mut alarms: Vec<Alarm> = Vec::new();
    for heard in &recording.heard {
        let Report::Position(report) = &heard.report else { continue };
        let (now_ms, at_ms) = (heard.received.since_ms(START), report.ts.since_ms(START));
        let Some(speed_mps) = report.speed_mps else { continue };
        let known = last.entry(report.vehicle.clone()).or_insert_with(|| Last {
            at_ms: at_ms - 1,
            speed_mps,
            ..Last::default()
        });
        if at_ms <= known.at_ms {
            continue;
        }
        #[allow(clippy::cast_precision_loss)]
        let slowed_mps2 = (known.speed_mps - speed_mps) / ((at_ms - known.at_ms) as f64 / 1_000.0);
        if slowed_mps2 > HARD_MPS2 || report.acceleration_mps2.is_some_and(|a| a < -HARD_MPS2) {
            known.braked_ms = Some(at_ms);
        }
        known.stood_ms = if speed_mps < STANDS_MPS { known.stood_ms.or(Some(at_ms)) } else { None };
        (known.at_ms, known.speed_mps) = (at_ms, speed_mps);
        if speed_mps > DRIVES_MPS
            && let Some(alarm) = known.alarm.take()
        {
            alarms[alarm].ended_ms = Some(now_ms);
        }
        if let (Some(stood_ms), Some(braked_ms), None) = (known.stood_ms, known.braked_ms, known.alarm)
            && at_ms - stood_ms >= STANDS_MS
            && stood_ms - braked_ms <= SOON_MS
        {
            known.braked_ms = None;
            let is_near =
                |alarm: &Alarm| alarm.ended_ms.is_none() && alarm.place.distance_m(report.position) <= ONE_M;
            if !alarms.iter().any(is_near) {
                known.alarm = Some(alarms.len());
                alarms.push(Alarm::at(EventKind::Accident, report.position, now_ms, stood_ms));
            }
        }
    }
    alarms
}

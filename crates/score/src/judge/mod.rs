//! What was raised, compared with what happened.

mod accident;
mod fault;
mod jam;
mod zone;

use std::collections::HashMap;

use model::codec::Report;
use model::{EventKind, VehicleId};
use roadnet::Network;
use serde::{Deserialize, Serialize};

pub use fault::{Fault, Sort};
pub use zone::Crossings;

use crate::alarm::Alarm;
use crate::report::{Recording, START};
use crate::truth::Truth;

/// What became of one thing that happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// From its beginning until somebody was told, in seconds; `None` = never found.
    pub delay_s: Option<f64>,
    /// Accidents: the same from when the last of the crashed vehicles stood, at least 0.
    pub delay_after_last_s: Option<f64>,
    /// How far off the beginning was that was told, in seconds.
    pub onset_error_s: Option<f64>,
    /// How far off the end was; for an end that was never told, how long it had been over when the scene ended.
    pub end_error_s: Option<f64>,
    /// How far off the place was, in metres.
    pub place_error_m: Option<f64>,
    /// How many alarms were raised for it.
    pub pieces: usize,
}

/// How well one recording was understood.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Judgement {
    /// Every accident.
    pub accidents: Vec<Outcome>,
    /// Alarms of accidents where there was none.
    pub false_accidents: usize,
    /// Every jam.
    pub jams: Vec<Outcome>,
    /// Alarms of jams where there was nothing like one.
    pub false_jams: usize,
    /// Alarms of jams for queues on the edge of being one.
    pub marginal_jams: usize,
    /// Entries and exits.
    pub crossings: Crossings,
    /// How long the scene lasted, in hours.
    pub hours: f64,
    /// How much road it has, in kilometres.
    pub road_km: f64,
    /// Single mistakes, some of each sort.
    pub faults: Vec<Fault>,
}

/// When each vehicle was heard first and last, in ms since the start of the scene.
#[derive(Debug)]
pub struct Heard(HashMap<VehicleId, (i64, i64)>);

impl Heard {
    /// Takes it from a recording.
    #[must_use]
    pub fn of(recording: &Recording) -> Self {
        let mut spans: HashMap<VehicleId, (i64, i64)> = HashMap::new();
        for heard in &recording.heard {
            if let Report::Position(report) = &heard.report {
                let at_ms = report.ts.since_ms(START);
                let span = spans.entry(report.vehicle.clone()).or_insert((at_ms, at_ms));
                *span = (span.0.min(at_ms), span.1.max(at_ms));
            }
        }
        Self(spans)
    }

    fn span(&self, vehicle: &str) -> Option<(i64, i64)> {
        self.0.get(&VehicleId::new(vehicle).ok()?).copied()
    }
}

/// Compares what was raised with the truth.
#[must_use]
pub fn judge(truth: &Truth, alarms: &[Alarm], heard: &Heard, network: &Network) -> Judgement {
    let of = |kind| alarms.iter().filter(move |alarm| alarm.kind == kind).collect::<Vec<&Alarm>>();
    let mut faults = Vec::new();
    let (accidents, false_accidents) =
        accident::judge(&truth.accidents, &of(EventKind::Accident), truth.end_ms, &mut faults);
    let jams = jam::judge(truth, &of(EventKind::Jam), network, &mut faults);
    let crossings =
        zone::judge(&truth.visits, &of(EventKind::ZoneEntry), &of(EventKind::ZoneExit), heard, &mut faults);
    #[allow(clippy::cast_precision_loss)]
    Judgement {
        accidents,
        false_accidents,
        jams: jams.outcomes,
        false_jams: jams.wrong,
        marginal_jams: jams.marginal,
        crossings,
        hours: truth.end_ms as f64 / 3_600_000.0,
        road_km: truth.road_m / 1_000.0,
        faults,
    }
}

/// Milliseconds as seconds.
#[allow(clippy::cast_precision_loss)]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

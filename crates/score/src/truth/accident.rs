//! The crash of a scene: where and when the staged vehicles stood.

use model::LatLon;
use serde::{Deserialize, Serialize};

use crate::ScoreError;
use crate::trace::Trace;

/// Below this speed a vehicle stands, in m/s.
const STANDSTILL_MPS: f64 = 0.5;
/// Vehicles of one crash come to a stand within this time, in ms.
const TOGETHER_MS: i64 = 60_000;

/// One crash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accident {
    /// The middle of the vehicles.
    pub place: LatLon,
    /// When the first vehicle stood.
    pub from_ms: i64,
    /// When the first of them drove on.
    pub to_ms: i64,
    /// Who crashed, and when each stood.
    pub vehicles: Vec<(String, i64)>,
}

/// Finds the crash by the vehicles that were to crash.
pub(super) fn find(trace: &Trace, crashed: &[String], scene: &str) -> Result<Vec<Accident>, ScoreError> {
    let wrong = |problem: String| ScoreError::Scene { scene: scene.to_owned(), problem };
    let mut stood = Vec::new();
    for id in crashed {
        let track = trace.tracks.iter().find(|track| track.id == *id);
        let track = track.ok_or_else(|| wrong(format!("{id} never appeared")))?;
        let stop = track.stops.first().ok_or_else(|| wrong(format!("{id} never stopped")))?;
        // SUMO counts a stop from the moment it is complete; the vehicle stands a little before.
        let last = track.samples.iter().take_while(|sample| sample.at_ms <= stop.from_ms);
        let standing = last.clone().rev_while_standing();
        let (from_ms, place) = standing.ok_or_else(|| wrong(format!("{id} stopped without standing")))?;
        stood.push((id.clone(), from_ms, stop.to_ms.unwrap_or(trace.end_ms), place));
    }
    let Some(from_ms) = stood.iter().map(|(_, from_ms, ..)| *from_ms).min() else { return Ok(Vec::new()) };
    if stood.iter().any(|(_, at_ms, ..)| at_ms - from_ms > TOGETHER_MS) {
        return Err(wrong("the vehicles did not crash together".to_owned()));
    }
    let count = stood.len() as f64;
    let mean = |of: fn(&LatLon) -> f64| stood.iter().map(|(.., place)| of(place)).sum::<f64>() / count;
    Ok(vec![Accident {
        place: LatLon::new(mean(|place| place.lat), mean(|place| place.lon)),
        from_ms,
        to_ms: stood.iter().map(|(_, _, to_ms, _)| *to_ms).min().unwrap_or(trace.end_ms),
        vehicles: stood.into_iter().map(|(id, at_ms, ..)| (id, at_ms)).collect(),
    }])
}

trait Standing {
    /// Since when, and where, a vehicle has stood at the last of its samples.
    fn rev_while_standing(self) -> Option<(i64, LatLon)>;
}

impl<'a, I: Iterator<Item = &'a crate::trace::Sample>> Standing for I {
    fn rev_while_standing(self) -> Option<(i64, LatLon)> {
        let mut since = None;
        for sample in self {
            if sample.speed_mps < STANDSTILL_MPS {
                since = since.or(Some((sample.at_ms, sample.position)));
            } else {
                since = None;
            }
        }
        since
    }
}

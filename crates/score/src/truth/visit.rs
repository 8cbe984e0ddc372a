//! Who was in which zone, by the vehicles' exact paths.

use model::{LatLon, Zone};
use serde::{Deserialize, Serialize};

use crate::shape::signed_distance_m;
use crate::trace::{Sample, Trace};

/// This far over the border nobody doubts which side a vehicle is on, in metres: five times the usual error of a position.
pub const SURE_M: f64 = 25.0;

/// Where a path crosses the border of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Since the start of the scene.
    pub at_ms: i64,
    /// Where.
    pub place: LatLon,
    /// From when it was surely on the one side until it was surely on the other: who sees it with an error may take any
    /// moment between for the crossing.
    pub span_ms: (i64, i64),
}

/// One vehicle's visit to one zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The vehicle's name.
    pub vehicle: String,
    /// The zone's id.
    pub zone: String,
    /// `None` if the vehicle appeared inside.
    pub entry: Option<Crossing>,
    /// `None` if it vanished inside.
    pub exit: Option<Crossing>,
    /// Whether it went so far in, and out before and after, that nobody could doubt the visit. A visit that is not sure
    /// may be found or not.
    pub is_sure: bool,
}

/// All visits of all vehicles to all zones.
pub(super) fn find(trace: &Trace, zones: &[Zone]) -> Vec<Visit> {
    let mut visits = Vec::new();
    for zone in zones {
        for track in &trace.tracks {
            let depths: Vec<f64> =
                track.samples.iter().map(|sample| signed_distance_m(&zone.shape, sample.position)).collect();
            for (margin_m, is_sure) in [(SURE_M, true), (0.0, false)] {
                visits.extend(of_path(&track.samples, &depths, margin_m).into_iter().map(|(entry, exit)| {
                    Visit {
                        vehicle: track.id.clone(),
                        zone: zone.id.as_str().to_owned(),
                        entry,
                        exit,
                        is_sure,
                    }
                }));
            }
        }
    }
    visits
}

type InAndOut = (Option<Crossing>, Option<Crossing>);

/// The visits along a path, when only who is `margin_m` over the border has crossed it. The crossing is where the path last
/// came over the border before.
fn of_path(samples: &[Sample], depths: &[f64], margin_m: f64) -> Vec<InAndOut> {
    let mut visits = Vec::new();
    let mut is_inside: Option<bool> = None;
    let mut entry = None;
    let mut crossed: Option<Crossing> = None;
    for i in 0..samples.len() {
        let within = depths[i] <= 0.0;
        if i > 0 && within != (depths[i - 1] <= 0.0) {
            let crossing = between(&samples[i - 1], &samples[i], depths[i - 1], depths[i]);
            crossed = Some(Crossing { span_ms: in_doubt(samples, depths, i), ..crossing });
        }
        if depths[i].abs() < margin_m || is_inside == Some(within) {
            continue;
        }
        match is_inside {
            // On the first sure side it has appeared, wherever it came from before.
            None => entry = None,
            Some(false) => entry = crossed,
            Some(true) => visits.push((entry.take(), crossed)),
        }
        is_inside = Some(within);
    }
    if is_inside == Some(true) {
        visits.push((entry, None));
    }
    visits
}

/// From when the path was surely on one side until it surely was on one again, about a crossing just before sample `i`.
fn in_doubt(samples: &[Sample], depths: &[f64], i: usize) -> (i64, i64) {
    let is_sure = |j: &usize| depths[*j].abs() >= SURE_M;
    let from = (0..i).rev().find(is_sure).unwrap_or(0);
    let to = (i..samples.len()).find(is_sure).unwrap_or(samples.len() - 1);
    (samples[from].at_ms, samples[to].at_ms)
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn between(before: &Sample, here: &Sample, depth_before: f64, depth_here: f64) -> Crossing {
    let share = depth_before / (depth_before - depth_here);
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let after_ms = ((here.at_ms - before.at_ms) as f64 * share).round() as i64;
    let at_ms = before.at_ms + after_ms;
    Crossing { at_ms, place: before.position.lerp(here.position, share), span_ms: (at_ms, at_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path seen once a second, by its distances from the border.
    fn visits(depths: &[f64], margin_m: f64) -> Vec<(Option<i64>, Option<i64>)> {
        let sample = |i| Sample {
            at_ms: i * 1_000,
            position: LatLon::new(0.0, 0.0),
            speed_mps: 10.0,
            heading_deg: 0.0,
            acceleration_mps2: 0.0,
            link: None,
            is_inside_junction: false,
        };
        let samples: Vec<Sample> = (0..depths.len() as i64).map(sample).collect();
        of_path(&samples, depths, margin_m)
            .into_iter()
            .map(|(entry, exit)| (entry.map(|at| at.at_ms), exit.map(|at| at.at_ms)))
            .collect()
    }

    #[test]
    fn a_visit_begins_and_ends_where_the_path_crosses_the_border() {
        let depths = [40.0, 10.0, -10.0, -40.0, -10.0, 30.0, 60.0];
        assert_eq!(visits(&depths, 25.0), [(Some(1_500), Some(4_250))]);
        assert_eq!(visits(&depths, 0.0), [(Some(1_500), Some(4_250))]);
    }

    #[test]
    fn wobbling_about_the_border_is_one_sure_visit_but_several_possible_ones() {
        let depths = [40.0, -10.0, 5.0, -40.0, 5.0, -5.0, 40.0];
        assert_eq!(visits(&depths, 25.0).len(), 1);
        assert_eq!(visits(&depths, 0.0).len(), 3);
    }

    #[test]
    fn a_slow_crossing_spans_the_time_in_doubt() {
        let sample = |i| Sample {
            at_ms: i * 1_000,
            position: LatLon::new(0.0, 0.0),
            speed_mps: 1.0,
            heading_deg: 0.0,
            acceleration_mps2: 0.0,
            link: None,
            is_inside_junction: false,
        };
        let samples: Vec<Sample> = (0..5_i64).map(sample).collect();
        let visits = of_path(&samples, &[40.0, 30.0, -5.0, -5.0, -40.0], 25.0);
        assert_eq!(visits[0].0.map(|entry| entry.span_ms), Some((1_000, 4_000)));
        let touch = of_path(&samples, &[40.0, 10.0, -5.0, 10.0, 40.0], 0.0);
        assert_eq!(touch[0].0.map(|entry| (entry.at_ms, entry.span_ms)), Some((1_667, (0, 4_000))));
    }

    #[test]
    fn who_appears_or_vanishes_inside_was_not_seen_to_cross() {
        assert_eq!(visits(&[-40.0, 40.0], 25.0), [(None, Some(500))]);
        assert_eq!(visits(&[40.0, -40.0], 25.0), [(Some(500), None)]);
        assert_eq!(visits(&[-10.0, -12.0], 25.0), []);
    }
}

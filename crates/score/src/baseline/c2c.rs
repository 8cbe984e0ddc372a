//! "Traffic jam ahead" of the Car 2 Car Communication Consortium's triggering conditions, without the restriction to roads
//! out of town: each vehicle warns by itself, for 60 s. Warnings within 100 m and 10° of one another are one jam here.

use std::collections::{HashMap, VecDeque};

use model::codec::Report;
use model::geo::heading_difference_deg;
use model::{EventKind, LatLon, VehicleId};

use crate::alarm::{Alarm, Stretch};
use crate::report::{Recording, START};

const WINDOW_MS: i64 = 120_000;
const LEAST_DATA_MS: i64 = 10_000;
const SLOW_MPS: f64 = 30.0 / 3.6;
const STATIONARY_MS: i64 = 30_000;
const STANDS_MPS: f64 = 0.5;
const NEIGHBOURS: usize = 5;
const NEAR_M: f64 = 100.0;
const SAME_COURSE_DEG: f64 = 10.0;
const VALID_MS: i64 = 60_000;

#[derive(Default)]
struct Last {
    /// Time in ms and speed.
    speeds: VecDeque<(i64, f64)>,
    sum_mps: f64,
    place: Option<LatLon>,
    heading_deg: f64,
}

impl Last {
    fn take(&mut self, at_ms: i64, speed_mps: f64) {
        self.speeds.push_back((at_ms, speed_mps));
        self.sum_mps += speed_mps;
        while let Some(&(past_ms, past_mps)) = self.speeds.front()
            && at_ms - past_ms > WINDOW_MS
        {
            self.speeds.pop_front();
            self.sum_mps -= past_mps;
        }
    }

    fn span_ms(&self, at_ms: i64) -> i64 {
        self.speeds.front().map_or(0, |(past_ms, _)| at_ms - past_ms)
    }

    #[allow(clippy::cast_precision_loss)]
    fn mean_mps(&self) -> f64 {
        self.sum_mps / self.speeds.len().max(1) as f64
    }

    fn has_stood(&self, at_ms: i64) -> bool {
        let lately = self.speeds.iter().rev().take_while(|(past_ms, _)| at_ms - past_ms <= STATIONARY_MS);
        self.span_ms(at_ms) >= LEAST_DATA_MS && lately.into_iter().all(|(_, mps)| *mps < STANDS_MPS)
    }
}

/// A jam: the last warning of every vehicle in it.
struct Open {
    alarm: usize,
    warnings: HashMap<VehicleId, (i64, LatLon, f64)>,
}

pub(super) fn run(recording: &Recording) -> Vec<Alarm> {
    let mut last: HashMap<VehicleId, Last> = HashMap::new();
    let mut alarms: Vec<Alarm> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for heard in &recording.heard {
        let Report::Position(report) = &heard.report else { continue };
        let (now_ms, at_ms) = (heard.received.since_ms(START), report.ts.since_ms(START));
        let Some(speed_mps) = report.speed_mps else { continue };
        let known = last.entry(report.vehicle.clone()).or_default();
        if known.speeds.back().is_some_and(|(past_ms, _)| at_ms <= *past_ms) {
            continue;
        }
        known.take(at_ms, speed_mps);
        known.place = Some(report.position);
        known.heading_deg = report.heading_deg.unwrap_or(known.heading_deg);
        let (mean_mps, heading_deg) = (known.mean_mps(), known.heading_deg);
        let is_slow = known.span_ms(at_ms) >= LEAST_DATA_MS && mean_mps > 0.0 && mean_mps <= SLOW_MPS;
        let warns = is_slow
            || (known.has_stood(at_ms) && neighbours(&last, report.position, heading_deg) >= NEIGHBOURS);
        close(&mut open, &mut alarms, now_ms);
        if warns {
            warn(&mut open, &mut alarms, &report.vehicle, (now_ms, report.position, heading_deg));
        }
    }
    alarms
}

fn neighbours(last: &HashMap<VehicleId, Last>, place: LatLon, heading_deg: f64) -> usize {
    last.values()
        .filter(|other| {
            other.mean_mps() <= SLOW_MPS
                && heading_difference_deg(other.heading_deg, heading_deg) <= SAME_COURSE_DEG
                && other.place.is_some_and(|at| at.distance_m(place) <= NEAR_M)
        })
        .count()
        .saturating_sub(1)
}

/// Lets warnings run out, and jams with them.
fn close(open: &mut Vec<Open>, alarms: &mut [Alarm], now_ms: i64) {
    open.retain_mut(|jam| {
        let newest_ms = jam.warnings.values().map(|(at_ms, ..)| *at_ms).max().unwrap_or(now_ms);
        if now_ms - newest_ms > VALID_MS {
            alarms[jam.alarm].ended_ms = Some(now_ms);
            return false;
        }
        true
    });
}

fn warn(open: &mut Vec<Open>, alarms: &mut Vec<Alarm>, vehicle: &VehicleId, warning: (i64, LatLon, f64)) {
    let (now_ms, place, heading_deg) = warning;
    let is_near = |jam: &Open| {
        jam.warnings.contains_key(vehicle)
            || jam.warnings.values().any(|(at_ms, other, course_deg)| {
                now_ms - at_ms <= VALID_MS
                    && heading_difference_deg(*course_deg, heading_deg) <= SAME_COURSE_DEG
                    && other.distance_m(place) <= NEAR_M
            })
    };
    let jam = match open.iter().position(is_near) {
        Some(i) => &mut open[i],
        None => {
            alarms.push(Alarm::at(EventKind::Jam, place, now_ms, now_ms));
            open.push(Open { alarm: alarms.len() - 1, warnings: HashMap::new() });
            let last = open.len() - 1;
            &mut open[last]
        }
    };
    jam.warnings.insert(vehicle.clone(), warning);
    let course = &mut alarms[jam.alarm].course;
    if course.last().is_none_or(|stretch| now_ms - stretch.since_ms >= 10_000) {
        jam.warnings.retain(|_, (at_ms, ..)| now_ms - *at_ms <= VALID_MS);
        let mut lines: Vec<Vec<LatLon>> = jam.warnings.values().map(|(_, place, _)| vec![*place]).collect();
        lines.sort_by(|a, b| a[0].lat.total_cmp(&b[0].lat).then(a[0].lon.total_cmp(&b[0].lon)));
        course.push(Stretch { since_ms: now_ms, lines });
    }
}

//! How far an alarm of a jam lies on a jam.

use model::LatLon;
use model::geo::heading_difference_deg;
use roadnet::Line;

use crate::{Alarm, Stretch};

/// A point of an alarm lies on a jam within this distance beside it or beyond its ends, in metres.
const NEAR_M: f64 = 50.0;
/// Both must be there at the same time, give or take this, in ms.
const TOLERANCE_MS: i64 = 60_000;
/// An alarm's line must run as the traffic of the jam does, give or take this, in degrees.
const SAME_WAY_DEG: f64 = 60.0;
/// An alarm's line is looked at every so many metres.
const EVERY_M: f64 = 25.0;
/// Of the course of an alarm and of a jam at most so many moments are compared.
const MOMENTS: usize = 16;

/// A point of an alarm, and the way that its line runs there, degrees clockwise from north.
pub type Point = (LatLon, Option<f64>);

/// A jam as far as an alarm is held against it.
pub trait Course {
    /// When it began, in ms since the start.
    fn began_ms(&self) -> i64;
    /// When it ended, in ms since the start.
    fn ended_ms(&self) -> i64;
    /// The moments at which its extent is known, in ms since the start, in order.
    fn moments_ms(&self) -> impl Iterator<Item = i64>;
    /// Whether a point lies on it at the `nth` moment.
    fn holds(&self, nth: usize, point: &Point) -> bool;
}

/// Whether a point lies on a stretch of a line in the direction of traffic.
#[must_use]
pub fn lies_on(&(place, heading_deg): &Point, line: &Line, from_m: f64, to_m: f64) -> bool {
    let projection = line.project(place);
    projection.distance_m <= NEAR_M
        && (from_m - NEAR_M..=to_m + NEAR_M).contains(&projection.offset_m)
        && heading_deg.is_none_or(|heading_deg| {
            heading_difference_deg(heading_deg, line.heading_at(projection.offset_m)) <= SAME_WAY_DEG
        })
}

/// The share of the alarm's moments and points that lie on the jam. `end_ms` is now, for alarms that go on.
#[allow(clippy::cast_precision_loss)]
pub fn share(alarm: &Alarm, jam: &impl Course, end_ms: i64) -> f64 {
    let alarm_end_ms = alarm.ended_ms.unwrap_or(end_ms);
    if alarm.course.is_empty()
        || alarm.occurred_ms.min(alarm.raised_ms) > jam.ended_ms().saturating_add(TOLERANCE_MS)
        || alarm_end_ms < jam.began_ms() - TOLERANCE_MS
    {
        return 0.0;
    }
    let mut total = 0.0;
    let mut moments = 0;
    for i in spread(alarm.course.len()) {
        let stretch = &alarm.course[i];
        let until_ms = alarm.course.get(i + 1).map_or(alarm_end_ms, |next| next.since_ms);
        let span =
            stretch.since_ms - TOLERANCE_MS..=until_ms.max(stretch.since_ms).saturating_add(TOLERANCE_MS);
        let during: Vec<usize> = jam
            .moments_ms()
            .enumerate()
            .filter(|(_, at_ms)| span.contains(at_ms))
            .map(|(nth, _)| nth)
            .collect();
        let points = points(stretch);
        let best = spread(during.len())
            .map(|k| points.iter().filter(|point| jam.holds(during[k], point)).count())
            .max()
            .unwrap_or(0);
        total += best as f64 / points.len().max(1) as f64;
        moments += 1;
    }
    total / f64::from(moments.max(1))
}

/// At most [`MOMENTS`] of `0..count`, evenly spread, the first and the last among them.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    let step = count.div_ceil(MOMENTS).max(1);
    (0..count).filter(move |i| i % step == 0 || i + 1 == count)
}

/// The points of a stretch, each with the way that its line runs there.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn points(stretch: &Stretch) -> Vec<Point> {
    let mut points = Vec::new();
    for line in &stretch.lines {
        match line.as_slice() {
            [only] => points.push((*only, None)),
            _ => {
                for pair in line.windows(2) {
                    let count = (pair[0].distance_m(pair[1]) / EVERY_M).ceil().max(1.0) as usize;
                    let heading_deg = pair[0].bearing_deg(pair[1]);
                    points.extend((0..count).map(|i| {
                        (pair[0].lerp(pair[1], (i as f64 + 0.5) / count as f64), Some(heading_deg))
                    }));
                }
            }
        }
    }
    points
}

//! Zones against an oracle: vehicles of known course drive among many zones; their noisy, lossy, repeated and
//! disordered reports must give each visit's entry and exit once.

use crate::world::{at, place, second};
use detect::{Detector, Output, Settings};
use model::codec::Report;
use model::{EventKind, LatLon, PositionReport, Timestamp, VehicleId, Zone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Side of the square that is driven in, in metres.
const SIDE_M: f64 = 6_000.0;
/// A visit, or a gap between two, that is no deeper than this may go either way: five times the usual error.
const SHALLOW_M: f64 = 25.0;

struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// A zone's true shape on the plane, and how deep inside it a point is.
enum Truth {
    Circle(f64, f64, f64),
    Rectangle(f64, f64, f64, f64),
    Corridor(f64, f64, f64, f64, f64),
}

impl Truth {
    fn random(random: &mut Random) -> Self {
        let mut within = |low: f64, high: f64| low + random.unit() * (high - low);
        let (x, y) = (within(300.0, SIDE_M - 300.0), within(300.0, SIDE_M - 300.0));
        match within(0.0, 3.0) as u32 {
            0 => Self::Circle(x, y, within(60.0, 250.0)),
            1 => Self::Rectangle(x, y, x + within(80.0, 300.0), y + within(80.0, 300.0)),
            _ => {
                Self::Corridor(x, y, x + within(-250.0, 250.0), y + within(-250.0, 250.0), within(45.0, 90.0))
            }
        }
    }

    fn feature(&self, id: usize) -> String {
        let point = |x: f64, y: f64| format!("[{},{}]", place(x, y).lon, place(x, y).lat);
        let (geometry, coordinates, more) = match self {
            Self::Circle(x, y, radius) => ("Point", point(*x, *y), format!(r#","radius_m":{radius}"#)),
            Self::Rectangle(w, s, e, n) => {
                let ring =
                    [point(*w, *s), point(*e, *s), point(*e, *n), point(*w, *n), point(*w, *s)].join(",");
                ("Polygon", format!("[[{ring}]]"), String::new())
            }
            Self::Corridor(x1, y1, x2, y2, buffer) => {
                let line = format!("[{},{}]", point(*x1, *y1), point(*x2, *y2));
                ("LineString", line, format!(r#","buffer_m":{buffer}"#))
            }
        };
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"{geometry}","coordinates":{coordinates}}},"properties":{{"id":"z{id}"{more}}}}}"#
        )
    }

    /// Metres inside the border; negative outside.
    fn depth_m(&self, x: f64, y: f64) -> f64 {
        match self {
            Self::Circle(cx, cy, radius) => radius - (x - cx).hypot(y - cy),
            Self::Rectangle(w, s, e, n) => {
                let (dx, dy) = ((x - w).min(e - x), (y - s).min(n - y));
                if dx >= 0.0 && dy >= 0.0 { dx.min(dy) } else { -dx.min(0.0).hypot(dy.min(0.0)) }
            }
            Self::Corridor(x1, y1, x2, y2, buffer) => {
                let (dx, dy) = (x2 - x1, y2 - y1);
                let t = (((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                buffer - (x - x1 - t * dx).hypot(y - y1 - t * dy)
            }
        }
    }
}

/// The course of one vehicle: position, speed and course every tenth of a second.
fn course(random: &mut Random, seconds: u32) -> Vec<(f64, f64, f64, f64)> {
    let (mut x, mut y) = (random.unit() * SIDE_M, random.unit() * SIDE_M);
    let mut heading = random.unit() * 360.0;
    let (mut speed, mut wanted, mut turn) = (10.0, 10.0, 0.0);
    let mut points = Vec::new();
    for tenth in 0..seconds * 10 {
        if tenth % 80 == 0 {
            wanted = if random.unit() < 0.15 { 0.0 } else { 4.0 + random.unit() * 20.0 };
            turn = if random.unit() < 0.4 { (random.unit() - 0.5) * 24.0 } else { 0.0 };
        }
        let change: f64 = wanted - speed;
        speed += change.clamp(-0.35, 0.2);
        if speed > 1.0 {
            heading = (heading + turn * 0.1).rem_euclid(360.0);
        }
        let (sin, cos) = f64::to_radians(heading).sin_cos();
        let (next_x, next_y) = (x + sin * speed * 0.1, y + cos * speed * 0.1);
        if (0.0..SIDE_M).contains(&next_x) && (0.0..SIDE_M).contains(&next_y) {
            (x, y) = (next_x, next_y);
        } else {
            heading = (heading + 3.0).rem_euclid(360.0);
            speed = speed.min(3.0);
        }
        points.push((x, y, speed, heading));
    }
    points
}

/// How many entries there must be at least and at most.
fn visits(truth: &Truth, course: &[(f64, f64, f64, f64)]) -> (usize, usize) {
    let mut runs: Vec<(bool, f64)> = Vec::new();
    let mut crossed = Vec::new();
    for (tenth, (x, y, ..)) in course.iter().enumerate() {
        let depth = truth.depth_m(*x, *y);
        let inside = depth >= 0.0;
        match runs.last_mut() {
            Some(run) if run.0 == inside => run.1 = run.1.max(depth.abs()),
            _ => {
                runs.push((inside, depth.abs()));
                crossed.push(tenth as f64 / 10.0);
            }
        }
    }
    let most = runs.iter().filter(|run| run.0).count();
    // What begins in the last seconds may not have been reported enough to be sure.
    if let (Some(run), Some(last)) = (runs.last_mut(), crossed.last())
        && course.len() as f64 / 10.0 - last < 6.0
    {
        run.1 = 0.0;
    }
    // Only what is deep counts for sure, and two visits are two for sure only with a deep gap between them.
    let (mut least, mut open) = (0, true);
    for (inside, deepest) in &runs {
        if *deepest > SHALLOW_M {
            least += usize::from(*inside && open);
            open = !inside;
        }
    }
    (least, most)
}

/// Drives `vehicles` for `seconds` among `zones` and gives the reports used and the visits that came out wrong.
fn drive(seed: u64, vehicles: usize, seconds: u32, zones: usize, keep: f64) -> (usize, usize, Vec<String>) {
    let mut random = Random(seed);
    let truths: Vec<Truth> = (0..zones).map(|_| Truth::random(&mut random)).collect();
    let (network, _) =
        roadnet::read_geojson(br#"{"type":"FeatureCollection","features":[]}"#).expect("a network");
    let mut detector = Detector::new(Settings::default(), Arc::new(network));
    for (id, truth) in truths.iter().enumerate() {
        detector.set_zone(Zone::from_geojson(truth.feature(id).as_bytes()).expect("a zone"));
    }
    let courses: Vec<_> = (0..vehicles).map(|_| course(&mut random, seconds)).collect();

    // Reports by the time they arrive.
    let mut arrivals: Vec<(i64, usize, PositionReport)> = Vec::new();
    for (v, course) in courses.iter().enumerate() {
        let mut noise = (0.0, 0.0);
        let phase = (random.unit() * 10.0) as usize;
        for s in 0..seconds as usize - 1 {
            let (x, y, speed, heading) = course[s * 10 + phase];
            let fresh = 5.0 * (1.0 - keep * keep).sqrt();
            noise = (noise.0 * keep + fresh * random.normal(), noise.1 * keep + fresh * random.normal());
            let lost = random.unit() < 0.02;
            let report = PositionReport {
                vehicle: VehicleId::new(&format!("v{v}")).expect("an id"),
                ts: at(s as f64 + phase as f64 / 10.0),
                position: place(x + noise.0, y + noise.1),
                speed_mps: Some((speed + 0.3 * random.normal()).max(0.0)),
                heading_deg: Some((heading + 3.0 * random.normal()).rem_euclid(360.0)),
                acceleration_mps2: None,
                accuracy_m: None,
                kind: None,
            };
            let late_ms = if random.unit() < 0.02 { (random.unit() * 3_000.0) as i64 } else { 100 };
            let arrival = report.ts.as_ms() + late_ms;
            if random.unit() < 0.02 {
                arrivals.push((arrival + 700, v, report.clone()));
            }
            if !lost {
                arrivals.push((arrival, v, report));
            }
        }
    }
    arrivals.sort_by_key(|(arrival, v, _)| (*arrival, *v));
    let reports = arrivals.len();
    let mut found: BTreeMap<(usize, usize), Vec<(EventKind, f64)>> = BTreeMap::new();
    for (arrival, v, report) in arrivals {
        let _ = detector.handle_report(Report::Position(report), Timestamp::from_ms_clamped(arrival));
        while let Some(output) = detector.poll_output() {
            if let Output::Event(event) = output {
                let zone = event.zone.as_ref().map_or("", |zone| zone.id.as_str());
                let zone = zone.trim_start_matches('z').parse().unwrap_or(0);
                found.entry((v, zone)).or_default().push((event.kind, second(event.occurred_at)));
            }
        }
    }
    let (mut all, mut wrong) = (0, Vec::new());
    for (v, course) in courses.iter().enumerate() {
        for (z, truth) in truths.iter().enumerate() {
            let (least, most) = visits(truth, course);
            all += most;
            let found = found.get(&(v, z)).map_or(&[][..], Vec::as_slice);
            let entries = found.iter().filter(|(kind, _)| *kind == EventKind::ZoneEntry).count();
            let in_turn = found.windows(2).all(|pair| pair[0].0 != pair[1].0 && pair[0].1 <= pair[1].1);
            // Where the border was crossed, not when: a vehicle may stand on it.
            let at_border = found.iter().all(|(_, at_s)| {
                let (x, y, ..) = course[((at_s * 10.0).round().max(0.0) as usize).min(course.len() - 1)];
                truth.depth_m(x, y).abs() < 12.0 || *at_s < 1.0
            });
            if entries < least || entries > most || !in_turn || !at_border {
                wrong.push(format!("v{v} z{z}: {entries} entries, {least} to {most} expected; {found:?}"));
            }
        }
    }
    (reports, all, wrong)
}

#[test]
fn no_visit_is_missed_repeated_or_invented() {
    for keep in [0.0, 0.7] {
        let (reports, visits, wrong) = drive(7, 60, 900, 150, keep);
        assert!(reports > 50_000 && visits > 450, "{reports} reports, {visits} visits");
        assert_eq!(wrong, Vec::<String>::new(), "of {visits} visits, noise kept {keep}");
    }
}

#[test]
fn the_oracle_knows_deep_from_shallow() {
    let truth = Truth::Circle(0.0, 0.0, 100.0);
    let line = |xs: &[f64]| xs.iter().map(|x| (*x, 0.0, 1.0, 90.0)).collect::<Vec<_>>();
    let count = |xs: &[f64]| visits(&truth, &line(xs));
    assert_eq!(count(&[-200.0, 0.0, 200.0, 0.0, 200.0]), (2, 2));
    assert_eq!(count(&[-200.0, -95.0, -200.0]), (0, 1));
    assert_eq!(count(&[-200.0, 0.0, 105.0, 0.0, 200.0]), (1, 2));
    assert_eq!(LatLon::new(0.0, 0.0).distance_m(place(100.0, 0.0)).round(), 100.0);
}

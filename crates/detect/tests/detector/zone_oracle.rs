//! Zones against an oracle: vehicles of known course drive among many zones; their noisy, lossy, repeated and
//! disordered reports must give each visit's entry and exit once.

use crate::bent_roads::BentRoads;
use crate::oracle::{Moment, Random, Rules, Truth, visits};
use crate::world::{at, place, second};
use detect::{Detector, Output, Settings};
use model::codec::Report;
use model::{EventKind, LatLon, PositionReport, Timestamp, VehicleId, Zone};
use roadnet::Network;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Side of the square that is driven in, in metres.
const SIDE_M: f64 = 6_000.0;
/// Five times the usual error of a position: nobody doubts which side of a border a vehicle is on.
const SHALLOW_M: f64 = 25.0;
const RULES: Rules = Rules { shallow_m: SHALLOW_M, min_dwell_s: 0.0, slack_s: 0.0, end_s: 6.0 };

/// The course of one vehicle: position, speed and course every tenth of a second.
fn course(random: &mut Random, seconds: u32) -> Vec<Moment> {
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

/// What is driven, among which zones, and how it is reported.
struct Drive {
    network: Network,
    courses: Vec<Vec<Moment>>,
    truths: Vec<Truth>,
    /// What the zones' Features say beside their shape.
    properties: String,
    rules: Rules,
    /// Vehicles report every one to so many seconds.
    longest_s: usize,
    /// One standard deviation of each axis, in metres, and how much of an error is left a second later.
    sigma_m: f64,
    keep: f64,
    /// How far off the border the place may be where a vehicle was when it is said to have crossed it, in metres.
    off_m: f64,
}

impl Drive {
    /// Vehicles that go where they like, on no road.
    fn free(seed: u64, keep: f64, properties: &str, rules: Rules) -> (Self, Random) {
        let mut random = Random(seed);
        let mut anywhere = |_| {
            let mut within = || 300.0 + random.unit() * (SIDE_M - 600.0);
            let middle = (within(), within());
            Truth::random(&mut random, middle)
        };
        let truths = (0..150).map(&mut anywhere).collect();
        let courses = (0..60).map(|_| course(&mut random, 900)).collect();
        let (network, _) =
            roadnet::read_geojson(br#"{"type":"FeatureCollection","features":[]}"#).expect("a network");
        let properties = properties.to_owned();
        let drive = Self {
            network,
            courses,
            truths,
            properties,
            rules,
            longest_s: 1,
            sigma_m: 5.0,
            keep,
            off_m: 15.0,
        };
        (drive, random)
    }

    /// Vehicles on bent roads that report seldom: most of what they do lies between two reports.
    fn on_roads(seed: u64) -> (Self, Random) {
        let mut random = Random(seed);
        let roads = BentRoads::new(&mut random);
        let truths = (0..40)
            .map(|_| {
                let middle = roads.somewhere(&mut random);
                Truth::random(&mut random, middle)
            })
            .collect();
        let courses = (0..60).map(|_| roads.course(&mut random, 900)).collect();
        let network = roads.network();
        let rules = Rules { end_s: 12.0, ..RULES };
        let properties = String::new();
        // A vehicle that brakes or turns between two reports is not where steady driving would put it.
        let drive = Self {
            network,
            courses,
            truths,
            properties,
            rules,
            longest_s: 5,
            sigma_m: 3.5,
            keep: 0.95,
            off_m: 45.0,
        };
        (drive, random)
    }

    /// The reports by when they arrive: some lost, some twice, some late.
    fn arrivals(&self, random: &mut Random) -> Vec<(i64, usize, PositionReport)> {
        let mut arrivals: Vec<(i64, usize, PositionReport)> = Vec::new();
        for (v, course) in self.courses.iter().enumerate() {
            let mut noise = (0.0, 0.0);
            let phase = (random.unit() * 10.0) as usize;
            let interval = 1 + (random.unit() * self.longest_s as f64) as usize;
            for s in 0..course.len() / 10 - 1 {
                let (x, y, speed, heading) = course[s * 10 + phase];
                let fresh = self.sigma_m * (1.0 - self.keep * self.keep).sqrt();
                noise = (
                    noise.0 * self.keep + fresh * random.normal(),
                    noise.1 * self.keep + fresh * random.normal(),
                );
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
                if s % interval != 0 {
                    continue;
                }
                if random.unit() < 0.02 {
                    arrivals.push((arrival + 700, v, report.clone()));
                }
                if !lost {
                    arrivals.push((arrival, v, report));
                }
            }
        }
        arrivals.sort_by_key(|(arrival, v, _)| (*arrival, *v));
        arrivals
    }

    /// Gives the reports made, the visits there were at most, and what came out wrong.
    fn run(self, random: &mut Random) -> (usize, usize, Vec<String>) {
        let arrivals = self.arrivals(random);
        let Self { network, courses, truths, properties, rules, off_m, .. } = self;
        let mut detector = Detector::new(Settings::default(), Arc::new(network));
        for (id, truth) in truths.iter().enumerate() {
            let feature = truth.feature(id, &properties);
            detector.set_zone(Zone::from_geojson(feature.as_bytes()).expect("a zone"));
        }
        let reports = arrivals.len();
        let mut found: BTreeMap<(usize, usize), Vec<(EventKind, f64)>> = BTreeMap::new();
        for (arrival, v, report) in arrivals {
            let _ = detector.handle_report(Report::Position(report), Timestamp::from_ms_clamped(arrival));
            while let Some(output) = detector.poll_output() {
                if let Output::Event(event) = output
                    && let Some(zone) = &event.zone
                {
                    let zone = zone.id.as_str().trim_start_matches('z').parse().unwrap_or(0);
                    found.entry((v, zone)).or_default().push((event.kind, second(event.occurred_at)));
                }
            }
        }
        let (mut all, mut wrong) = (0, Vec::new());
        for (v, course) in courses.iter().enumerate() {
            for (z, truth) in truths.iter().enumerate() {
                let (least, most) = visits(truth, course, rules);
                all += most;
                let found = found.get(&(v, z)).map_or(&[][..], Vec::as_slice);
                let entries = found.iter().filter(|(kind, _)| *kind == EventKind::ZoneEntry).count();
                let in_turn = found.windows(2).all(|pair| pair[0].0 != pair[1].0 && pair[0].1 <= pair[1].1);
                // Where the border was crossed, not when: a vehicle may stand on it.
                let at_border = found.iter().all(|(_, at_s)| {
                    let (x, y, ..) = course[((at_s * 10.0).round().max(0.0) as usize).min(course.len() - 1)];
                    truth.depth_m(x, y).abs() < off_m || *at_s < 6.0
                });
                if entries < least || entries > most || !in_turn || !at_border {
                    wrong
                        .push(format!("v{v} z{z}: {entries} entries, {least} to {most} expected; {found:?}"));
                }
            }
        }
        (reports, all, wrong)
    }
}

#[test]
fn no_visit_is_missed_repeated_or_invented() {
    for keep in [0.0, 0.7] {
        let (drive, mut random) = Drive::free(7, keep, "", RULES);
        let (reports, visits, wrong) = drive.run(&mut random);
        assert!(reports > 50_000 && visits > 450, "{reports} reports, {visits} visits");
        assert_eq!(wrong, Vec::<String>::new(), "of {visits} visits, noise kept {keep}");
    }
}

#[test]
fn visits_between_two_reports_on_bent_roads_are_found() {
    for seed in [3, 4] {
        let (drive, mut random) = Drive::on_roads(seed);
        let (reports, visits, wrong) = drive.run(&mut random);
        assert!(reports > 15_000 && visits > 800, "{reports} reports, {visits} visits");
        assert_eq!(wrong, Vec::<String>::new(), "of {visits} visits, seed {seed}");
    }
}

#[test]
fn a_zones_own_least_stay_and_margin_hold() {
    let rules = Rules { shallow_m: 45.0, min_dwell_s: 15.0, slack_s: 6.0, end_s: 25.0 };
    let (drive, mut random) = Drive::free(11, 0.7, r#","min_dwell_s":15,"hysteresis_m":25"#, rules);
    let (_, visits, wrong) = drive.run(&mut random);
    assert!(visits > 150, "{visits} visits");
    assert_eq!(wrong, Vec::<String>::new(), "of {visits} visits");
}

#[test]
fn the_oracle_knows_deep_from_shallow() {
    let truth = Truth::Circle(0.0, 0.0, 100.0);
    let line = |xs: &[f64]| xs.iter().map(|x| (*x, 0.0, 1.0, 90.0)).collect::<Vec<_>>();
    let rules = Rules { end_s: 0.0, ..RULES };
    let count = |xs: &[f64]| visits(&truth, &line(xs), rules);
    assert_eq!(count(&[-200.0, 0.0, 200.0, 0.0, 200.0]), (2, 2));
    assert_eq!(count(&[-200.0, -95.0, -200.0]), (0, 1));
    assert_eq!(count(&[-200.0, 0.0, 105.0, 0.0, 200.0]), (1, 2));
    let dwell = |min_dwell_s| {
        let rules = Rules { min_dwell_s, ..rules };
        visits(&truth, &line(&[-200.0, 0.0, 0.0, 0.0, 200.0]), rules)
    };
    assert_eq!((dwell(0.15), dwell(0.25)), ((1, 1), (0, 0)));
    assert_eq!(LatLon::new(0.0, 0.0).distance_m(place(100.0, 0.0)).round(), 100.0);
    let holed = Truth::Holed([0.0, 0.0, 100.0, 100.0], [40.0, 40.0, 60.0, 60.0]);
    assert_eq!((holed.depth_m(50.0, 50.0), holed.depth_m(30.0, 50.0)), (-10.0, 10.0));
    assert_eq!((holed.depth_m(5.0, 50.0), holed.depth_m(-5.0, 50.0)), (5.0, -5.0));
}

//! A network of bent roads and vehicles that drive along them.

use crate::oracle::{Moment, Random};
use crate::world::place;
use roadnet::Network;

/// Crossroads in a row and in a column, and metres between them.
const SIDE: usize = 5;
const BLOCK_M: f64 = 400.0;
/// Vehicles keep so far right of the middle of the road, in metres.
const RIGHT_M: f64 = 2.0;

type Point = (f64, f64);

/// Roads between neighbouring crossroads, each with two bends.
pub struct BentRoads {
    /// From one crossroads to another, by number, with all corners.
    roads: Vec<(usize, usize, Vec<Point>)>,
}

impl BentRoads {
    pub fn new(random: &mut Random) -> Self {
        let mut shifted = |(x, y): Point, by_m: f64| {
            (x + (random.unit() - 0.5) * 2.0 * by_m, y + (random.unit() - 0.5) * 2.0 * by_m)
        };
        let nodes: Vec<Point> = (0..SIDE * SIDE)
            .map(|i| shifted(((i % SIDE) as f64 * BLOCK_M, (i / SIDE) as f64 * BLOCK_M), 60.0))
            .collect();
        let mut roads = Vec::new();
        for i in 0..nodes.len() {
            let east = (i % SIDE + 1 < SIDE).then_some(i + 1);
            let north = (i + SIDE < nodes.len()).then_some(i + SIDE);
            for to in [east, north].into_iter().flatten() {
                let between = |share: f64| {
                    let ((ax, ay), (bx, by)) = (nodes[i], nodes[to]);
                    (ax + (bx - ax) * share, ay + (by - ay) * share)
                };
                let bends = [between(0.33), between(0.67)].map(|bend| shifted(bend, 70.0));
                roads.push((i, to, vec![nodes[i], bends[0], bends[1], nodes[to]]));
            }
        }
        Self { roads }
    }

    pub fn network(&self) -> Network {
        let features: Vec<String> = self
            .roads
            .iter()
            .enumerate()
            .map(|(id, (_, _, points))| {
                let corners: Vec<String> = points
                    .iter()
                    .map(|(x, y)| format!("[{:.7},{:.7}]", place(*x, *y).lon, place(*x, *y).lat))
                    .collect();
                format!(
                    r#"{{"type":"Feature","id":"r{id}","properties":{{"highway":"primary","maxspeed":80}},"geometry":{{"type":"LineString","coordinates":[{}]}}}}"#,
                    corners.join(",")
                )
            })
            .collect();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        roadnet::read_geojson(text.as_bytes()).expect("a network").0
    }

    /// Some place on a road.
    pub fn somewhere(&self, random: &mut Random) -> Point {
        let (_, _, points) = &self.roads[(random.unit() * self.roads.len() as f64) as usize];
        let ((ax, ay), (bx, by)) = (points[1], points[2]);
        let share = random.unit();
        (ax + (bx - ax) * share, ay + (by - ay) * share)
    }

    /// A drive from crossroads to crossroads, turning anywhere but back, at 0 to 22 m/s.
    pub fn course(&self, random: &mut Random, seconds: usize) -> Vec<Moment> {
        let mut road = (random.unit() * self.roads.len() as f64) as usize;
        let mut is_forward = true;
        let mut corners: Vec<Point> = self.roads[road].2.clone();
        let (mut corner, mut gone_m) = (0, 0.0);
        let (mut speed, mut wanted) = (10.0_f64, 10.0_f64);
        let mut moments = Vec::new();
        for tenth in 0..seconds * 10 {
            if tenth % 80 == 0 {
                wanted = if random.unit() < 0.15 { 0.0 } else { 5.0 + random.unit() * 17.0 };
            }
            speed += (wanted - speed).clamp(-0.3, 0.2);
            gone_m += speed * 0.1;
            let length_m = |corners: &[Point], i: usize| {
                (corners[i + 1].0 - corners[i].0).hypot(corners[i + 1].1 - corners[i].1)
            };
            while gone_m > length_m(&corners, corner) {
                gone_m -= length_m(&corners, corner);
                corner += 1;
                if corner + 1 == corners.len() {
                    let (from, to, _) = &self.roads[road];
                    let here = if is_forward { *to } else { *from };
                    let onward: Vec<(usize, bool)> = (self.roads.iter().enumerate())
                        .filter(|(i, _)| *i != road)
                        .filter_map(|(i, (from, to, _))| match (*from == here, *to == here) {
                            (true, _) => Some((i, true)),
                            (_, true) => Some((i, false)),
                            _ => None,
                        })
                        .collect();
                    (road, is_forward) = onward[(random.unit() * onward.len() as f64) as usize];
                    corners.clone_from(&self.roads[road].2);
                    if !is_forward {
                        corners.reverse();
                    }
                    corner = 0;
                }
            }
            let ((ax, ay), (bx, by)) = (corners[corner], corners[corner + 1]);
            let length_m = length_m(&corners, corner);
            let (east, north) = ((bx - ax) / length_m, (by - ay) / length_m);
            let heading = east.atan2(north).to_degrees().rem_euclid(360.0);
            let (x, y) = (ax + east * gone_m + north * RIGHT_M, ay + north * gone_m - east * RIGHT_M);
            moments.push((x, y, speed, heading));
        }
        moments
    }
}

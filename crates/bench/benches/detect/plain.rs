//! The plain way: for every report the nearest street from an R-tree of all streets (rstar), and every zone asked whether
//! the vehicle is in it (geo). No cleaning, no following along the road, no jams and no accidents.

use crate::rig::in_chunks;
use bench::{City, Fleet, Stopwatch, zones};
use geo::{Contains, Coord, LineString, Point, Polygon};
use model::{LatLon, LocalPlane, PositionReport, Shape};
use rstar::RTree;
use rstar::primitives::Line;
use std::hint::black_box;
use std::time::Duration;

/// The streets and zones, and who drives there.
pub struct Rig {
    fleet: Fleet,
    plane: LocalPlane,
    streets: RTree<Line<[f64; 2]>>,
    areas: Vec<Area>,
}

enum Area {
    Polygon(Polygon),
    Circle { centre: (f64, f64), radius_m: f64 },
}

impl Rig {
    /// So many vehicles and zones.
    pub fn new(city: &City, vehicles: usize, n_zones: usize) -> Self {
        let plane = LocalPlane::at(LatLon::new(60.17, 24.94));
        let flat = |place: LatLon| plane.to_xy_m(place);
        let lines = city.network.links().map(|(_, link)| {
            let ((ax, ay), (bx, by)) = (flat(link.line.start()), flat(link.line.end()));
            Line::new([ax, ay], [bx, by])
        });
        let areas = zones(city, n_zones).into_iter().map(|zone| area(&zone.shape, &plane)).collect();
        Self { fleet: Fleet::new(city, vehicles), plane, streets: RTree::bulk_load(lines.collect()), areas }
    }

    /// The time of so many reports.
    pub fn look(&mut self, reports: u64) -> Duration {
        in_chunks(reports, |count| {
            let reports: Vec<PositionReport> = (0..count).map(|_| self.fleet.report()).collect();
            let watch = Stopwatch::start();
            for report in &reports {
                let (x, y) = self.plane.to_xy_m(report.position);
                black_box(self.streets.nearest_neighbor([x, y]));
                black_box(self.areas.iter().filter(|area| area.holds(x, y)).count());
            }
            watch.read()
        })
    }
}

impl Area {
    fn holds(&self, x: f64, y: f64) -> bool {
        match self {
            Self::Polygon(polygon) => polygon.contains(&Point::new(x, y)),
            Self::Circle { centre, radius_m } => (x - centre.0).hypot(y - centre.1) <= *radius_m,
        }
    }
}

/// A zone on the plane; a corridor as the box around it would be.
fn area(shape: &Shape, plane: &LocalPlane) -> Area {
    let ring = |points: &[LatLon]| {
        LineString::from_iter(points.iter().map(|point| {
            let (x, y) = plane.to_xy_m(*point);
            Coord { x, y }
        }))
    };
    match shape {
        Shape::Circle { center, radius_m } => {
            Area::Circle { centre: plane.to_xy_m(*center), radius_m: *radius_m }
        }
        Shape::Polygons(polygons) => Area::Polygon(Polygon::new(
            ring(polygons.first().and_then(|rings| rings.first()).map_or(&[], |ring| ring)),
            Vec::new(),
        )),
        Shape::Corridor { line, buffer_m } => {
            let (from, to) = (plane.to_xy_m(line[0]), plane.to_xy_m(line[line.len() - 1]));
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let (ox, oy) = (-dy * buffer_m / dx.hypot(dy), dx * buffer_m / dx.hypot(dy));
            let corner = |(x, y): (f64, f64), sign: f64| Coord { x: x + sign * ox, y: y + sign * oy };
            let corners = [corner(from, 1.0), corner(to, 1.0), corner(to, -1.0), corner(from, -1.0)];
            Area::Polygon(Polygon::new(LineString::from_iter(corners), Vec::new()))
        }
    }
}

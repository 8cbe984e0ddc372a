//! A zone made ready for asking: how far is a point from its border?

use model::{LatLon, LocalPlane, Shape, Zone};

/// Far more than what is rounded off a distance, in metres.
const ROUNDED_OFF_M: f64 = 1e-3;

/// A zone with its shape on a flat map of its own.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    pub(crate) zone: Zone,
    plane: LocalPlane,
    rings: Rings,
    /// All edges of the polygons, in order, and where each polygon ends among them: one piece of memory to run through.
    edges: Vec<[(f64, f64); 2]>,
    ends: Vec<usize>,
    /// The widths of a polygon's rings, one polygon after the other.
    widths_m: Vec<f64>,
    /// South-west and north-east corner of all points that are inside.
    pub(crate) corners: (LatLon, LatLon),
}

#[derive(Debug, Clone)]
enum Rings {
    /// Closed rings, metres; inside = inside an odd number of rings of one polygon.
    Polygons(Vec<Vec<Vec<(f64, f64)>>>),
    /// Within this distance of the points' line (one point = a circle).
    Within(Vec<(f64, f64)>, f64),
}

impl Area {
    pub(crate) fn new(zone: Zone) -> Self {
        let (points, reach_m): (Vec<LatLon>, f64) = match &zone.shape {
            Shape::Polygons(polygons) => (polygons.iter().flatten().flatten().copied().collect(), 0.0),
            Shape::Circle { center, radius_m } => (vec![*center], *radius_m),
            Shape::Corridor { line, buffer_m } => (line.clone(), *buffer_m),
        };
        let fold = |start: f64, pick: fn(f64, f64) -> f64, of: fn(&LatLon) -> f64| {
            points.iter().map(of).fold(start, pick)
        };
        let south_west = LatLon::new(fold(90.0, f64::min, |p| p.lat), fold(180.0, f64::min, |p| p.lon));
        let north_east = LatLon::new(fold(-90.0, f64::max, |p| p.lat), fold(-180.0, f64::max, |p| p.lon));
        let plane = LocalPlane::at(south_west.lerp(north_east, 0.5));
        let flat = |line: &[LatLon]| line.iter().map(|p| plane.to_xy_m(*p)).collect::<Vec<_>>();
        let rings = match &zone.shape {
            Shape::Polygons(polygons) => Rings::Polygons(
                polygons.iter().map(|rings| rings.iter().map(|r| flat(r)).collect()).collect(),
            ),
            Shape::Circle { .. } | Shape::Corridor { .. } => Rings::Within(flat(&points), reach_m),
        };
        let corner = |at: LatLon, by_m: f64| {
            let (x, y) = plane.to_xy_m(at);
            plane.to_lat_lon(x + by_m, y + by_m)
        };
        let corners = (corner(south_west, -reach_m), corner(north_east, reach_m));
        let widths_m = match &rings {
            Rings::Polygons(polygons) => polygons.iter().flatten().map(|ring| ring_width_m(ring)).collect(),
            Rings::Within(..) => Vec::new(),
        };
        let polygons = if let Rings::Polygons(polygons) = &rings { polygons.as_slice() } else { &[] };
        let edges_of =
            |ring: &Vec<(f64, f64)>| ring.windows(2).map(|edge| [edge[0], edge[1]]).collect::<Vec<_>>();
        let (mut edges, mut ends) = (Vec::new(), Vec::new());
        for rings in polygons {
            edges.extend(rings.iter().flat_map(edges_of));
            ends.push(edges.len());
        }
        Self { zone, plane, rings, edges, ends, widths_m, corners }
    }

    /// How wide the area is about the border nearest to a point, in metres: a polygon's ring is as wide as it is, be it
    /// the outer one or a hole.
    pub(crate) fn width_m(&self, point: LatLon) -> f64 {
        match (&self.rings, self.widths_m.as_slice()) {
            (Rings::Within(_, reach_m), _) => 2.0 * reach_m,
            (Rings::Polygons(_), [only]) => *only,
            (Rings::Polygons(polygons), widths_m) => {
                let p = self.plane.to_xy_m(point);
                let rings = polygons.iter().flatten().map(|ring| distance_to_line_m(p, ring));
                let nearest = rings.zip(widths_m).min_by(|a, b| a.0.total_cmp(&b.0));
                nearest.map_or(f64::INFINITY, |(_, width_m)| *width_m)
            }
        }
    }

    /// Metres of a straight way, as the area's distances are measured.
    pub(crate) fn length_m(&self, from: LatLon, to: LatLon) -> f64 {
        let ((x1, y1), (x2, y2)) = (self.plane.to_xy_m(from), self.plane.to_xy_m(to));
        squared((x2 - x1, y2 - y1)).sqrt()
    }

    /// Metres to the border: positive outside, negative inside.
    pub(crate) fn signed_distance_m(&self, point: LatLon) -> f64 {
        let p = self.plane.to_xy_m(point);
        match &self.rings {
            Rings::Within(line, reach_m) => distance_to_line_m(p, line) - reach_m,
            Rings::Polygons(_) => {
                let nearest = self.edges.iter().map(|[a, b]| to_edge_m2(p, *a, *b));
                let border_m = nearest.fold(f64::INFINITY, f64::min).sqrt();
                if self.is_in_polygon(p) { -border_m } else { border_m }
            }
        }
    }

    /// Whether a place is inside or on the border: where [`Area::signed_distance_m`] is not above 0, sooner told.
    pub(crate) fn is_within(&self, point: LatLon) -> bool {
        let p = self.plane.to_xy_m(point);
        match &self.rings {
            Rings::Within(line, reach_m) => distance_to_line_m(p, line) - reach_m <= 0.0,
            Rings::Polygons(_) => {
                self.is_in_polygon(p) || self.edges.iter().any(|[a, b]| is_on_edge(p, *a, *b))
            }
        }
    }

    /// Whether a place is inside an odd number of rings of some polygon.
    fn is_in_polygon(&self, p: (f64, f64)) -> bool {
        let mut begin = 0;
        self.ends.iter().any(|end| {
            let edges = &self.edges[begin..*end];
            begin = *end;
            edges.iter().fold(false, |is_odd, [a, b]| is_odd ^ is_crossed(p, *a, *b))
        })
    }

    /// Whether a way, `distance_m` off the border at `from`, may come to it: some place of it is as far away from there.
    pub(crate) fn may_reach(
        &self,
        distance_m: f64,
        from: LatLon,
        mut way: impl Iterator<Item = LatLon>,
    ) -> bool {
        let (x, y) = self.plane.to_xy_m(from);
        // What is rounded off is less than that.
        let clear_m = distance_m.abs() - ROUNDED_OFF_M;
        clear_m <= 0.0
            || way.any(|place| {
                let (to_x, to_y) = self.plane.to_xy_m(place);
                squared((to_x - x, to_y - y)) >= clear_m * clear_m
            })
    }

    /// Where on the way from `outside` to `inside` (or the other way round) the border is, as a fraction.
    pub(crate) fn crossing(&self, from: LatLon, to: LatLon) -> f64 {
        let from_is_inside = self.is_within(from);
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..24 {
            let middle = (low + high) / 2.0;
            if self.is_within(from.lerp(to, middle)) == from_is_inside {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

/// Whether a ray to the east meets an edge.
fn is_crossed((x, y): (f64, f64), (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> bool {
    (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
}

/// Whether a place is on an edge, exactly.
fn is_on_edge(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> bool {
    let is_between = |at: f64, one: f64, other: f64| {
        at >= one.min(other) - ROUNDED_OFF_M && at <= one.max(other) + ROUNDED_OFF_M
    };
    is_between(p.0, a.0, b.0) && is_between(p.1, a.1, b.1) && to_edge_m2(p, a, b) <= 0.0
}

/// How wide a ring is, in metres: its box's smaller side, or less where it lies across it. Four times the area over the
/// length is the side of a square, the diameter of a circle, and at most twice the width of anything longer.
fn ring_width_m(ring: &[(f64, f64)]) -> f64 {
    let span = |of: fn(&(f64, f64)) -> f64| {
        let (low, high) = ring
            .iter()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        high - low
    };
    let (mut doubled_m2, mut length_m) = (0.0, 0.0);
    for edge in ring.windows(2) {
        let ((x1, y1), (x2, y2)) = (edge[0], edge[1]);
        doubled_m2 += x1 * y2 - x2 * y1;
        length_m += (x2 - x1).hypot(y2 - y1);
    }
    let across_m = if length_m > 0.0 { 2.0 * doubled_m2.abs() / length_m } else { 0.0 };
    span(|p| p.0).min(span(|p| p.1)).min(across_m)
}

fn distance_to_line_m(p: (f64, f64), line: &[(f64, f64)]) -> f64 {
    match line {
        [only] => squared((p.0 - only.0, p.1 - only.1)).sqrt(),
        line => {
            let edges = line.windows(2).map(|edge| to_edge_m2(p, edge[0], edge[1]));
            edges.fold(f64::INFINITY, f64::min).sqrt()
        }
    }
}

fn squared((x, y): (f64, f64)) -> f64 {
    x * x + y * y
}

/// The square of the distance to an edge.
fn to_edge_m2((x, y): (f64, f64), (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length_m2 = squared((dx, dy));
    let t = if length_m2 > 0.0 { (((x - x1) * dx + (y - y1) * dy) / length_m2).clamp(0.0, 1.0) } else { 0.0 };
    squared((x - x1 - t * dx, y - y1 - t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(geometry: &str, properties: &str) -> Area {
        let text =
            format!(r#"{{"type":"Feature","geometry":{geometry},"properties":{{"id":"z",{properties}}}}}"#);
        Area::new(Zone::from_geojson(text.as_bytes()).expect("a zone"))
    }

    /// A square of about 111 m × 111 m with a hole in its middle.
    fn ring_road() -> Area {
        area(
            r#"{"type":"Polygon","coordinates":[[[0,0],[0.001,0],[0.001,0.001],[0,0.001],[0,0]],
                [[0.0004,0.0004],[0.0006,0.0004],[0.0006,0.0006],[0.0004,0.0006],[0.0004,0.0004]]]}"#,
            r#""name":"ring""#,
        )
    }

    #[test]
    fn a_hole_is_outside() {
        let area = ring_road();
        assert!((area.signed_distance_m(LatLon::new(0.0005, 0.0002)) + 22.2).abs() < 0.1);
        assert!((area.signed_distance_m(LatLon::new(0.0005, 0.0005)) - 11.1).abs() < 0.1);
        assert!((area.signed_distance_m(LatLon::new(0.0005, 0.0012)) - 22.2).abs() < 0.1);
        assert!((area.width_m(LatLon::new(0.0005, 0.0012)) - 111.2).abs() < 0.1);
        assert!((area.width_m(LatLon::new(0.0005, 0.0005)) - 22.2).abs() < 0.1);
    }

    #[test]
    fn circles_and_corridors_reach_as_far_as_they_say() {
        let circle = area(r#"{"type":"Point","coordinates":[24.94,60.17]}"#, r#""radius_m":100"#);
        let east = LatLon::new(60.17, 24.94 + 150.0 / 111_195.0 / 60.17_f64.to_radians().cos());
        assert!((circle.signed_distance_m(east) - 50.0).abs() < 0.1);
        let line = area(r#"{"type":"LineString","coordinates":[[0,0],[0.01,0]]}"#, r#""buffer_m":20"#);
        assert!((line.signed_distance_m(LatLon::new(0.0001, 0.005)) + 8.88).abs() < 0.01);
        assert!(line.signed_distance_m(LatLon::new(0.0, -0.0003)) > 13.0);
        assert!((line.width_m(east) - 40.0).abs() < 1e-9 && (circle.width_m(east) - 200.0).abs() < 1e-9);
        assert!(line.corners.0.lat < -0.000_17 && line.corners.1.lon > 0.010_17);
    }

    #[test]
    fn the_crossing_is_on_the_border() {
        let area = ring_road();
        let (out, within) = (LatLon::new(0.0002, -0.001), LatLon::new(0.0002, 0.001));
        assert!((area.crossing(out, within) - 0.5).abs() < 1e-6);
        assert!((area.crossing(within, LatLon::new(0.0002, 0.002)) - 0.0).abs() < 1e-6);
    }
}

//! How far a point lies inside or outside of a zone, by nothing but geometry.

use model::{LatLon, LocalPlane, Shape};

/// Metres from the point to the border of the shape, negative inside.
#[must_use]
pub fn signed_distance_m(shape: &Shape, point: LatLon) -> f64 {
    let plane = LocalPlane::at(point);
    match shape {
        Shape::Circle { center, radius_m } => {
            let (x_m, y_m) = plane.to_xy_m(*center);
            x_m.hypot(y_m) - radius_m
        }
        Shape::Corridor { line, buffer_m } => to_line_m(line, &plane) - buffer_m,
        Shape::Polygons(polygons) => {
            let rings = || polygons.iter().flatten();
            let to_border_m = rings().map(|ring| to_line_m(ring, &plane)).fold(f64::INFINITY, f64::min);
            // A ray to the east crosses the rings, holes and all, an odd number of times from inside.
            let crossings: usize = rings().map(|ring| crossings(ring, &plane)).sum();
            if crossings % 2 == 1 { -to_border_m } else { to_border_m }
        }
    }
}

/// From the origin of the plane to a line.
fn to_line_m(line: &[LatLon], plane: &LocalPlane) -> f64 {
    let points: Vec<(f64, f64)> = line.iter().map(|&point| plane.to_xy_m(point)).collect();
    points.windows(2).map(|pair| to_segment_m(pair[0], pair[1])).fold(f64::INFINITY, f64::min)
}

/// From the origin to a segment.
fn to_segment_m((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let squared = dx * dx + dy * dy;
    let along = if squared > 0.0 { (-(ax * dx + ay * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    (ax + along * dx).hypot(ay + along * dy)
}

fn crossings(ring: &[LatLon], plane: &LocalPlane) -> usize {
    let points: Vec<(f64, f64)> = ring.iter().map(|&point| plane.to_xy_m(point)).collect();
    points
        .windows(2)
        .filter(|pair| {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            (ay > 0.0) != (by > 0.0) && ax + (bx - ax) * (0.0 - ay) / (by - ay) > 0.0
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: LatLon = LatLon::new(52.3, 13.6);

    fn at(x_m: f64, y_m: f64) -> LatLon {
        LocalPlane::at(ORIGIN).to_lat_lon(x_m, y_m)
    }

    fn square(half_m: f64) -> Vec<LatLon> {
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)]
            .map(|(x, y)| at(x * half_m, y * half_m))
            .to_vec()
    }

    fn distance_m(shape: &Shape, x_m: f64, y_m: f64) -> f64 {
        (signed_distance_m(shape, at(x_m, y_m)) * 10.0).round() / 10.0
    }

    #[test]
    fn a_polygon_ends_at_its_border_and_at_its_hole() {
        let shape = Shape::Polygons(vec![vec![square(100.0), square(20.0)]]);
        assert_eq!(distance_m(&shape, 60.0, 0.0), -40.0);
        assert_eq!(distance_m(&shape, 130.0, 0.0), 30.0);
        assert_eq!(distance_m(&shape, 0.0, 5.0), 15.0);
    }

    #[test]
    fn circles_and_corridors_end_at_their_reach() {
        let circle = Shape::Circle { center: ORIGIN, radius_m: 50.0 };
        assert_eq!(distance_m(&circle, 30.0, 40.0), 0.0);
        assert_eq!(distance_m(&circle, 0.0, -60.0), 10.0);
        let corridor = Shape::Corridor { line: vec![at(0.0, 0.0), at(100.0, 0.0)], buffer_m: 20.0 };
        assert_eq!(distance_m(&corridor, 50.0, 5.0), -15.0);
        assert_eq!(distance_m(&corridor, 150.0, 0.0), 30.0);
    }
}

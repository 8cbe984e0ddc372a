//! A line on the ground that is measured in metres from its start.

use std::sync::Arc;

use model::{LatLon, LocalPlane};

/// Two or more points, no two neighbours equal, with the metres from the start to each.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    points: Arc<[LatLon]>,
    cumulative_m: Arc<[f64]>,
}

/// The closest place on a line to some point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineProjection {
    /// Metres from the start of the line.
    pub offset_m: f64,
    /// Metres between the point and the line.
    pub distance_m: f64,
}

impl Line {
    /// A line through `points`; repeated neighbours are dropped. `None` if fewer than two points are left.
    #[must_use]
    pub fn new(points: impl IntoIterator<Item = LatLon>) -> Option<Self> {
        let mut kept: Vec<LatLon> = Vec::new();
        let mut cumulative_m: Vec<f64> = Vec::new();
        for point in points {
            let total_m = match (kept.last(), cumulative_m.last()) {
                (Some(last), Some(total_m)) => {
                    let step_m = last.distance_m(point);
                    if step_m <= 0.0 {
                        continue;
                    }
                    total_m + step_m
                }
                _ => 0.0,
            };
            kept.push(point);
            cumulative_m.push(total_m);
        }
        (kept.len() >= 2).then(|| Self { points: kept.into(), cumulative_m: cumulative_m.into() })
    }

    /// The points in order.
    #[must_use]
    pub fn points(&self) -> &[LatLon] {
        &self.points
    }

    /// Where the line starts.
    #[must_use]
    pub fn start(&self) -> LatLon {
        self.points[0]
    }

    /// Where the line ends.
    #[must_use]
    pub fn end(&self) -> LatLon {
        self.points[self.points.len() - 1]
    }

    /// The length in metres, above 0.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.cumulative_m[self.cumulative_m.len() - 1]
    }

    /// The number of straight segments, at least 1.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.points.len() - 1
    }

    /// The place `offset_m` metres from the start; offsets beyond the ends give the ends.
    #[must_use]
    pub fn point_at(&self, offset_m: f64) -> LatLon {
        let segment = self.segment_at(offset_m);
        let start_m = self.cumulative_m[segment];
        let length_m = self.cumulative_m[segment + 1] - start_m;
        let fraction = ((offset_m - start_m) / length_m).clamp(0.0, 1.0);
        // An offset that is not a number reads as the start.
        let fraction = if fraction.is_nan() { 0.0 } else { fraction };
        self.points[segment].lerp(self.points[segment + 1], fraction)
    }

    /// The direction of the line at `offset_m`, degrees clockwise from north, 0 ≤ h < 360.
    #[must_use]
    pub fn heading_at(&self, offset_m: f64) -> f64 {
        self.segment_heading(self.segment_at(offset_m))
    }

    /// The part between two offsets, its ends included; empty unless `from_m < to_m` within the line.
    #[must_use]
    pub fn slice(&self, from_m: f64, to_m: f64) -> Vec<LatLon> {
        let from_m = from_m.max(0.0);
        let to_m = to_m.min(self.length_m());
        if from_m < to_m {
            let inner = (self.cumulative_m.iter().zip(self.points.iter()))
                .filter(|&(&at_m, _)| from_m < at_m && at_m < to_m)
                .map(|(_, &point)| point);
            let mut slice = vec![self.point_at(from_m)];
            slice.extend(inner);
            slice.push(self.point_at(to_m));
            slice
        } else {
            Vec::new()
        }
    }

    /// The closest place on the line to `point`; the first one where several are equally close.
    /// Exact within some kilometres of the point, which is the range that matching to roads needs.
    #[must_use]
    pub fn project(&self, point: LatLon) -> LineProjection {
        let plane = LocalPlane::at(point);
        let mut best = self.project_on_segment(0, &plane);
        for segment in 1..self.segment_count() {
            let candidate = self.project_on_segment(segment, &plane);
            if candidate.distance_m < best.distance_m {
                best = candidate;
            }
        }
        best
    }

    /// The same line the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let total_m = self.length_m();
        Self {
            points: self.points.iter().rev().copied().collect(),
            cumulative_m: self.cumulative_m.iter().rev().map(|at_m| total_m - at_m).collect(),
        }
    }

    /// The closest place on one segment to the origin of `plane`.
    pub(crate) fn project_on_segment(&self, segment: usize, plane: &LocalPlane) -> LineProjection {
        let (ax, ay) = plane.to_xy_m(self.points[segment]);
        let (bx, by) = plane.to_xy_m(self.points[segment + 1]);
        let (dx, dy) = (bx - ax, by - ay);
        let squared = dx * dx + dy * dy;
        let fraction = if squared > 0.0 { (-(ax * dx + ay * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
        let start_m = self.cumulative_m[segment];
        let length_m = self.cumulative_m[segment + 1] - start_m;
        LineProjection {
            offset_m: start_m + fraction * length_m,
            distance_m: (ax + fraction * dx).hypot(ay + fraction * dy),
        }
    }

    pub(crate) fn segment_heading(&self, segment: usize) -> f64 {
        self.points[segment].bearing_deg(self.points[segment + 1])
    }

    /// The segment that holds the offset; at a point between two, the later one.
    fn segment_at(&self, offset_m: f64) -> usize {
        let after = self.cumulative_m.partition_point(|&at_m| at_m <= offset_m);
        after.saturating_sub(1).min(self.segment_count() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: LatLon = LatLon::new(60.17, 24.94);

    fn line(points_m: &[(f64, f64)]) -> Line {
        let plane = LocalPlane::at(ORIGIN);
        Line::new(points_m.iter().map(|&(x, y)| plane.to_lat_lon(x, y))).unwrap()
    }

    /// 100 m east, then 50 m north.
    fn corner() -> Line {
        line(&[(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)])
    }

    #[test]
    fn a_line_needs_two_different_points() {
        assert_eq!(Line::new([]), None);
        assert_eq!(Line::new([ORIGIN, ORIGIN, ORIGIN]), None);
        let line = Line::new([ORIGIN, ORIGIN, LatLon::new(60.18, 24.94)]).unwrap();
        assert_eq!(line.points().len(), 2);
    }

    #[test]
    fn length_adds_up_the_segments() {
        assert!((corner().length_m() - 150.0).abs() < 0.01, "{}", corner().length_m());
    }

    #[test]
    fn places_and_headings_follow_the_line() {
        let corner = corner();
        let plane = LocalPlane::at(ORIGIN);
        let (x, y) = plane.to_xy_m(corner.point_at(125.0));
        assert!((x - 100.0).abs() < 0.01 && (y - 25.0).abs() < 0.01, "{x} {y}");
        assert!((corner.heading_at(10.0) - 90.0).abs() < 0.01);
        assert!(corner.heading_at(149.0) < 0.01);
        assert_eq!(corner.point_at(-5.0), corner.start());
        assert_eq!(corner.point_at(1e9), corner.end());
        assert_eq!(corner.point_at(f64::NAN), corner.start());
    }

    #[test]
    fn a_slice_keeps_the_corners_inside_it() {
        let corner = corner();
        let slice = corner.slice(50.0, 120.0);
        assert_eq!(slice.len(), 3);
        assert_eq!(slice[1], corner.points()[1]);
        assert_eq!(corner.slice(-10.0, 1e9), corner.points());
        assert!(corner.slice(20.0, 20.0).is_empty());
        assert!(corner.slice(200.0, 300.0).is_empty());
    }

    #[test]
    fn a_point_beside_the_line_projects_at_a_right_angle() {
        let plane = LocalPlane::at(ORIGIN);
        let projection = corner().project(plane.to_lat_lon(40.0, 7.0));
        assert!((projection.offset_m - 40.0).abs() < 0.01, "{projection:?}");
        assert!((projection.distance_m - 7.0).abs() < 0.01, "{projection:?}");
    }

    #[test]
    fn reversing_twice_gives_the_line_again() {
        let corner = corner();
        let reversed = corner.reversed();
        assert_eq!(reversed.start(), corner.end());
        assert!((reversed.heading_at(10.0) - 180.0).abs() < 0.01);
        assert_eq!(reversed.reversed().points(), corner.points());
        assert!((reversed.length_m() - corner.length_m()).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn a_place_on_the_line_projects_onto_itself(offset_m in 0.0..150.0f64) {
            let corner = corner();
            let projection = corner.project(corner.point_at(offset_m));
            prop_assert!((projection.offset_m - offset_m).abs() < 0.01);
            prop_assert!(projection.distance_m < 0.01);
        }
    }
}

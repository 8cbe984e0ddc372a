//! Which lanes cars may use, and where the middle of several lanes runs.

use super::document::{Lane, Xy};

/// SUMO's classes of vehicle that are ordinary cars.
const CARS: [&str; 2] = ["passenger", "private"];

/// Whether ordinary cars may use a lane, by its attributes `allow` and `disallow`.
pub(super) fn allows_cars(allow: Option<&str>, disallow: Option<&str>) -> bool {
    let holds = |list: &str, wanted: &[&str]| list.split_whitespace().any(|class| wanted.contains(&class));
    match (allow, disallow) {
        (Some(allow), _) if !allow.trim().is_empty() => holds(allow, &CARS) || holds(allow, &["all"]),
        // A class that is named keeps out only itself: a lane closed to `private` is still open to `passenger`.
        (_, Some(disallow)) => !holds(disallow, &["all", CARS[0]]),
        _ => true,
    }
}

/// The line along the middle of all lanes; empty if they have no shape.
pub(super) fn middle(lanes: &[Lane]) -> Vec<Xy> {
    let shapes: Vec<&[Xy]> =
        lanes.iter().map(|lane| lane.shape.as_slice()).filter(|shape| shape.len() >= 2).collect();
    let Some(last) = shapes.len().checked_sub(1) else { return Vec::new() };
    let (right, left) = (shapes[last / 2], shapes[last.div_ceil(2)]);
    if last % 2 == 0 {
        return right.to_vec();
    }
    along(right)
        .map(|(fraction, (x, y))| {
            let (other_x, other_y) = at(left, fraction);
            ((x + other_x) / 2.0, (y + other_y) / 2.0)
        })
        .collect()
}

/// The points of a line, each with the share of the line that lies before it.
fn along(line: &[Xy]) -> impl Iterator<Item = (f64, Xy)> + '_ {
    let total_m = length_m(line);
    let mut run_m = 0.0;
    line.iter().enumerate().map(move |(i, &point)| {
        if i > 0 {
            run_m += distance_m(line[i - 1], point);
        }
        (if total_m > 0.0 { run_m / total_m } else { 0.0 }, point)
    })
}

/// The point on a line of two or more points with this share of the line before it.
fn at(line: &[Xy], fraction: f64) -> Xy {
    point_at(line, fraction * length_m(line))
}

/// The point on a line of two or more points this far from its start.
pub(super) fn point_at(line: &[Xy], offset_m: f64) -> Xy {
    let mut left_m = offset_m;
    for pair in line.windows(2) {
        let step_m = distance_m(pair[0], pair[1]);
        if left_m <= step_m && step_m > 0.0 {
            let share = left_m / step_m;
            return (
                pair[0].0 + (pair[1].0 - pair[0].0) * share,
                pair[0].1 + (pair[1].1 - pair[0].1) * share,
            );
        }
        left_m -= step_m;
    }
    line[line.len() - 1]
}

/// The length of a line.
pub(super) fn length_m(line: &[Xy]) -> f64 {
    line.windows(2).map(|pair| distance_m(pair[0], pair[1])).sum()
}

/// The distance between two points.
pub(super) fn distance_m(a: Xy, b: Xy) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_for_buses_bicycles_or_feet_are_not_for_cars() {
        for (allow, disallow, expected) in [
            (None, None, true),
            (Some("bus taxi"), None, false),
            (Some("private emergency passenger bus"), None, true),
            (Some("all"), None, true),
            (None, Some("tram rail pedestrian"), true),
            (None, Some("all"), false),
            (None, Some("private passenger"), false),
            (Some(""), None, true),
        ] {
            assert_eq!(allows_cars(allow, disallow), expected, "{allow:?} {disallow:?}");
        }
    }

    fn lane(shape: &[Xy]) -> Lane {
        Lane { index: 0, speed_mps: 10.0, shape: shape.to_vec() }
    }

    #[test]
    fn the_middle_of_an_even_number_of_lanes_runs_between_them() {
        let lanes = [lane(&[(0.0, 0.0), (100.0, 0.0)]), lane(&[(0.0, 4.0), (100.0, 4.0)])];
        assert_eq!(middle(&lanes), [(0.0, 2.0), (100.0, 2.0)]);
        assert_eq!(middle(&lanes[..1]), [(0.0, 0.0), (100.0, 0.0)]);
        assert_eq!(middle(&[]), []);
    }

    #[test]
    fn the_middle_of_an_odd_number_of_lanes_is_the_middle_lane() {
        let lanes = [0.0, 3.0, 6.0].map(|y| lane(&[(0.0, y), (100.0, y)]));
        assert_eq!(middle(&lanes), [(0.0, 3.0), (100.0, 3.0)]);
    }
}

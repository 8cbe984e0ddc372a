//! What zones must tell, found by brute force: shapes whose depth is a formula, and paths looked at ten times a second.

use crate::world::place;

pub struct Random(pub u64);

impl Random {
    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// A zone's true shape on the plane, and how deep inside it a point is.
pub enum Truth {
    Circle(f64, f64, f64),
    Rectangle(f64, f64, f64, f64),
    Corridor(f64, f64, f64, f64, f64),
    /// A rectangle with a rectangle cut out.
    Holed([f64; 4], [f64; 4]),
}

impl Truth {
    /// Any shape, about this place.
    pub fn random(random: &mut Random, (x, y): (f64, f64)) -> Self {
        let mut within = |low: f64, high: f64| low + random.unit() * (high - low);
        match within(0.0, 4.0) as u32 {
            3 => {
                let (w, s) = (x - within(90.0, 200.0), y - within(90.0, 200.0));
                let (e, n) = (x + within(90.0, 200.0), y + within(90.0, 200.0));
                let (hw, hs) = (x + within(-30.0, 0.0), y + within(-30.0, 0.0));
                Self::Holed([w, s, e, n], [hw, hs, hw + within(30.0, 80.0), hs + within(30.0, 80.0)])
            }
            0 => Self::Circle(x, y, within(60.0, 250.0)),
            1 => Self::Rectangle(x, y, x + within(80.0, 300.0), y + within(80.0, 300.0)),
            _ => {
                Self::Corridor(x, y, x + within(-250.0, 250.0), y + within(-250.0, 250.0), within(45.0, 90.0))
            }
        }
    }

    /// The zone as a Feature; `more` = further properties.
    pub fn feature(&self, id: usize, rules: &str) -> String {
        let point = |x: f64, y: f64| format!("[{},{}]", place(x, y).lon, place(x, y).lat);
        let ring = |[w, s, e, n]: [f64; 4]| {
            let corners = [point(w, s), point(e, s), point(e, n), point(w, n), point(w, s)].join(",");
            format!("[{corners}]")
        };
        let (geometry, coordinates, more) = match self {
            Self::Circle(x, y, radius) => ("Point", point(*x, *y), format!(r#","radius_m":{radius}"#)),
            Self::Rectangle(w, s, e, n) => {
                ("Polygon", format!("[{}]", ring([*w, *s, *e, *n])), String::new())
            }
            Self::Holed(outer, hole) => {
                ("Polygon", format!("[{},{}]", ring(*outer), ring(*hole)), String::new())
            }
            Self::Corridor(x1, y1, x2, y2, buffer) => {
                let line = format!("[{},{}]", point(*x1, *y1), point(*x2, *y2));
                ("LineString", line, format!(r#","buffer_m":{buffer}"#))
            }
        };
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"{geometry}","coordinates":{coordinates}}},"properties":{{"id":"z{id}"{more}{rules}}}}}"#
        )
    }

    /// Metres inside the border; negative outside.
    pub fn depth_m(&self, x: f64, y: f64) -> f64 {
        match self {
            Self::Circle(cx, cy, radius) => radius - (x - cx).hypot(y - cy),
            Self::Rectangle(w, s, e, n) => in_rectangle_m([*w, *s, *e, *n], x, y),
            Self::Holed(outer, hole) => in_rectangle_m(*outer, x, y).min(-in_rectangle_m(*hole, x, y)),
            Self::Corridor(x1, y1, x2, y2, buffer) => {
                let (dx, dy) = (x2 - x1, y2 - y1);
                let t = (((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                buffer - (x - x1 - t * dx).hypot(y - y1 - t * dy)
            }
        }
    }
}

/// Metres inside a rectangle's border (west, south, east, north); negative outside.
fn in_rectangle_m([w, s, e, n]: [f64; 4], x: f64, y: f64) -> f64 {
    let (dx, dy) = ((x - w).min(e - x), (y - s).min(n - y));
    if dx >= 0.0 && dy >= 0.0 { dx.min(dy) } else { -dx.min(0.0).hypot(dy.min(0.0)) }
}

/// A vehicle at one tenth of a second: x, y, speed, course.
pub type Moment = (f64, f64, f64, f64);

/// When a zone counts a visit, and how much of it is left to chance.
#[derive(Clone, Copy)]
pub struct Rules {
    /// A visit, or a gap between two, that is no deeper than this may go either way, in metres.
    pub shallow_m: f64,
    pub min_dwell_s: f64,
    /// A stay that is longer or shorter than the least by no more than this may go either way, in seconds.
    pub slack_s: f64,
    /// What begins so shortly before the end may not have been reported enough to be sure, in seconds.
    pub end_s: f64,
}

/// A part of a path on one side of the border.
struct Run {
    is_inside: bool,
    deepest_m: f64,
    from_s: f64,
    to_s: f64,
}

/// How many entries there must be at least and at most.
pub fn visits(truth: &Truth, course: &[Moment], rules: Rules) -> (usize, usize) {
    let mut runs: Vec<Run> = Vec::new();
    for (tenth, (x, y, ..)) in course.iter().enumerate() {
        let (depth_m, at_s) = (truth.depth_m(*x, *y), tenth as f64 / 10.0);
        let is_inside = depth_m >= 0.0;
        match runs.last_mut() {
            Some(run) if run.is_inside == is_inside => {
                (run.deepest_m, run.to_s) = (run.deepest_m.max(depth_m.abs()), at_s);
            }
            _ => runs.push(Run { is_inside, deepest_m: depth_m.abs(), from_s: at_s, to_s: at_s }),
        }
    }
    if let Some(last) = runs.last_mut().filter(|last| last.to_s - last.from_s < rules.end_s) {
        last.deepest_m = 0.0;
    }
    // Two visits are two for sure only with a deep gap between them.
    let is_gap = |run: &Run| !run.is_inside && run.deepest_m > rules.shallow_m;
    let (mut least, mut most) = (0, 0);
    for group in runs.split(is_gap) {
        let inside: Vec<&Run> = group.iter().filter(|run| run.is_inside).collect();
        let (Some(first), Some(last)) = (inside.first(), inside.last()) else { continue };
        let is_sure = |run: &&&Run| {
            run.deepest_m > rules.shallow_m && run.to_s - run.from_s >= rules.min_dwell_s + rules.slack_s
        };
        least += usize::from(inside.iter().any(|run| is_sure(&run)));
        if last.to_s - first.from_s >= rules.min_dwell_s - rules.slack_s {
            most += inside.len();
        }
    }
    (least, most)
}

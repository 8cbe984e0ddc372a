//! Two vehicles that crash: both brake as hard as they can and stand on the carriageway.

use super::demand::{Demand, Vehicle};

/// Metres between the fronts of two cars that stand bumper to bumper.
const BUMPER_TO_BUMPER_M: f64 = 6.0;

/// Where and when two vehicles crash.
#[derive(Debug)]
pub(super) struct Crash {
    /// The edge of the crash, and those after it that the vehicles go on to later.
    pub edges: Vec<String>,
    /// The lanes, counted from the right: one for both behind one another, two for both side by side.
    pub lanes: Vec<usize>,
    /// Metres from the start of the edge.
    pub at_m: f64,
    /// How far before the vehicles come into the scene, in metres.
    pub run_up_m: f64,
    /// When they come into the scene, in seconds.
    pub depart_s: f64,
    /// How long they stand, in seconds.
    pub lasts_s: f64,
}

impl Crash {
    /// Adds both vehicles; gives their names.
    pub fn stage(self, demand: &mut Demand) -> Vec<String> {
        let side_by_side = self.lanes.len() > 1;
        (0..2usize)
            .map(|i| {
                let id = format!("crash.{i}");
                let lane = self.lanes[i % self.lanes.len()];
                let behind_m = BUMPER_TO_BUMPER_M * if i == 0 { 0.0 } else { 1.0 };
                let end_m = self.at_m - if side_by_side { behind_m / 2.0 } else { behind_m };
                let start_m = self.at_m - self.run_up_m - if side_by_side { behind_m } else { 0.0 };
                let edge = self.edges.first().map_or("", String::as_str);
                demand.add(Vehicle {
                    id: id.clone(),
                    kind: "crashing",
                    depart_s: if i == 0 || side_by_side { self.depart_s } else { self.depart_s + 2.0 },
                    start: format!(r#"departLane="{lane}" departPos="{start_m:.1}" departSpeed="max""#),
                    edges: self.edges.clone(),
                    stops: format!(
                        r#"<stop lane="{edge}_{lane}" endPos="{end_m:.1}" duration="{:.0}"/>"#,
                        self.lasts_s
                    ),
                });
                id
            })
            .collect()
    }
}

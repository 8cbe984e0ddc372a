//! The vehicles of a scene, as SUMO reads them.

use std::fmt::Write;
use std::path::Path;

use crate::ScoreError;
use crate::chance::Chance;

/// The types of vehicle. Those that crash can brake harder than one likes to, and keep their lane.
const TYPES: &str = r#"
<vType id="car" vClass="passenger" sigma="0.5" speedFactor="normc(1.00,0.10,0.70,1.30)"/>
<vType id="truck" vClass="truck" sigma="0.5" maxSpeed="24.5" speedFactor="normc(0.95,0.05,0.80,1.05)"/>
<vType id="motorcycle" vClass="motorcycle" sigma="0.5" speedFactor="normc(1.05,0.10,0.80,1.40)"/>
<vType id="bus" vClass="bus" sigma="0.5"/>
<vType id="crashing" vClass="passenger" sigma="0.5" decel="8" emergencyDecel="9" minGap="0.5" lcSpeedGain="0" lcKeepRight="0" lcCooperative="0"/>
"#;

/// Shares of lorries and motorcycles in ordinary traffic.
const TRUCKS: f64 = 0.1;
const MOTORCYCLES: f64 = 0.03;

/// A vehicle before it departs.
#[derive(Debug, Clone)]
pub(super) struct Vehicle {
    pub id: String,
    pub kind: &'static str,
    pub depart_s: f64,
    /// `departLane`, `departPos` and `departSpeed` as SUMO writes them.
    pub start: String,
    pub edges: Vec<String>,
    /// `<stop>` elements.
    pub stops: String,
}

/// Where ordinary traffic enters.
pub(super) const FLOWING: &str = r#"departLane="free" departSpeed="max""#;

/// All vehicles of a scene.
#[derive(Debug, Default)]
pub(super) struct Demand {
    vehicles: Vec<Vehicle>,
}

impl Demand {
    pub fn add(&mut self, vehicle: Vehicle) {
        self.vehicles.push(vehicle);
    }

    /// Ordinary traffic from `span_s.0` to `span_s.1`, so many vehicles a second on average, each on a route that
    /// `edges` gives it; `None` = it stays at home.
    pub fn flow(
        &mut self,
        name: &str,
        span_s: (f64, f64),
        per_second: f64,
        chance: &mut Chance,
        mut edges: impl FnMut(&mut Chance) -> Option<Vec<String>>,
    ) {
        let mut depart_s = span_s.0 + chance.wait_s(per_second);
        while depart_s < span_s.1 {
            let draw = chance.unit();
            let kind = match draw {
                _ if draw < TRUCKS => "truck",
                _ if draw < TRUCKS + MOTORCYCLES => "motorcycle",
                _ => "car",
            };
            let id = format!("{name}.{}", self.vehicles.len());
            if let Some(edges) = edges(chance) {
                let (start, stops) = (FLOWING.to_owned(), String::new());
                self.add(Vehicle { id, kind, depart_s, start, edges, stops });
            }
            depart_s += chance.wait_s(per_second);
        }
    }

    /// Writes the vehicles, in order of departure as SUMO wants them.
    pub fn write(mut self, path: &Path) -> Result<(), ScoreError> {
        self.vehicles.sort_by(|a, b| a.depart_s.total_cmp(&b.depart_s));
        let mut text = format!("<routes>{TYPES}");
        for Vehicle { id, kind, depart_s, start, edges, stops } in &self.vehicles {
            let edges = edges.join(" ");
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                r#"<vehicle id="{id}" type="{kind}" depart="{depart_s:.2}" {start}><route edges="{edges}"/>{stops}</vehicle>"#
            );
        }
        text.push_str("</routes>\n");
        std::fs::write(path, text).map_err(ScoreError::file(path))
    }
}

/// Names as they are kept.
pub(super) fn edges(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

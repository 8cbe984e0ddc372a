//! SUMO's floating car data: where every vehicle is at every step.

use std::path::Path;

use super::xml::each_element;
use crate::ScoreError;

/// One vehicle at one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// Since the start of the simulation.
    pub at_ms: i64,
    /// The vehicle's name.
    pub id: &'a str,
    /// The name of its type.
    pub kind: &'a str,
    /// In the network's own metres.
    pub x_m: f64,
    /// In the network's own metres.
    pub y_m: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// Speed in m/s.
    pub speed_mps: f64,
    /// Acceleration in m/s².
    pub acceleration_mps2: f64,
    /// The edge it is on; starts with `:` inside a junction.
    pub edge: &'a str,
}

/// Hands every row of the file to `take`, in order of time.
///
/// # Errors
/// The file cannot be read, or a row lacks something.
pub fn read(path: &Path, mut take: impl FnMut(Row<'_>)) -> Result<(), ScoreError> {
    let mut at_ms = 0;
    each_element(path, |name, element| {
        let missing = |what: &str| ScoreError::output(path, format!("a {name} without {what}"));
        match name {
            "timestep" => at_ms = element.ms("time").ok_or_else(|| missing("time"))?,
            "vehicle" => {
                let text = |name| element.text(name).ok_or_else(|| missing(name));
                let number = |name| element.number(name).ok_or_else(|| missing(name));
                let (id, kind, lane) = (text("id")?, text("type")?, text("lane")?);
                take(Row {
                    at_ms,
                    id: &id,
                    kind: &kind,
                    x_m: number("x")?,
                    y_m: number("y")?,
                    heading_deg: number("angle")?,
                    speed_mps: number("speed")?,
                    acceleration_mps2: number("acceleration")?,
                    edge: lane.rsplit_once('_').map_or(&lane, |(edge, _)| edge),
                });
            }
            _ => {}
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_with_their_time_and_edge() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fcd.xml");
        let text = r#"<fcd-export><timestep time="0.00"/><timestep time="1.50">
            <vehicle id="a" x="1.5" y="-2" angle="90" type="car" speed="13.9" pos="5.1" lane="-a#1_b_0" acceleration="-0.5"/>
            </timestep></fcd-export>"#;
        std::fs::write(&path, text).unwrap();
        let mut rows = 0;
        read(&path, |row| {
            rows += 1;
            assert_eq!((row.at_ms, row.id, row.kind, row.edge), (1_500, "a", "car", "-a#1_b"));
            assert_eq!((row.x_m, row.y_m, row.speed_mps), (1.5, -2.0, 13.9));
            assert_eq!((row.heading_deg, row.acceleration_mps2), (90.0, -0.5));
        })
        .unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn a_row_that_lacks_something_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fcd.xml");
        std::fs::write(&path, r#"<f><timestep time="0"><vehicle id="a" type="car"/></timestep></f>"#)
            .unwrap();
        let error = read(&path, |_| {}).unwrap_err().to_string();
        assert!(error.contains("a vehicle without lane"), "{error}");
    }
}

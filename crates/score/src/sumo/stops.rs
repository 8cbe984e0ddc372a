//! SUMO's stop output: which vehicle stood where on purpose, from when to when.

use std::path::Path;

use super::xml::each_element;
use crate::ScoreError;

/// One stop of one vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The vehicle's name.
    pub vehicle: String,
    /// Since the start of the simulation.
    pub from_ms: i64,
    /// Since the start of the simulation; `None` if it still stood at the end.
    pub to_ms: Option<i64>,
    /// Whether it stood beside the carriageway.
    pub is_parked: bool,
}

/// Reads all stops, in the order in which they ended.
///
/// # Errors
/// The file cannot be read, or a stop lacks something.
pub fn read(path: &Path) -> Result<Vec<Stop>, ScoreError> {
    let mut stops = Vec::new();
    each_element(path, |name, element| {
        if name == "stopinfo" {
            let missing = |what: &str| ScoreError::output(path, format!("a stop without {what}"));
            stops.push(Stop {
                vehicle: element.text("id").ok_or_else(|| missing("id"))?.into_owned(),
                from_ms: element.ms("started").ok_or_else(|| missing("started"))?,
                // A stop that is not over has a negative end.
                to_ms: element.ms("ended").filter(|ended| *ended >= 0),
                is_parked: element.text("parking").is_some_and(|parking| parking != "0"),
            });
        }
        Ok(())
    })?;
    Ok(stops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_tell_who_stood_when_and_whether_beside_the_road() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stops.xml");
        let text = r#"<stops>
            <stopinfo id="a" lane="e_0" pos="9" parking="0" started="10.00" ended="70.00"/>
            <stopinfo id="b" lane="e_0" pos="9" parking="1" started="5.00" ended="-1.00"/></stops>"#;
        std::fs::write(&path, text).unwrap();
        let stops = read(&path).unwrap();
        assert_eq!((stops[0].from_ms, stops[0].to_ms, stops[0].is_parked), (10_000, Some(70_000), false));
        assert_eq!((stops[1].vehicle.as_str(), stops[1].to_ms, stops[1].is_parked), ("b", None, true));
    }
}

//! The road networks of the scenes.

use std::path::Path;

use super::network_path;
use crate::chance::Chance;
use crate::sumo;
use crate::{ScoreError, sumo::A10KW};

/// How long all phases of the city's lights take, in seconds.
pub(super) const CITY_CYCLE_S: u32 = 80;

/// The motorway that comes with sumo-tools.
pub(super) fn shipped(folder: &Path) -> Result<(), ScoreError> {
    let from = Path::new(A10KW);
    std::fs::copy(from, network_path(folder)).map_err(ScoreError::file(from))?;
    Ok(())
}

/// 3.1 km with three lanes, 1.4 km with one, in a gentle curve north of Helsinki; the other carriageway 25 m beside it.
pub(super) fn lane_drop(folder: &Path) -> Result<(), ScoreError> {
    let nodes = r#"<nodes>
<node id="a" x="24.8000" y="60.3000"/><node id="b" x="24.8550" y="60.3050"/><node id="c" x="24.8700" y="60.3042"/>
<node id="d" x="24.8800" y="60.3030"/><node id="e" x="24.8802" y="60.30322"/><node id="f" x="24.8551" y="60.30523"/>
<node id="g" x="24.8000" y="60.30023"/>
</nodes>"#;
    let edges = r#"<edges>
<edge id="wide" from="a" to="b" numLanes="3" speed="27.78" priority="10" spreadType="center" shape="24.8000,60.3000 24.8150,60.3012 24.8300,60.3030 24.8450,60.3044 24.8550,60.3050"/>
<edge id="narrow" from="b" to="c" numLanes="1" speed="27.78" priority="10" spreadType="center"/>
<edge id="after" from="c" to="d" numLanes="1" speed="27.78" priority="10" spreadType="center"/>
<edge id="back" from="e" to="f" numLanes="3" speed="27.78" priority="10" spreadType="center" shape="24.8802,60.30322 24.8702,60.30443 24.8551,60.30523"/>
<edge id="home" from="f" to="g" numLanes="3" speed="27.78" priority="10" spreadType="center" shape="24.8551,60.30523 24.8450,60.30463 24.8300,60.30323 24.8150,60.30143 24.8000,60.30023"/>
</edges>"#;
    for (name, text) in [("nodes.xml", nodes), ("edges.xml", edges)] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(ScoreError::file(&path))?;
    }
    sumo::run(
        "netconvert",
        folder,
        [
            "--node-files",
            "nodes.xml",
            "--edge-files",
            "edges.xml",
            "--proj.utm",
            "--proj.plain-geo",
            "--no-turnarounds",
            "--output-file",
            "net.xml",
        ],
    )
}

/// Five streets by four with so many lanes each way and lights at every crossing; the blocks are as long as chance wants.
pub(super) fn city(folder: &Path, lanes: u32, chance: &mut Chance) -> Result<(), ScoreError> {
    let (x_m, y_m) = (chance.between(190.0, 260.0), chance.between(160.0, 220.0));
    let sizes = [format!("{x_m:.0}"), format!("{y_m:.0}"), CITY_CYCLE_S.to_string(), lanes.to_string()];
    sumo::run(
        "netgenerate",
        folder,
        [
            "--grid",
            "--grid.x-number",
            "5",
            "--grid.y-number",
            "4",
            "--grid.x-length",
            &sizes[0],
            "--grid.y-length",
            &sizes[1],
            "--grid.attach-length",
            "180",
            "--default.lanenumber",
            &sizes[3],
            "--default-junction-type",
            "traffic_light",
            "--tls.cycle.time",
            &sizes[2],
            "--no-turnarounds",
            "--output-file",
            "net.xml",
        ],
    )
}

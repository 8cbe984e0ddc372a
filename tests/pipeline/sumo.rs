//! Traffic that Eclipse SUMO made, as Debian has it, goes the whole way: its floating car data is replayed into the broker, and
//! detected on.

use end_to_end::city::City;
use model::{Event, EventKind, Geometry, LatLon, Phase};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use testbed::{Folder, Program, Running, programs_folder};

/// Two kilometres of road with one lane, then half a kilometre with two, north of Helsinki.
const NODES: &str = r#"<nodes><node id="a" x="24.8000" y="60.3000"/><node id="b" x="24.8360" y="60.3030"/><node id="c" x="24.8450" y="60.3034"/></nodes>"#;
const EDGES: &str = r#"<edges><edge id="narrow" from="a" to="b" numLanes="1" speed="22.22"/><edge id="wide" from="b" to="c" numLanes="2" speed="22.22"/></edges>"#;
/// A car stops on the only lane for five minutes, and others come.
const ROUTES: &str = r#"<routes><vType id="car" vClass="passenger"/><route id="r" edges="narrow wide"/>
<vehicle id="stopped" type="car" route="r" depart="0" departSpeed="max"><stop lane="narrow_0" endPos="1500" duration="300"/></vehicle>
<flow id="flow" type="car" route="r" begin="5" end="400" period="4" departSpeed="max"/></routes>"#;
const STOPS_AT: LatLon = LatLon::new(60.3022, 24.8270);

/// Runs one of SUMO's programs in a folder.
fn sumo(program: &str, folder: &Path, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("SUMO_HOME", "/usr/share/sumo")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; apt install sumo sumo-tools"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

fn make_traffic(folder: &Path) {
    for (name, text) in [("nodes.xml", NODES), ("edges.xml", EDGES), ("routes.xml", ROUTES)] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let network = [
        "--node-files",
        "nodes.xml",
        "--edge-files",
        "edges.xml",
        "--proj.utm",
        "--proj.plain-geo",
        "-o",
        "net.xml",
    ];
    sumo("netconvert", folder, &network);
    let run = [
        "-n",
        "net.xml",
        "-r",
        "routes.xml",
        "--end",
        "600",
        "--fcd-output",
        "fcd.xml.gz",
        "--no-step-log",
        "true",
    ];
    sumo("sumo", folder, &run);
}

fn distance_m(event: &Event, place: LatLon) -> f64 {
    let lines = match &event.geometry {
        Geometry::Point(point) => vec![vec![*point]],
        Geometry::LineString(line) => vec![line.clone()],
        Geometry::MultiLineString(lines) => lines.clone(),
    };
    let points = lines.into_iter().flatten().map(|[lon, lat]| LatLon::new(lat, lon));
    points.map(|point| point.distance_m(place)).fold(f64::INFINITY, f64::min)
}

#[tokio::test(flavor = "multi_thread")]
async fn floating_car_data_of_sumo_is_replayed_and_detected_on() {
    let folder = Folder::temporary().expect("a folder");
    make_traffic(folder.path());
    let network = folder.path().join("net.xml").display().to_string();
    let recording = folder.path().join("fcd.xml.gz").display().to_string();
    let programs = [Program::Collector, Program::Gateway, Program::Web];
    let city = City::with(&programs, &[(Program::Gateway, "VIGIROUTE_ROADS", &network)]).await;

    let arguments = ["replay", &recording, "--net", &network, "--speed", "0"];
    let binary = programs_folder().join("simulator");
    let mut replay =
        Running::start_from(binary, Program::Simulator, &arguments, &city.stack, &[]).expect("it was built");
    let status = replay.wait(Duration::from_secs(60)).await;
    assert!(status.is_some_and(|status| status.success()), "{status:?}\n{}", replay.tail());

    // It grows backwards from the car that stopped, and dissolves from there.
    let jam = city.wait_for(EventKind::Jam, 30, |event| event.phase == Phase::Ended).await;
    assert_eq!(jam.road.as_ref().map(|road| road.id.as_str()), Some("narrow"), "{jam:?}");
    let (status, body) = city.get(&format!("/api/v1/events/{}", jam.id)).await;
    assert_eq!(status, 200, "{body}");
    let revisions = body["revisions"].as_array().expect("revisions");
    let course: Vec<Event> = revisions
        .iter()
        .map(|revision| serde_json::from_value(revision["event"].clone()).expect("an event"))
        .collect();
    assert!(course.iter().any(|event| distance_m(event, STOPS_AT) < 150.0), "{course:#?}");
    assert!(
        course.iter().any(|event| event.measures.vehicles.is_some_and(|count| count >= 10)),
        "{course:#?}"
    );
}

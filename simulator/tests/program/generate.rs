//! Recordings made without any server.

use std::io::BufRead;
use std::path::Path;

use link::recording::{Line, decompressed};
use model::codec::{Report, decode};
use model::topic::Topic;
use serde_json::Value;

use super::world::program;

const SCENARIO: &str = r#"
vehicles = 120
report_share = 0.5
report_rule = "cam"
report_loss = 0.05
report_delay_s = 0.3
report_duplicates = 0.05
zones = "zones.geojson"
[[incident]]
id = "kerb"
kind = "lane_closure"
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
at_s = 1
duration_s = 5
"#;
const ZONES: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
    "geometry": {"type": "Point", "coordinates": [24.9402, 60.168]}, "properties": {"id": "stop", "name": "Stop", "radius_m": 100}}]}"#;

async fn generate(folder: &Path, out: &str, more: &[&str]) -> Vec<u8> {
    let (scenario, out, truth) = (folder.join("s.toml"), folder.join(out), folder.join("truth.ndjson"));
    std::fs::write(&scenario, SCENARIO).unwrap();
    std::fs::write(folder.join("zones.geojson"), ZONES).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (scenario, out_text, truth) = (text(&scenario), text(&out), text(&truth));
    let arguments = ["generate", &scenario, "--out", &out_text, "--truth", &truth, "--duration", "30"];
    let output = program(&[&arguments, more].concat()).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("100 %") && said.contains("30 s of traffic"), "{said}");
    std::fs::read(out).unwrap()
}

#[tokio::test]
async fn the_same_scenario_and_seed_give_the_same_bytes_and_another_seed_others() {
    let folder = tempfile::tempdir().unwrap();
    let first = generate(folder.path(), "a.ndjson.zst", &[]).await;
    assert_eq!(first, generate(folder.path(), "b.ndjson.zst", &[]).await);
    assert_ne!(first, generate(folder.path(), "c.ndjson.zst", &["--seed", "2"]).await);
}

#[tokio::test]
async fn a_recording_has_the_zones_and_what_vehicles_send_in_the_order_of_arrival() {
    let folder = tempfile::tempdir().unwrap();
    let begin = 1_790_000_000_000_i64;
    let bytes = generate(folder.path(), "a.ndjson.gz", &["--begin", &begin.to_string()]).await;
    let lines: Vec<String> = decompressed(&bytes[..]).unwrap().lines().map(Result::unwrap).collect();
    let (mut last_ms, mut positions) = (begin, 0);
    for (nth, text) in lines.iter().enumerate() {
        let line = Line::parse(text.as_bytes()).unwrap();
        assert!(line.received.as_ms() >= last_ms && line.received.as_ms() <= begin + 30_000, "{text}");
        last_ms = line.received.as_ms();
        match Topic::parse(&line.topic).unwrap() {
            Topic::Zone(id) => assert_eq!((nth, id.as_str()), (0, "stop")),
            topic => decode(&topic, line.payload(), |report| {
                let Report::Position(report) = report.unwrap() else { panic!("{text}") };
                let delay_ms = line.received.since_ms(report.ts);
                assert!((0..=2_600).contains(&delay_ms), "{text}");
                positions += 1;
            }),
        }
    }
    // Half of 120 vehicles, once to ten times a second for 30 s, 5 % lost.
    assert!((1_500..=9_000).contains(&positions), "{positions}");

    let truth = std::fs::read_to_string(folder.path().join("truth.ndjson")).unwrap();
    let truths: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_closure = truths.iter().filter(|truth| truth["id"] == "kerb");
    let phases: Vec<&str> = of_closure.map(|truth| truth["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["started", "ended"]);
}

#[tokio::test]
async fn a_network_that_is_not_there_is_named_with_where_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("s.toml");
    let text = "network = \"nowhere/net.xml\"\nnetwork_from = \"apt install nowhere\"\n";
    std::fs::write(&scenario, text).unwrap();
    let output = program(&["check", scenario.to_str().unwrap()]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64));
    assert!(said.contains("nowhere/net.xml") && said.contains("apt install nowhere"), "{said}");
}

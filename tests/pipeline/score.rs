//! What is detected is held against what the simulator knows.

use end_to_end::city::City;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testbed::{Folder, Program};

const SCENARIO: &str = r#"
vehicles = 300
gps_noise_m = 2.5
[[through]]
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
share = 0.16
[[incident]]
id = "main-street"
kind = "crash"
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
at_s = 10.0
duration_s = 600.0
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_that_is_detected_counts_as_found_with_its_delay() {
    let folder = Folder::temporary().expect("a folder");
    let (scenario, truth) = (folder.path().join("crash.toml"), folder.path().join("truth.ndjson"));
    std::fs::write(&scenario, SCENARIO).expect("a file");
    let mut city = City::quiet().await;
    let (status, none) = city.get("/api/v1/simulation/score").await;
    assert_eq!(status, 404, "{none}");
    let (scenario, truth_setting) = (scenario.display().to_string(), truth.display().to_string());
    let settings = [("VIGIROUTE_SCENARIO", scenario.as_str()), ("VIGIROUTE_TRUTH", truth_setting.as_str())];
    city.start(Program::Simulator, &settings).await;

    let started = Instant::now();
    let score = loop {
        let (status, score) = city.get("/api/v1/simulation/score").await;
        if status == 200 && score["accidents"]["found"] == 1 {
            break score;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "{score}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    assert_eq!(score["accidents"]["happened"], 1, "{score}");
    assert_eq!(score["accidents"]["missed"], 0, "{score}");
    let delay_s = score["accidents"]["median_delay_s"].as_f64().expect("a delay");
    assert!((0.0..60.0).contains(&delay_s), "{score}");
    let outcomes = score["outcomes"].as_array().expect("outcomes");
    let crash = outcomes.iter().find(|outcome| outcome["kind"] == "crash").expect("the crash");
    assert_eq!((&crash["id"], &crash["ended"]), (&json!("main-street"), &Value::Null));
    let (status, event) =
        city.get(&format!("/api/v1/events/{}", crash["event"].as_str().expect("an id"))).await;
    assert_eq!((status, &event["event"]["type"]), (200, &json!("accident")));

    let text = std::fs::read_to_string(&truth).expect("the truth in a file");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told = lines.iter().find(|line| line["id"] == "main-street").expect("the crash in the file");
    assert_eq!((&told["kind"], &told["phase"]), (&json!("crash"), &json!("started")), "{text}");
}

use crate::scene::{binary, circle};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const OUTSIDE: (f64, f64) = (60.1730, 24.9400);
const INSIDE: (f64, f64) = (60.1700, 24.9400);
const BEGIN: i64 = 1_760_000_000_000;

pub fn roads() -> String {
    testbed::workspace_folder().join("data/roads/helsinki/network.geojson").display().to_string()
}

fn line(second: i64, topic: &str, payload: &Value) -> String {
    json!({"topic": topic, "received": BEGIN + second * 1_000 + 200, "payload": payload}).to_string()
}

fn position(second: i64, vehicle: &str, at: (f64, f64)) -> String {
    let payload = json!({"ts": BEGIN + second * 1_000, "lat": at.0, "lon": at.1});
    line(second, &format!("vigiroute/v1/vehicles/{vehicle}/position"), &payload)
}

/// A visit, a crash, and what cannot be used.
fn recording() -> String {
    let crash = |second, vehicle| {
        let payload = json!({"ts": BEGIN + second * 1_000, "lat": 60.16946, "lon": 24.93545, "cause": 2});
        line(second, &format!("vigiroute/v1/vehicles/{vehicle}/hazard"), &payload)
    };
    let hfp = json!({"VP": {"desi": "9", "dir": "1", "oper": 40, "veh": 433, "tst": "2025-10-09T08:54:30.000Z",
        "tsi": 1_760_000_070, "spd": 5.0, "hdg": 90, "lat": 60.1710, "long": 24.9410, "acc": 0.0}});
    [
        position(0, "v1", OUTSIDE),
        position(30, "v1", INSIDE),
        "not a line of a recording".into(),
        position(30, "v1", INSIDE),
        crash(40, "a"),
        crash(41, "b"),
        line(50, "vigiroute/v1/vehicles/v1/position", &json!({"ts": 1})),
        position(60, "v1", OUTSIDE),
        line(70, "/hfp/v2/journey/ongoing/vp/tram/0040/00433/1009/1/x/08:53/1/5/60;24/19/74/11", &hfp),
        String::new(),
        line(80, "some/other/topic", &json!({})),
    ]
    .join("\n")
}

pub fn detect(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(binary())
        .arg("detect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path: PathBuf = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn a_recording_gives_its_events_as_lines_and_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let collection = json!({"type": "FeatureCollection", "features": [circle("centre", INSIDE)]});
    let zones = write(folder.path(), "zones.geojson", collection.to_string().as_bytes());
    let roads = roads();
    let output = detect(&["--roads", &roads, "--zones", &zones], recording().as_bytes());
    let summary = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{summary}");
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<model::Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["zone_entry", "accident", "zone_exit"]);
    assert_eq!(events[1].detected_at.as_ms(), BEGIN + 41_000);
    for words in [
        "lines     10 read, 1 unreadable",
        "reports   6 used, 3 dropped",
        "missing_field   1",
        "duplicate       1",
        "bad_topic       1",
        "events    3 in 3 revisions",
    ] {
        assert!(summary.contains(words), "{words:?} not in\n{summary}");
    }

    // The same from a file, compressed, again and again: the same bytes.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(recording().as_bytes()).unwrap();
    let gz = write(folder.path(), "recording.ndjson.gz", &gzip.finish().unwrap());
    let zst = ruzstd::encoding::compress_to_vec(
        recording().as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let zst = write(folder.path(), "recording.ndjson.zst", &zst);
    for input in [gz, zst] {
        let again = detect(&["--roads", &roads, "--zones", &zones, "--input", &input], b"");
        assert_eq!(String::from_utf8(again.stdout).unwrap(), text, "{input}");
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let roads = roads();
    let bad = write(folder.path(), "bad.toml", b"[jams]\nno_such = 1\n");
    let output = detect(&["--roads", &roads, "--config", &bad], b"");
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no_such"));
    for arguments in [["--roads", "/no/such/roads"], ["--roads", &bad]] {
        let output = detect(&arguments, b"");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(arguments[1]));
    }
    let output = detect(&["--roads", &roads, "--input", "/no/such/recording"], b"");
    assert_eq!(output.status.code(), Some(1));
    let output = detect(&["--roads", &roads, "--zones", &bad], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(detect(&["--roads", &roads], b"").status.code(), Some(0));
    assert_eq!(detect(&[], b"").status.code(), Some(64));
}

#[test]
fn several_workers_give_the_same_events_and_the_same_summary() {
    let folder = tempfile::tempdir().unwrap();
    let collection = json!({"type": "FeatureCollection", "features": [circle("centre", INSIDE)]});
    let zones = write(folder.path(), "zones.geojson", collection.to_string().as_bytes());
    // In and out again and again: several batches of lines.
    let mut lines = vec![recording()];
    for second in 100..700 {
        let at = if second / 30 % 2 == 0 { INSIDE } else { OUTSIDE };
        lines.extend((0..40).map(|vehicle| position(second, &format!("w{vehicle}"), at)));
    }
    let input = lines.join("\n");
    let roads = roads();
    let run = |workers: &str| {
        detect(&["--roads", &roads, "--zones", &zones, "--workers", workers], input.as_bytes())
    };
    let alone = run("1");
    assert_eq!(alone.status.code(), Some(0), "{}", String::from_utf8_lossy(&alone.stderr));
    assert!(alone.stdout.split(|byte| *byte == b'\n').count() > 40 * 15);
    for workers in ["2", "3"] {
        let crew = run(workers);
        assert_eq!(crew.status.code(), Some(0));
        assert!(crew.stdout == alone.stdout, "other events with {workers} workers");
        assert_eq!(String::from_utf8_lossy(&crew.stderr), String::from_utf8_lossy(&alone.stderr));
    }
}

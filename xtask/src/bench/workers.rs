//! The same recording with one worker and with two: how much faster, and are the events the same?

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ::bench::{City, Fleet, payload, topic, zones};
use anyhow::{Context, ensure};
use serde_json::json;

use crate::command::{cargo, command, run_quietly};

const VEHICLES: usize = 10_000;
const ZONES: usize = 1_000;
/// Seconds of driving in the recording.
const SECONDS: usize = 60;
/// Each is timed so often; the shortest time counts, for others on the machine only make it longer.
const RUNS: usize = 5;

/// Time of the recording with one worker and with two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub reports: usize,
    pub one: Duration,
    pub two: Duration,
}

struct Files {
    roads: PathBuf,
    zones: PathBuf,
    recording: PathBuf,
    events: [PathBuf; 2],
}

/// Builds the gateway, makes the recording and times both.
pub(super) fn measure() -> anyhow::Result<Times> {
    run_quietly(cargo().args(["build", "--quiet", "--release", "--workspace", "--bins"]))?;
    let folder = testbed::workspace_folder().join("target/bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let files = Files {
        roads: folder.join("roads.geojson"),
        zones: folder.join("zones.geojson"),
        recording: folder.join("recording.ndjson"),
        events: [folder.join("events-1.ndjson"), folder.join("events-2.ndjson")],
    };
    write(&files).context("cannot write the recording under target/bench")?;
    let mut best = [Duration::MAX; 2];
    for _ in 0..RUNS {
        for (workers, best) in best.iter_mut().enumerate() {
            *best = time(&files, workers + 1)?.min(*best);
        }
    }
    let events = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    ensure!(
        events(&files.events[0])? == events(&files.events[1])?,
        "two workers give other events than one: compare {} and {}",
        files.events[0].display(),
        files.events[1].display()
    );
    Ok(Times { reports: VEHICLES * SECONDS, one: best[0], two: best[1] })
}

fn time(files: &Files, workers: usize) -> anyhow::Result<Duration> {
    let events = std::fs::File::create(&files.events[workers - 1])?;
    let gateway = testbed::workspace_folder().join("target/release/gateway");
    let mut detect = command(&gateway.display().to_string());
    detect.arg("detect").args(["--workers", &workers.to_string()]);
    for (flag, path) in [("--roads", &files.roads), ("--zones", &files.zones), ("--input", &files.recording)]
    {
        detect.arg(flag).arg(path);
    }
    let started = Instant::now();
    let status = detect.stdout(events).stderr(Stdio::null()).status().context("cannot start the gateway")?;
    ensure!(status.success(), "gateway detect failed ({status})");
    Ok(started.elapsed())
}

fn write(files: &Files) -> anyhow::Result<()> {
    let city = City::new();
    let create = |path: &Path| std::fs::File::create(path).map(BufWriter::new);
    let mut roads = create(&files.roads)?;
    roadnet::geojson::write_network(&city.network, "made up", &mut roads)?;
    roads.flush()?;
    let features: Vec<_> = zones(&city, ZONES).iter().map(model::Zone::to_feature).collect();
    std::fs::write(&files.zones, json!({"type": "FeatureCollection", "features": features}).to_string())?;
    let (mut recording, mut fleet, mut json) =
        (create(&files.recording)?, Fleet::new(&city, VEHICLES), String::new());
    for _ in 0..VEHICLES * SECONDS {
        let report = fleet.report();
        payload(&report, &mut json);
        let (topic, received) = (topic(&report), report.ts.as_ms());
        writeln!(recording, r#"{{"topic":"{topic}","received":{received},"payload":{json}}}"#)?;
    }
    recording.flush()?;
    Ok(())
}

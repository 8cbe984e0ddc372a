//! What the benchmarks gave.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::workers::Times;
use crate::command::{cargo, run, run_quietly};

/// All figures.
#[derive(Debug)]
pub(super) struct Measured {
    /// With 1,000, 100,000 and 1,000,000 vehicles: the time of a report.
    pub vehicles: [Duration; 3],
    /// With 10, 1,000 and 10,000 zones.
    pub zones: [Duration; 3],
    /// Decoding alone.
    pub decode: Duration,
    /// Decoding and detecting.
    pub decode_and_detect: Duration,
    /// Sequence, track, watch.
    pub stages: [Duration; 3],
    /// The plain way.
    pub plain: Duration,
    pub bytes_per_vehicle: u64,
    pub workers: Times,
}

/// Has glibc ask for large pages, as docker-compose.yml does for the gateway: most of what a report waits for is then found
/// without a look into the page tables.
const LARGE_PAGES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// Runs the criterion benchmarks; their results are left under target/criterion.
pub(super) fn run_benchmarks() -> anyhow::Result<()> {
    let (name, value) = LARGE_PAGES;
    let what = ["bench", "--quiet", "--workspace", "--bench", "detect", "--", "--noplot"];
    run(cargo().args(what).env(name, value))
}

/// Runs the benchmark of memory.
pub(super) fn bytes_per_vehicle() -> anyhow::Result<u64> {
    let said = run_quietly(cargo().args(["bench", "--quiet", "--workspace", "--bench", "memory"]))?;
    said.lines()
        .find_map(|line| line.strip_prefix("bytes per vehicle: ")?.parse().ok())
        .with_context(|| format!("the benchmark of memory says no figure, but: {said}"))
}

impl Measured {
    /// Reads what the benchmarks left.
    pub(super) fn read(bytes_per_vehicle: u64, workers: Times) -> anyhow::Result<Self> {
        let vehicles = |count: u32| mean("vehicles", &count.to_string());
        let zones = |count: u32| mean("zones", &count.to_string());
        Ok(Self {
            vehicles: [vehicles(1_000)?, vehicles(100_000)?, vehicles(1_000_000)?],
            zones: [zones(10)?, zones(1_000)?, zones(10_000)?],
            decode: mean("json", "decode")?,
            decode_and_detect: mean("json", "decode and detect")?,
            stages: [mean("stages", "sequence")?, mean("stages", "track")?, mean("stages", "watch")?],
            plain: mean("plain", "nearest street and every zone")?,
            bytes_per_vehicle,
            workers,
        })
    }
}

/// The mean time of a report in one benchmark: all that was done, over all reports.
fn mean(group: &str, case: &str) -> anyhow::Result<Duration> {
    let path = testbed::workspace_folder()
        .join("target/criterion")
        .join(group)
        .join(case)
        .join("new/estimates.json");
    let text = std::fs::read(&path)
        .with_context(|| format!("cannot read {}: run without --again", path.display()))?;
    let json: Value = serde_json::from_slice(&text).with_context(|| format!("in {}", path.display()))?;
    let ns = json["mean"]["point_estimate"]
        .as_f64()
        .with_context(|| format!("{} holds no mean", path.display()))?;
    Ok(Duration::from_secs_f64(ns / 1e9))
}

//! The simulator as people run it: a city of vehicles in real time, a part of which report to a real Mosquitto.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use ::bench::{ran_s, total};
use anyhow::{Context, ensure};
use testbed::{Program, Running, Stack};

use crate::command::{cargo, run_quietly};

/// Vehicles on the road, and the share of them that report, each once a second.
pub(super) const VEHICLES: usize = 50_000;
const REPORT_SHARE: f64 = 0.41;
/// What it is given to get going, and how long it is looked at.
const READY_WITHIN: Duration = Duration::from_secs(180);
const SETTLE: Duration = Duration::from_secs(10);
const MEASURED: Duration = Duration::from_secs(30);

const MESSAGES: &str = "vigiroute_simulator_messages_total";
const REPLACED: &str = "vigiroute_simulator_positions_replaced_total";

/// What was published while the city was driven in real time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Published {
    /// Messages a second that went to Mosquitto at QoS 1.
    pub per_s: f64,
    /// Positions a second that were replaced by newer ones, because the broker did not take them in time.
    pub replaced_per_s: f64,
    /// Cores that the simulator kept busy.
    pub cores: f64,
}

/// Builds the simulator and lets it run for 40 s.
pub(super) fn measure() -> anyhow::Result<Published> {
    run_quietly(cargo().args(["build", "--quiet", "--release", "--workspace", "--bins"]))?;
    let folder = testbed::workspace_folder().join("target/bench/publishing");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (roads, scenario) = (folder.join("roads.geojson"), folder.join("scenario.toml"));
    write_roads(&roads).with_context(|| format!("cannot write {}", roads.display()))?;
    let text = format!(
        "title = \"A city that reports\"\nvehicles = {VEHICLES}\nreport_share = {REPORT_SHARE}\nreport_interval_s = 1.0\nwarm_up_s = 30.0\n"
    );
    std::fs::write(&scenario, text).with_context(|| format!("cannot write {}", scenario.display()))?;
    tokio::runtime::Runtime::new().context("cannot start the runtime")?.block_on(run(&roads, &scenario))
}

async fn run(roads: &Path, scenario: &Path) -> anyhow::Result<Published> {
    let stack = Stack::start().await?;
    let simulator = testbed::workspace_folder().join("target/release/simulator");
    let (roads, scenario) = (roads.display().to_string(), scenario.display().to_string());
    let settings = [("VIGIROUTE_ROADS", roads.as_str()), ("VIGIROUTE_SCENARIO", scenario.as_str())];
    let mut simulator = Running::start_from(simulator, Program::Simulator, &[], &stack, &settings)?;
    simulator.wait_until_ready(READY_WITHIN).await?;
    tokio::time::sleep(SETTLE).await;
    let id = simulator.id().context("the simulator has ended")?;
    let (before, ran_before_s, begun) = (simulator.metrics().await?, ran_s(id)?, Instant::now());
    tokio::time::sleep(MEASURED).await;
    let (after, ran_after_s, seconds) =
        (simulator.metrics().await?, ran_s(id)?, begun.elapsed().as_secs_f64());
    let more = |name: &str| (total(&after, name) - total(&before, name)) / seconds;
    ensure!(total(&after, MESSAGES) > 0.0, "the simulator published nothing:\n{}", simulator.tail());
    simulator.stop(Duration::from_secs(10)).await;
    Ok(Published {
        per_s: more(MESSAGES),
        replaced_per_s: more(REPLACED),
        cores: (ran_after_s - ran_before_s) / seconds,
    })
}

fn write_roads(path: &Path) -> anyhow::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    roadnet::geojson::write_network(&::bench::lit_city(), "made up", &mut file)?;
    Ok(file.flush()?)
}

//! The page in a real browser, over the whole chain.

#![allow(clippy::expect_used)]

use end_to_end::city::City;
use std::process::Stdio;
use std::time::Duration;
use testbed::{Program, workspace_folder};
use tokio::process::Command;
use tokio::time::timeout;

/// How long the browser's tests may take.
const PATIENCE: Duration = Duration::from_secs(400);

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_happens() {
    let zones = workspace_folder().join("data/zones/helsinki.geojson").display().to_string();
    let programs = [Program::Collector, Program::Gateway, Program::Web, Program::Simulator];
    let city = City::with(&programs, &[(Program::Web, "VIGIROUTE_ZONES_SEED", &zones)]).await;
    let mut npm = Command::new("npm");
    npm.args(["test", "--silent"])
        .current_dir(workspace_folder().join("tests/browser"))
        .env("VIGIROUTE_URL", city.stack.web_url())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output =
        timeout(PATIENCE, npm.output()).await.expect("the browser's tests end in time").expect("npm runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
}

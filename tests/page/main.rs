//! The page in a real browser, over the whole chain.

#![allow(clippy::expect_used, clippy::print_stderr)]

use end_to_end::city::City;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use testbed::{Program, workspace_folder};
use tokio::process::Command;
use tokio::time::timeout;

/// How long the browser's tests may take.
const PATIENCE: Duration = Duration::from_secs(900);

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_happens() {
    let zones = workspace_folder().join("data/zones/helsinki.geojson").display().to_string();
    let programs = [Program::Collector, Program::Gateway, Program::Web, Program::Simulator];
    let mut city = City::with(&programs, &[(Program::Web, "VIGIROUTE_ZONES_SEED", &zones)]).await;
    let wishes = city.stack.folder().join("wishes");
    std::fs::create_dir(&wishes).expect("a folder for wishes");
    let mut npm = Command::new("npm");
    npm.args(["test", "--silent"])
        .current_dir(workspace_folder().join("tests/browser"))
        .env("VIGIROUTE_URL", city.stack.web_url())
        .env("VIGIROUTE_WISHES", &wishes)
        .env("VIGIROUTE_KEY", city.key().await)
        .env("VIGIROUTE_ADMIN_PASSWORD", city.stack.admin_password().expect("a password"))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let tested = timeout(PATIENCE, npm.output());
    let output = tokio::select! {
        output = tested => output.expect("the browser's tests end in time").expect("npm runs"),
        () = grant(&mut city, &wishes) => unreachable!("wishes never end"),
    };
    // Seen with --nocapture: how long the map took to be right again.
    for line in String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains("right again")) {
        eprintln!("{line}");
    }
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
}

/// Does what the browser's tests wish for: a file called `restart-web` or `restart-prosody` is there as long as it is not
/// done.
async fn grant(city: &mut City, wishes: &Path) {
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let web = wishes.join("restart-web");
        if web.exists() {
            let running = city.programs.get_mut(Program::Web.name()).expect("it runs");
            running.kill().await;
            running.restart().expect("web starts again");
            std::fs::remove_file(web).expect("the wish");
        }
        let prosody = wishes.join("restart-prosody");
        if prosody.exists() {
            city.stack.prosody.kill().await;
            city.stack.prosody.restart().await.expect("Prosody starts again");
            std::fs::remove_file(prosody).expect("the wish");
        }
    }
}

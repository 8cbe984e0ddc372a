//! `cargo xtask test`: everything, the way a newcomer and a build server both run it.

mod compose;
mod containers;

use crate::command::{cargo, run as run_loudly};
use crate::node;
use crate::packages::{Needs, install};
use crate::page;
use crate::screen::Screen;

/// The one test, in `tests/page`, that drives a browser.
const BROWSER_TEST: &str = "the_page_shows_what_happens";

/// Run every test: units, the whole on real servers, and the page in a real browser.
///
/// Installs what is missing, as `cargo xtask up` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Prove docker-compose.yml instead: build the images, bring all of it up, see a staged accident arrive in MySQL, over
    /// REST and at a browser's session, and take it down again. Needs Docker with its compose plugin.
    #[arg(long)]
    compose: bool,

    /// Afterwards run the fault tests whole: every pair, a minute without each server, 200,000 waiting events, and an hour of
    /// random kills (VIGIROUTE_SOAK_MINUTES for another time; the seed that is printed repeats it). About two hours.
    #[arg(long, conflicts_with = "compose")]
    soak: bool,

    /// Leave out the browser tests.
    #[arg(long, conflicts_with = "compose")]
    no_browser: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    if args.compose {
        return compose::run(screen);
    }
    screen.heading("Getting ready");
    install(if args.no_browser { Needs::Servers } else { Needs::ServersAndBrowser }, screen)?;
    screen.step("programs", || {
        run_loudly(cargo().args(["build", "--workspace", "--bins"]))?;
        Ok(((), "built".to_owned()))
    })?;
    page::build(screen)?;

    screen.heading("Testing the page's parts");
    page::test()?;

    screen.heading("Testing the programs, and the page in a browser");
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]).env("PATH", node::path()?);
    if args.no_browser {
        tests.args(["--", "--skip", BROWSER_TEST]);
    } else {
        page::install(&testbed::workspace_folder().join("tests/browser"))?;
    }
    run_loudly(&mut tests)?;

    if args.soak {
        screen.heading("Killing, cutting and starving for two hours");
        let mut soak = cargo();
        soak.args(["test", "--workspace", "--test", "faults", "--no-fail-fast", "--", "--nocapture"]);
        run_loudly(soak.env("VIGIROUTE_SOAK", "1"))?;
    }
    screen.heading("All tests have passed");
    Ok(())
}

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
    screen.heading("All tests have passed");
    Ok(())
}

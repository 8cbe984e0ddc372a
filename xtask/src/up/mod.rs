//! `cargo xtask up`: everything, running, with one command.

mod keeper;
mod logs;
mod serve;

use std::path::PathBuf;

use testbed::{FeedAddress, Program};

use crate::command::{cargo, run as run_loudly};
use crate::packages::{Needs, install};
use crate::page;
use crate::screen::Screen;

/// Start all of it: the servers, the four programs and the page.
///
/// Installs what is missing (Debian packages, as root or with a sudo that asks no password), builds what has changed, then
/// tells the address. Ctrl-C stops everything it has started. What happened stays in the folder, so that the history is
/// there at the next start.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Watch Helsinki's own buses and trams too, live, from the public feed. Vehicle positions © HSL, CC BY 4.0.
    #[arg(long)]
    helsinki: bool,

    /// Where that feed is: mqtts://host:port, or mqtt://host:port without TLS.
    #[arg(long, env = "VIGIROUTE_HFP_ADDRESS", default_value = FeedAddress::PUBLIC,
          value_parser = FeedAddress::parse)]
    feed: FeedAddress,

    /// Build the programs as they are shipped: slower to build, faster to run.
    #[arg(long)]
    release: bool,

    /// Where databases, secrets and logs are kept. Remove it to begin anew.
    #[arg(long, default_value = ".vigiroute")]
    dir: PathBuf,

    /// Start no simulated vehicles.
    #[arg(long)]
    no_simulator: bool,

    /// Install and build nothing: start what is there.
    #[arg(long)]
    as_is: bool,
}

impl Args {
    fn programs(&self) -> Vec<Program> {
        Program::ALL
            .into_iter()
            .filter(|program| !(self.no_simulator && *program == Program::Simulator))
            .collect()
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    if !args.as_is {
        screen.heading("Getting ready");
        install(Needs::Servers, screen)?;
        build(args.release, screen)?;
        page::build(screen)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve::serve(args, screen))
}

fn build(release: bool, screen: Screen) -> anyhow::Result<()> {
    screen.step("programs", || {
        let mut cargo = cargo();
        // As the tests build them, so that a newcomer's second command does not compile them anew.
        cargo.args(["build", "--workspace", "--bins"]);
        if release {
            cargo.arg("--release");
        }
        run_loudly(&mut cargo)?;
        Ok(((), "built".to_owned()))
    })
}

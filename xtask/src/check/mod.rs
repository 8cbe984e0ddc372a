//! `cargo xtask check`: what must hold before anything is committed.

mod layering;
mod sources;
mod tidy;

use crate::command::{cargo, run as run_loudly};
use crate::page;
use crate::screen::Screen;
use crate::settings;

/// Check form: formatting, lints, documentation, layering, house rules, the page's own checks.
///
/// Runs no test of the programs: that is `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave out the page, which needs Node.js.
    #[arg(long)]
    no_page: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    screen.heading("Checking");
    screen.step("layering", || layering::check().map(|packages| ((), format!("{packages} packages"))))?;
    screen.step("house rules", || tidy::check().map(|files| ((), format!("{files} files"))))?;
    screen.step("documented thresholds", || Ok((settings::check()?, String::new())))?;
    screen
        .step("formatting", || Ok((run_loudly(cargo().args(["fmt", "--all", "--check"]))?, String::new())))?;
    screen.step("lints", || {
        let mut clippy = cargo();
        clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
        Ok((run_loudly(&mut clippy)?, String::new()))
    })?;
    screen.step("documentation", || {
        let mut doc = cargo();
        doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings");
        Ok((run_loudly(&mut doc)?, String::new()))
    })?;
    if !args.no_page && page::folder().join("package.json").exists() {
        crate::packages::install(crate::packages::Needs::Servers, screen)?;
        screen.step("page", || Ok((page::check()?, String::new())))?;
    }
    Ok(())
}

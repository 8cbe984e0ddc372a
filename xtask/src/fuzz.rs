//! `cargo xtask fuzz`: runs the fuzz targets, one after another, each for a bounded time.

use crate::command::{cargo, is_installed, run as run_loudly};
use crate::screen::Screen;
use anyhow::Context;
use std::process::Command;

/// The targets in `fuzz/fuzz_targets`, the quick ones first.
const TARGETS: [&str; 4] = ["messages", "zone", "event", "detector"];

/// Throw random input at the decoders and the detector, looking for panics and broken laws.
///
/// Installs cargo-fuzz where it is missing; no nightly toolchain is needed. What is found is kept in fuzz/artifacts and
/// can be run again: cargo xtask fuzz TARGET --input fuzz/artifacts/TARGET/crash-…
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this target.
    #[arg(value_parser = TARGETS)]
    target: Option<String>,
    /// How long to run each target.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u32,
    /// Run this one input again in place of random ones.
    #[arg(long, value_name = "FILE", requires = "target")]
    input: Option<std::path::PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    screen.heading("Fuzzing");
    if !is_installed("cargo-fuzz") {
        screen.step("cargo-fuzz", || {
            run_loudly(cargo().args(["install", "cargo-fuzz", "--locked"]))?;
            Ok(((), "installed".to_owned()))
        })?;
    }
    for target in TARGETS.iter().filter(|target| args.target.as_deref().is_none_or(|only| only == **target)) {
        let corpus = testbed::workspace_folder().join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
        screen.step(target, || Ok((run_loudly(&mut fuzz(target, args))?, String::new())))?;
    }
    Ok(())
}

fn fuzz(target: &str, args: &Args) -> Command {
    let mut command = cargo();
    // The stable compiler lets the flags for coverage pass with this. Without a sanitizer: there is no unsafe code.
    command.env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", "--sanitizer", "none", target]);
    match &args.input {
        Some(input) => {
            command.arg(std::path::absolute(input).unwrap_or_else(|_| input.clone()));
        }
        None => {
            // The first folder takes what is new; the seeds stay as they are.
            command.arg(format!("fuzz/corpus/{target}"));
            let seeds = format!("fuzz/seeds/{target}");
            if testbed::workspace_folder().join(&seeds).is_dir() {
                command.arg(seeds);
            }
            command.arg("--").arg(format!("-max_total_time={}", args.seconds)).arg("-timeout=20");
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_there_is_is_run() {
        let folder = testbed::workspace_folder().join("fuzz/fuzz_targets");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        there.sort();
        let mut known = TARGETS.map(str::to_owned).to_vec();
        known.sort();
        assert_eq!(there, known);
    }
}

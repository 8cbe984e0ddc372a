//! `cargo xtask bench detect`: how fast the detector is, held against its goals.

mod figures;
mod measured;
mod workers;

use std::time::Duration;

use anyhow::Context;
use figures::tables;
use measured::Measured;
use score::markdown;

use crate::screen::Screen;

const DOCUMENT: &str = "docs/performance.md";

/// Measure how fast the detector is: reports a second on one core and on two, and the memory of a vehicle.
///
/// Builds with optimisation, runs the benchmarks (criterion) and holds what they give against the goals. Other programs
/// on the machine cost little, because a thread's own time is measured, but they do take its caches: measure on a quiet one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is to be measured.
    #[arg(value_enum)]
    what: What,
    /// Take the benchmarks' results from the last run under target/criterion, and measure only the rest.
    #[arg(long)]
    again: bool,
    /// Write the tables into docs/performance.md.
    #[arg(long)]
    write: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// The detector.
    Detect,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let What::Detect = args.what;
    let screen = Screen::new();
    screen.heading("Measuring how fast the detector is");
    if !args.again {
        screen.step("benchmarks", || Ok((measured::run_benchmarks()?, String::new())))?;
    }
    let bytes_per_vehicle = screen.step("memory", || {
        let bytes = measured::bytes_per_vehicle()?;
        Ok((bytes, format!("{bytes} bytes a vehicle")))
    })?;
    let workers = screen.step("workers", || workers::measure().map(|times| (times, String::new())))?;
    let tables = tables(&Measured::read(bytes_per_vehicle, workers)?);
    for table in &tables {
        screen.block(&table.to_text(screen.has_colours()));
    }
    if args.write {
        let path = testbed::workspace_folder().join(DOCUMENT);
        let document = std::fs::read_to_string(&path).with_context(|| format!("cannot read {DOCUMENT}"))?;
        let text: Vec<String> = tables.iter().map(score::table::Table::to_markdown).collect();
        let document = markdown::replace_measured(&document, &text.join("\n")).with_context(|| {
            format!("{DOCUMENT} lacks the marks {} and {}", markdown::BEGIN, markdown::END)
        })?;
        std::fs::write(&path, document).with_context(|| format!("cannot write {DOCUMENT}"))?;
        screen.done(DOCUMENT, "written", Duration::ZERO);
    }
    Ok(())
}

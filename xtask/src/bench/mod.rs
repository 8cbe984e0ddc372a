//! `cargo xtask bench`: how fast the detector, the simulator and the programs together are, held against their goals.

mod figures;
mod measured;
mod pipeline;
mod publishing;
mod simulator;
mod workers;

use std::time::Duration;

use anyhow::Context;
use figures::tables;
use measured::Measured;
use score::markdown;

use crate::screen::Screen;

const DOCUMENT: &str = "docs/performance.md";

/// Measure how fast the detector is (reports a second on one core and on two, the memory of a vehicle), the simulator
/// (vehicle updates a second side by side with SUMO's, 50,000 vehicles, the memory of one), or the programs together
/// (from the broker to the database and the browser, each row beside its peer or limit, on real servers of its own).
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
    /// Of the pipeline, measure this row alone: persistent, processor, batches, latency, revisions, store, history, memory.
    #[arg(long, value_name = "ROW", conflicts_with = "write")]
    only: Option<String>,
    /// Of the pipeline, events in the history [default: 1,000,000]; 10,000,000 take 10 GB of disk and several minutes.
    #[arg(long, value_name = "N")]
    rows: Option<u64>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// The detector.
    Detect,
    /// The simulator; needs SUMO.
    Simulator,
    /// The programs together; needs the Debian packages that `cargo xtask up` needs.
    Pipeline,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    match args.what {
        What::Detect => detect(args, screen),
        What::Simulator => {
            screen.heading("Measuring how fast the simulator is");
            let tables = simulator::measure(screen)?;
            tell(args, screen, &tables, markdown::replace_simulator)
        }
        What::Pipeline => {
            screen.heading("Measuring how fast the programs are together");
            let (tables, is_whole) = pipeline::measure(screen, args.only.as_deref(), args.rows)?;
            tell(args, screen, &tables, markdown::replace_pipeline)?;
            anyhow::ensure!(is_whole, "some rows could not be measured");
            Ok(())
        }
    }
}

fn detect(args: &Args, screen: Screen) -> anyhow::Result<()> {
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
    tell(args, screen, &tables, markdown::replace_measured)
}

/// Shows the tables, and writes them into the document where that is asked for.
fn tell(
    args: &Args,
    screen: Screen,
    tables: &[score::table::Table],
    replace: impl Fn(&str, &str) -> Option<String>,
) -> anyhow::Result<()> {
    for table in tables {
        screen.block(&table.to_text(screen.has_colours()));
    }
    if args.write {
        let path = testbed::workspace_folder().join(DOCUMENT);
        let document = std::fs::read_to_string(&path).with_context(|| format!("cannot read {DOCUMENT}"))?;
        let text: Vec<String> = tables.iter().map(score::table::Table::to_markdown).collect();
        let document = replace(&document, &text.join("\n"))
            .with_context(|| format!("{DOCUMENT} lacks the marks between which the figures stand"))?;
        std::fs::write(&path, document).with_context(|| format!("cannot write {DOCUMENT}"))?;
        screen.done(DOCUMENT, "written", Duration::ZERO);
    }
    Ok(())
}

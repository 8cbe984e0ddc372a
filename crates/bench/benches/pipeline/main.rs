//! How fast the programs are together, on real servers of their own: each row of the table side by side with its peer or
//! its limit. Progress goes to standard error, a line of JSON for each figure to standard output.
//!
//! Everything is sent to 127.0.0.1, and ends with this program.

mod batches;
mod history;
mod idle;
mod latency;
mod memory;
mod packets;
mod persistent;
mod processor;
mod publisher;
mod revisions;
mod store;
mod world;

use bench::Figure;
use clap::{Parser, ValueEnum};
use std::time::{Duration, Instant};

/// Longest time that one row may take; the history with all its rows may take longer.
const ROW_WITHIN: Duration = Duration::from_secs(300);

/// Measures the programs under target/release.
#[derive(Debug, Parser)]
struct Args {
    /// Only this row.
    #[arg(long, value_enum)]
    only: Option<Row>,
    /// Events in the history.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    rows: u64,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Reports at QoS 1 from a persistent session.
    Persistent,
    /// Processor time of a report at QoS 0.
    Processor,
    /// Reports in batches of a fleet.
    Batches,
    /// From a report to a browser.
    Latency,
    /// Event revisions through Prosody into the database.
    Revisions,
    /// The store beside a plain INSERT.
    Store,
    /// The history over REST.
    History,
    /// Resident memory.
    Memory,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    let mut failed = 0;
    for row in Row::value_variants() {
        if args.only.is_some_and(|only| only != *row) {
            continue;
        }
        let begun = Instant::now();
        say(&format!("{row:?} …"));
        let within = if *row == Row::History { ROW_WITHIN * 20 } else { ROW_WITHIN };
        let measured = runtime.block_on(async { tokio::time::timeout(within, measure(*row, &args)).await });
        match measured.unwrap_or_else(|_| Err(anyhow::anyhow!("not done within {} s", within.as_secs()))) {
            Ok(figures) => {
                for figure in &figures {
                    say(&format!("  {}: {}", figure.what, figure.measured));
                    #[allow(clippy::print_stdout)]
                    {
                        println!("{}", serde_json::to_string(figure)?);
                    }
                }
            }
            Err(error) => {
                failed += 1;
                say(&format!("  {row:?} could not be measured: {error:#}"));
            }
        }
        say(&format!("  ({:.0} s)", begun.elapsed().as_secs_f64()));
    }
    anyhow::ensure!(failed == 0, "{failed} rows could not be measured");
    Ok(())
}

async fn measure(row: Row, args: &Args) -> anyhow::Result<Vec<Figure>> {
    match row {
        Row::Persistent => Box::pin(persistent::measure()).await,
        Row::Processor => Box::pin(processor::measure()).await,
        Row::Batches => Box::pin(batches::measure()).await,
        Row::Latency => Box::pin(latency::measure()).await,
        Row::Revisions => Box::pin(revisions::measure()).await,
        Row::Store => Box::pin(store::measure()).await,
        Row::History => Box::pin(history::measure(args.rows)).await,
        Row::Memory => Box::pin(memory::measure()).await,
    }
}

/// Progress.
#[allow(clippy::print_stderr)]
fn say(text: &str) {
    eprintln!("{text}");
}

//! `cargo xtask bench pipeline`: how fast the programs are together, on real servers.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use ::bench::Figure;
use anyhow::{Context, ensure};
use score::table::{Cell, Table};

use crate::command::{cargo, run_quietly};
use crate::screen::Screen;

/// Builds the programs, measures the rows, and gives the table and whether all rows could be measured. The benchmark
/// itself tells on standard error what it is at.
pub(super) fn measure(
    screen: Screen,
    only: Option<&str>,
    rows: Option<u64>,
) -> anyhow::Result<(Vec<Table>, bool)> {
    screen.step("programs", || {
        // All programs of the workspace at once: some alone would have other features of the libraries, and be built anew.
        let mut build = cargo();
        build.args(["build", "--quiet", "--release", "--workspace", "--bins"]);
        Ok((run_quietly(&mut build)?, String::new()))
    })?;
    let mut bench = cargo();
    bench.args(["bench", "--quiet", "--workspace", "--bench", "pipeline", "--"]);
    if let Some(only) = only {
        bench.args(["--only", only]);
    }
    if let Some(rows) = rows {
        bench.args(["--rows", &rows.to_string()]);
    }
    let mut running = bench.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = running.stdout.take().context("the benchmark has no output")?;
    let mut figures = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read what the benchmark says")?;
        figures.push(serde_json::from_str(&line).with_context(|| format!("no figure: {line}"))?);
    }
    let status = running.wait().context("the benchmark")?;
    ensure!(!figures.is_empty(), "the benchmark gave no figure ({status})");
    Ok((vec![table(&figures)], status.success()))
}

fn table(figures: &[Figure]) -> Table {
    let mut table =
        Table::new("The programs together, on two cores with all servers", &["what", "measured", "goal"]);
    for Figure { what, measured, goal, is_met } in figures {
        let measured = is_met.map_or_else(|| Cell::plain(measured), |is_met| Cell::goal(measured, is_met));
        table.rows.push(vec![Cell::plain(what), measured, Cell::plain(goal)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_with_goals_are_marked_met_or_missed_and_others_are_not() {
        let figures = [
            Figure::plain("idle", "100"),
            Figure::goal("gateway", "91", "at least 90", true),
            Figure::goal("latency", "600 ms", "at most 500 ms", false),
        ];
        let met: Vec<Option<bool>> = table(&figures).rows.iter().map(|row| row[1].is_met).collect();
        assert_eq!(met, [None, Some(true), Some(false)]);
    }
}

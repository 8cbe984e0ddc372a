//! What is shown, kept and written of a measure.

use std::path::PathBuf;

use anyhow::Context;
use score::case::{Case, DETECTOR};
use score::figures::{series, tables};
use score::workshop::PERCENTS;
use score::{markdown, plot};

use crate::screen::Screen;

const DOCUMENT: &str = "docs/detection.md";
const PLOT: &str = "docs/detection.svg";

/// Prints the tables.
pub(super) fn show(cases: &[Case], screen: Screen) {
    for table in tables(cases) {
        screen.block(&table.to_text(screen.has_colours()));
    }
    screen.note(&speed(cases));
}

/// Tells every mistake of the detector.
pub(super) fn mistakes(cases: &[Case], screen: Screen) {
    for case in cases.iter().filter(|case| case.subject == DETECTOR && !case.judgement.faults.is_empty()) {
        screen.heading(&format!("{}-{}, {}", case.scene, case.seed, case.recording));
        for fault in &case.judgement.faults {
            screen.note(&fault.to_string());
        }
    }
}

/// Keeps every single result under target/score.
pub(super) fn keep(cases: &[Case]) -> anyhow::Result<()> {
    let path = testbed::workspace_folder().join("target/score/results.json");
    let text = serde_json::to_string_pretty(cases)?;
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Puts the tables and the plot into the documentation.
pub(super) fn write(cases: &[Case]) -> anyhow::Result<()> {
    let at = |name: &str| -> PathBuf { testbed::workspace_folder().join(name) };
    let document =
        std::fs::read_to_string(at(DOCUMENT)).with_context(|| format!("cannot read {DOCUMENT}"))?;
    let mut measured = String::from(
        "![Shares found and false over the share of vehicles that report](detection.svg)\n\n✓ and ✗ say whether a goal is met; figures without a sign have none.\n\n",
    );
    for table in tables(cases) {
        measured.push_str(&table.to_markdown());
        measured.push('\n');
    }
    let document = markdown::replace_measured(&document, &measured)
        .with_context(|| format!("{DOCUMENT} lacks the marks {} and {}", markdown::BEGIN, markdown::END))?;
    let title = "Found (lines) and false (dashes), positions alone";
    for (name, text) in [(DOCUMENT, document), (PLOT, plot::svg(title, &PERCENTS, &series(cases)))] {
        std::fs::write(at(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// How fast the detector was, for information: this build is not made for speed.
fn speed(cases: &[Case]) -> String {
    let own = || cases.iter().filter(|case| case.subject == DETECTOR);
    let reports: usize = own().map(|case| case.reports).sum();
    let took_s: f64 = own().map(|case| case.took_s).sum();
    #[allow(clippy::cast_precision_loss)]
    let per_s = reports as f64 / took_s.max(1e-9) / 1_000.0;
    format!(
        "{reports} reports through the detector, {per_s:.0},000 a second on one core; each result: target/score/results.json"
    )
}

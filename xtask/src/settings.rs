//! `cargo xtask settings`: the table of all thresholds in `docs/settings.md`, made of the code.

mod meaning;
mod table;

use crate::screen::Screen;
use anyhow::{Context, bail};
use std::time::Duration;

const DOCUMENT: &str = "docs/settings.md";
const BEGIN: &str = "<!-- thresholds: begin -->";
const END: &str = "<!-- thresholds: end -->";

/// Compare the documented thresholds of detection (docs/settings.md) with the code.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the table instead.
    #[arg(long)]
    write: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if !args.write {
        return check();
    }
    let path = testbed::workspace_folder().join(DOCUMENT);
    std::fs::write(&path, wanted()?).with_context(|| format!("cannot write {}", path.display()))?;
    Screen::new().done(DOCUMENT, "written", Duration::ZERO);
    Ok(())
}

/// Whether the document says what the code does.
pub(crate) fn check() -> anyhow::Result<()> {
    if written()? != wanted()? {
        bail!("{DOCUMENT} and the code differ: run `cargo xtask settings --write`");
    }
    Ok(())
}

fn written() -> anyhow::Result<String> {
    let path = testbed::workspace_folder().join(DOCUMENT);
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The document with the table as it must be.
fn wanted() -> anyhow::Result<String> {
    let text = written()?;
    let Some((before, (_, after))) =
        text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?)))
    else {
        bail!("{DOCUMENT} lacks the lines {BEGIN} and {END}");
    };
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", table::of(&detect::Settings::default())?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_documented_thresholds_are_those_of_the_code() {
        super::check().unwrap();
    }
}

//! `simulator list`: the scenarios of a folder.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::files;
use crate::settings::ListArgs;
use link::Failure;

/// Lists the scenarios of a folder on `out`, also those that are wrong, with the reason.
///
/// # Errors
/// If the folder cannot be read.
pub fn list(args: &ListArgs, out: &mut impl Write) -> Result<(), Failure> {
    let folder = args.folder.display();
    let entries = fs::read_dir(&args.folder)
        .with_context(|| format!("cannot read the folder {folder}; name the one with the scenarios"))
        .map_err(Failure::Usage)?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "toml")).collect();
    paths.sort();
    let mut tell = |line: String| writeln!(out, "{line}").map_err(|error| Failure::Failed(error.into()));
    if paths.is_empty() {
        return tell(format!("no scenario (*.toml) in {folder}"));
    }
    for path in paths {
        match files::scenario(&path) {
            Ok(scenario) => {
                let title = scenario.title.as_deref().unwrap_or("(no title)");
                tell(format!("{}  {title} ({} vehicles)", path.display(), scenario.vehicles))?;
                if let Some(description) = &scenario.description {
                    tell(format!("    {description}"))?;
                }
            }
            Err(failure) => tell(format!("{}  cannot run: {}", path.display(), failure.explanation()))?,
        }
    }
    Ok(())
}

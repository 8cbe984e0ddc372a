//! The files that belong to the project: those that git knows or would take.

use std::path::PathBuf;

use crate::command::{command, run_quietly};

/// Paths relative to the workspace's root folder.
pub(super) fn files() -> anyhow::Result<Vec<PathBuf>> {
    let listed =
        run_quietly(command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    // A file may have been removed and not yet taken out of the index.
    let root = testbed::workspace_folder();
    Ok(listed.lines().map(PathBuf::from).filter(|path| root.join(path).is_file()).collect())
}

//! Running SUMO's programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::ScoreError;

/// What the scenes need.
const PROGRAMS: [&str; 3] = ["sumo", "netgenerate", "netconvert"];
/// A file of sumo-tools that a scene needs.
pub(crate) const A10KW: &str = "/usr/share/sumo/tools/game/A10KW/osm.net.xml";

/// Whether SUMO and its shipped networks are there.
#[must_use]
pub fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    PROGRAMS.iter().all(|program| folders.iter().any(|folder| folder.join(program).is_file()))
        && Path::new(A10KW).is_file()
}

/// Runs one of SUMO's programs in a folder; what it says is of interest only when it fails.
///
/// # Errors
/// The program is not there, or fails.
pub fn run(
    program: &'static str,
    folder: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<(), ScoreError> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // Its files name a schema on the web; nothing here is to be fetched.
        .env("SUMO_HOME", "/usr/share/sumo")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ScoreError::Start { program, source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = said.lines().filter(|line| !line.starts_with("Warning")).take(10).collect();
    Err(ScoreError::Failed { program, said: errors.join("\n") })
}

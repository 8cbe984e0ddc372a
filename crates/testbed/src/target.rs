//! Where cargo puts what it builds, and where the project's sources are.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
#[must_use]
pub fn workspace_folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The target folder.
#[must_use]
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_folder().join("target"), PathBuf::from)
}

/// The folder that holds the programs built in the same profile as the one that runs now: `target/debug` for a test.
#[must_use]
pub fn programs_folder() -> PathBuf {
    let fallback = || target_folder().join("debug");
    let Ok(own) = std::env::current_exe() else { return fallback() };
    let Some(folder) = own.parent() else { return fallback() };
    // A test lives one folder deeper than the programs.
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    folder.to_owned()
}

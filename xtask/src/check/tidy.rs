//! House rules on files: how long, how called.

use std::path::Path;

use anyhow::{Context, bail};

use super::sources;

const LONGEST_LINES: usize = 500;
const CODE: [&str; 4] = ["rs", "ts", "lua", "sh"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

/// Checks every file; gives the number of those that are code.
pub(super) fn check() -> anyhow::Result<usize> {
    let mut faults = Vec::new();
    let mut n_files = 0;
    for path in sources::files()? {
        if !path.extension().is_some_and(|extension| CODE.iter().any(|code| extension == *code)) {
            continue;
        }
        let full = testbed::workspace_folder().join(&path);
        let text =
            std::fs::read_to_string(&full).with_context(|| format!("cannot read {}", path.display()))?;
        faults.extend(faults_of(&path, &text));
        n_files += 1;
    }
    if !faults.is_empty() {
        bail!("files break the house rules:\n  {}", faults.join("\n  "));
    }
    Ok(n_files)
}

fn faults_of(path: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let n_lines = text.lines().count();
    if n_lines > LONGEST_LINES {
        faults.push(format!("{} has {n_lines} lines; split it by what it does", path.display()));
    }
    let is_empty_name = |part: &std::ffi::OsStr| EMPTY_NAMES.iter().any(|name| part == *name);
    let parts = path.parent().into_iter().flat_map(Path::iter).chain(path.file_stem());
    for part in parts.filter(|part| is_empty_name(part)) {
        faults.push(format!("{}: {} says nothing about what is inside", path.display(), part.display()));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_keeps_the_house_rules() {
        assert!(check().unwrap() > 0);
    }

    #[test]
    fn a_long_file_and_an_empty_name_are_found() {
        assert!(faults_of(Path::new("a/b.rs"), &"\n".repeat(500)).is_empty());
        assert_eq!(faults_of(Path::new("a/b.rs"), &"\n".repeat(501)).len(), 1);
        assert_eq!(faults_of(Path::new("a/utils.rs"), "").len(), 1);
        assert_eq!(faults_of(Path::new("a/common/b.ts"), "").len(), 1);
    }
}

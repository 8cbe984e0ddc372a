//! What each threshold means: the words above it in the code, so that they are written in one place.

use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the structs are, and what holds them all.
const FOLDER: &str = "crates/detect/src/settings";
const WHOLE: &str = "crates/detect/src/settings.rs";
/// Sections whose struct stands elsewhere.
const ELSEWHERE: [&str; 1] = ["crates/roadnet/src/matching/matcher.rs"];

/// The documentation of every field of the settings' structs.
pub(super) struct Meanings {
    /// By struct and field; the struct's own under an empty field.
    words: BTreeMap<(String, String), String>,
    /// The struct of each section.
    structs: BTreeMap<String, String>,
}

impl Meanings {
    pub(super) fn read() -> anyhow::Result<Self> {
        let root = testbed::workspace_folder();
        let mut files: Vec<PathBuf> = ELSEWHERE.iter().chain([&WHOLE]).map(|path| root.join(path)).collect();
        let folder = root.join(FOLDER);
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            files.push(entry?.path());
        }
        let mut meanings = Self { words: BTreeMap::new(), structs: BTreeMap::new() };
        for file in files {
            meanings.take(&read(&file)?);
        }
        Ok(meanings)
    }

    /// What a section is about.
    pub(super) fn of_section(&self, section: &str) -> anyhow::Result<&str> {
        self.of(section, "")
    }

    /// What a threshold means.
    pub(super) fn of(&self, section: &str, key: &str) -> anyhow::Result<&str> {
        let name =
            self.structs.get(section).with_context(|| format!("{WHOLE} has no section `{section}`"))?;
        match self.words.get(&(name.clone(), key.to_owned())) {
            Some(words) if !words.is_empty() => Ok(words),
            _ => bail!("{name} says nothing about `{key}`"),
        }
    }

    /// Takes the structs of a source file: documented fields, one a line, as rustfmt writes them.
    fn take(&mut self, source: &str) {
        let (mut name, mut words) = (String::new(), String::new());
        for line in source.lines().map(str::trim) {
            if let Some(said) = line.strip_prefix("///") {
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(said.trim());
            } else if let Some(rest) = line.strip_prefix("pub struct ") {
                name = rest.split([' ', '{', ';']).next().unwrap_or_default().to_owned();
                self.words.insert((name.clone(), String::new()), std::mem::take(&mut words));
            } else if let Some((field, of)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(": "))
            {
                if name == "Settings" {
                    self.structs.insert(field.to_owned(), of.trim_end_matches(',').to_owned());
                }
                self.words.insert((name.clone(), field.to_owned()), std::mem::take(&mut words));
            } else if !line.starts_with("#[") {
                words.clear();
            }
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_above_a_field_are_its_meaning() {
        let mut meanings = Meanings { words: BTreeMap::new(), structs: BTreeMap::new() };
        meanings.take("/// All.\npub struct Settings {\n    /// Jams.\n    pub jams: JamSettings,\n}");
        meanings.take("/// When a\n/// queue jams.\n#[derive(Debug)]\npub struct JamSettings {\n    /// How far, in metres.\n    pub gap_m: f64,\n    pub bare: f64,\n}");
        assert_eq!(meanings.of_section("jams").unwrap(), "When a queue jams.");
        assert_eq!(meanings.of("jams", "gap_m").unwrap(), "How far, in metres.");
        assert!(meanings.of("jams", "bare").is_err());
        assert!(meanings.of("roads", "gap_m").is_err());
    }
}

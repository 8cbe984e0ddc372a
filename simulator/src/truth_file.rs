//! The truth in a file: one line of JSON each time something begins, changes or ends.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use link::Failure;
use model::simulation::Truth;

/// A file that the truth is written to.
#[derive(Debug)]
pub struct TruthFile {
    path: PathBuf,
    output: BufWriter<File>,
}

impl TruthFile {
    /// Begins the file anew.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let file =
            File::create(path).with_context(|| format!("cannot write the truth to {}", path.display()));
        Ok(Self { path: path.to_owned(), output: BufWriter::new(file.map_err(Failure::Usage)?) })
    }

    /// Adds a line, at once in the file: there are few, and somebody may be waiting for it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, truth: &Truth) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(truth)?;
        line.push(b'\n');
        let written = self.output.write_all(&line).and_then(|()| self.output.flush());
        written.with_context(|| format!("cannot write the truth to {}", self.path.display()))
    }
}

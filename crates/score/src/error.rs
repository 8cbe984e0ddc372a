//! What can go wrong while measuring.

use std::path::{Path, PathBuf};

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A file that cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program of SUMO that cannot be started.
    #[error("cannot start {program}; it comes with the packages sumo and sumo-tools")]
    Start {
        /// Its name.
        program: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A program of SUMO that failed.
    #[error("{program} failed:\n{said}")]
    Failed {
        /// Its name.
        program: &'static str,
        /// What it said about it.
        said: String,
    },
    /// What SUMO wrote is not what was expected.
    #[error("{} is not what SUMO should have written: {problem}", path.display())]
    Output {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The scene's road network cannot be read.
    #[error("cannot read the roads of {}", path.display())]
    Roads {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: roadnet::ReadError,
    },
    /// A scene that did not come out as it was staged; nothing can be measured on it.
    #[error("the scene {scene} did not come out as staged: {problem}")]
    Scene {
        /// Which scene.
        scene: String,
        /// What is wrong.
        problem: String,
    },
}

impl ScoreError {
    /// Says which file an error is about.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn output(path: &Path, problem: impl ToString) -> Self {
        Self::Output { path: path.to_owned(), problem: problem.to_string() }
    }
}

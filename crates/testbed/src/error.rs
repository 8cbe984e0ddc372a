//! What can go wrong while servers are started, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A failure of the testbed. Every message says what failed, where, and what to look at next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not installed.
    #[error("{program} is not installed; on Debian: apt-get install {package}")]
    Missing {
        /// The program looked for on the path.
        program: String,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// One of the project's own programs has not been built.
    #[error("{path} is not there; build the programs first: cargo build --workspace --bins")]
    NotBuilt {
        /// Where the program was looked for.
        path: PathBuf,
    },
    /// A process ended although it should run.
    #[error("{name} ended ({status}); the end of {log}:\n{tail}")]
    Ended {
        /// The process's name.
        name: String,
        /// How it ended.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A process runs, but does not answer.
    #[error("{name} did not get ready within {after:?}; the end of {log}:\n{tail}")]
    NotReady {
        /// The process's name.
        name: String,
        /// How long was waited.
        after: Duration,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A helper command failed.
    #[error("{command} failed: {output}")]
    Command {
        /// The command's name.
        command: String,
        /// What it printed.
        output: String,
    },
    /// Reading or writing failed.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was attempted, as a verb.
        doing: &'static str,
        /// The file, folder or address.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// No free port was found.
    #[error("no free port among the {tried} tried on 127.0.0.1")]
    NoFreePort {
        /// How many were tried.
        tried: u32,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The BOSH service refused or ended the session.
    #[error("BOSH: {0}")]
    Bosh(String),
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

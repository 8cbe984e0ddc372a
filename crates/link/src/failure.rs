//! How the program ends when it cannot do what it was asked.

use crate::settings::{EXIT_USAGE, SettingsError};
use std::process::ExitCode;

/// Why the program ends.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or settings: whoever started it must change something.
    Usage(anyhow::Error),
    /// Anything else.
    Failed(anyhow::Error),
}

impl Failure {
    /// The exit code that tells the two apart.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(EXIT_USAGE),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }

    /// What is wrong, with its causes.
    #[must_use]
    pub fn explanation(&self) -> String {
        let (Self::Usage(error) | Self::Failed(error)) = self;
        format!("{error:#}")
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Usage(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

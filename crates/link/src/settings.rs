//! Settings that several programs share: clap arguments with an environment variable each, one struct a concern, to be
//! flattened into a program's own. Passwords come from files only.

mod health;
mod log;
mod mqtt;
pub mod mysql;
mod password;
mod xmpp;

pub use health::HealthArgs;
pub use log::{LogArgs, LogFormat};
pub use mqtt::MqttArgs;
pub use mysql::MysqlArgs;
pub use password::read_password;
pub use xmpp::XmppArgs;

use clap::Parser;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use thiserror::Error;

/// Exit code for wrong usage or settings (`EX_USAGE`).
pub const EXIT_USAGE: u8 = 64;

/// What is wrong with the settings: what, where, and what to do.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A password file is needed and none is named.
    #[error("no password for {what}: set {variable} to a file that holds it")]
    NoPasswordFile {
        /// Whose password.
        what: String,
        /// The environment variable to set.
        variable: &'static str,
    },
    /// A password file cannot be read.
    #[error("cannot read the password of {what} from {}: {source}", path.display())]
    PasswordFile {
        /// Whose password.
        what: String,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A password file holds no password.
    #[error("{} holds no password for {what}: write it into the file, on one line", path.display())]
    EmptyPassword {
        /// Whose password.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// A value that cannot be used.
    #[error("{name}={value:?} cannot be used: {reason}")]
    Invalid {
        /// The environment variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// Why, and what to write instead.
        reason: String,
    },
    /// Logs or metrics cannot be started.
    #[error("cannot start logs and metrics: {0}")]
    Telemetry(String),
}

/// Reads the command line and the environment. Prints help, version or what is wrong; the exit code is then 0 for the
/// first two and [`EXIT_USAGE`] for the last.
///
/// # Errors
/// The exit code to end with.
pub fn parse<T: Parser>() -> Result<T, ExitCode> {
    T::try_parse().map_err(|error| {
        let _ = error.print();
        if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS }
    })
}

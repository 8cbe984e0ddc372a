//! How much is logged, and in which form.

use clap::{Args, ValueEnum};

/// Logging.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logging")]
pub struct LogArgs {
    /// What to log: a level (error, warn, info, debug, trace) or module=level pairs, as in "info,gateway=debug".
    #[arg(long, value_name = "FILTER", env = "VIGIROUTE_LOG", default_value = "info")]
    pub log: String,

    /// Text for people, or JSON lines for machines; to standard error.
    #[arg(long, value_name = "FORMAT", env = "VIGIROUTE_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// The forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

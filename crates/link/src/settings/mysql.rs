//! How to reach the database. Plain data: who speaks SQL makes its own connection options of it.

use super::{SettingsError, read_password};
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use std::path::PathBuf;

/// The database.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "MySQL or MariaDB")]
pub struct MysqlArgs {
    /// Host of the database server.
    #[arg(long, value_name = "HOST", env = "VIGIROUTE_MYSQL_HOST", default_value = "127.0.0.1")]
    pub mysql_host: String,

    /// Port of the database server.
    #[arg(long, value_name = "PORT", env = "VIGIROUTE_MYSQL_PORT", default_value_t = 3306)]
    pub mysql_port: u16,

    /// Name of the database.
    #[arg(long, value_name = "NAME", env = "VIGIROUTE_MYSQL_DATABASE", default_value = "vigiroute")]
    pub mysql_database: String,

    /// Account at the database; the program's name if not set.
    #[arg(long, value_name = "NAME", env = "VIGIROUTE_MYSQL_USER")]
    pub mysql_user: Option<String>,

    /// File with the account's password on its first line.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_MYSQL_PASSWORD_FILE")]
    pub mysql_password_file: Option<PathBuf>,

    /// Whether to encrypt the connection: where the server can, always, or never.
    #[arg(long, value_name = "WHEN", env = "VIGIROUTE_MYSQL_TLS", default_value = "preferred")]
    pub mysql_tls: Tls,
}

/// When to encrypt the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tls {
    /// Where the server can.
    Preferred,
    /// Always; no connection without.
    Required,
    /// Never.
    Off,
}

/// What a program needs to connect.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// Account.
    pub user: String,
    /// The account's password.
    pub password: SecretString,
    /// When to encrypt.
    pub tls: Tls,
}

impl MysqlArgs {
    /// Reads the password; `program` is the account's name unless one is set.
    ///
    /// # Errors
    /// When the password file cannot be used.
    pub fn resolve(&self, program: &str) -> Result<Settings, SettingsError> {
        let user = self.mysql_user.clone().unwrap_or_else(|| program.to_owned());
        let password = read_password(
            &format!("MySQL account {user}"),
            self.mysql_password_file.as_deref(),
            "VIGIROUTE_MYSQL_PASSWORD_FILE",
        )?;
        Ok(Settings {
            host: self.mysql_host.clone(),
            port: self.mysql_port,
            database: self.mysql_database.clone(),
            user,
            password,
            tls: self.mysql_tls,
        })
    }
}

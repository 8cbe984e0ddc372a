//! How to reach the MQTT broker.

use super::{SettingsError, read_password};
use crate::mqtt;
use clap::Args;
use std::path::PathBuf;

/// The MQTT broker.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "MQTT broker")]
pub struct MqttArgs {
    /// Host of the MQTT broker.
    #[arg(long, value_name = "HOST", env = "VIGIROUTE_MQTT_HOST", default_value = "127.0.0.1")]
    pub mqtt_host: String,

    /// Port of the MQTT broker.
    #[arg(long, value_name = "PORT", env = "VIGIROUTE_MQTT_PORT", default_value_t = 1883)]
    pub mqtt_port: u16,

    /// Account at the broker; the program's name if not set.
    #[arg(long, value_name = "NAME", env = "VIGIROUTE_MQTT_USER")]
    pub mqtt_user: Option<String>,

    /// File with the account's password on its first line. Without one the login is anonymous.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_MQTT_PASSWORD_FILE")]
    pub mqtt_password_file: Option<PathBuf>,
}

impl MqttArgs {
    /// Reads the password; `program` is the account's name unless one is set.
    ///
    /// # Errors
    /// When the password file cannot be used.
    pub fn resolve(&self, program: &str) -> Result<mqtt::Settings, SettingsError> {
        let user = self.mqtt_user.as_deref().unwrap_or(program);
        let password = self
            .mqtt_password_file
            .as_deref()
            .map(|file| {
                read_password(&format!("MQTT user {user}"), Some(file), "VIGIROUTE_MQTT_PASSWORD_FILE")
            })
            .transpose()?;
        let login = password.map(|password| mqtt::Login { user: user.to_owned(), password });
        Ok(mqtt::Settings { host: self.mqtt_host.clone(), port: self.mqtt_port, login })
    }
}

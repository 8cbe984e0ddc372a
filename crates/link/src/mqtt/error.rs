//! What to make of a broken connection: words for people.

use super::Settings;
use rumqttc::ConnectReturnCode;
use rumqttc::mqttbytes::Error as PacketError;
use thiserror::Error;

/// Why there is no connection, or none any more.
#[derive(Debug, Error)]
pub(super) enum Broken {
    /// The network failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The broker does not want us.
    #[error("refused: {0:?}")]
    Refused(ConnectReturnCode),
    /// Nothing came in the time that the broker has for it.
    #[error("silent")]
    Silent,
    /// The broker ended the connection.
    #[error("ended")]
    Ended,
    /// What came is no MQTT, or what we wanted to send is none.
    #[error("{0}")]
    Packet(#[from] PacketError),
}

/// What went wrong, where, and what to do about it.
pub(super) fn explain(error: &Broken, settings: &Settings) -> String {
    let Settings { host, port, login } = settings;
    match error {
        Broken::Refused(ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized) => {
            match login {
                Some(login) => format!(
                    "the MQTT broker at {host}:{port} refuses the login of user {}: check VIGIROUTE_MQTT_USER and \
                     VIGIROUTE_MQTT_PASSWORD_FILE",
                    login.user
                ),
                None => format!(
                    "the MQTT broker at {host}:{port} refuses an anonymous login: set VIGIROUTE_MQTT_PASSWORD_FILE"
                ),
            }
        }
        Broken::Refused(code) => {
            format!("the MQTT broker at {host}:{port} refuses the connection: {code:?}")
        }
        Broken::Silent => format!("the MQTT broker at {host}:{port} does not answer"),
        Broken::Io(error) => format!("no connection to the MQTT broker at {host}:{port}: {error}"),
        Broken::Ended => format!(
            "the MQTT broker at {host}:{port} ended the connection (it stopped, or another client took the same name)"
        ),
        Broken::Packet(error) => {
            format!("the connection to the MQTT broker at {host}:{port} broke: {error}")
        }
    }
}

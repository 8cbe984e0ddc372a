//! What to make of a broken connection: words for people, and the one error that needs more than trying again.

use super::Settings;
use rumqttc::mqttbytes::Error as PacketError;
use rumqttc::{ConnectReturnCode, ConnectionError, StateError};

/// Longest packet MQTT knows, in bytes.
pub(super) const MAX_PACKET_BYTES: usize = 268_435_455;

/// The length of a packet that was refused for being longer than allowed.
pub(super) fn oversize(error: &ConnectionError) -> Option<usize> {
    match error {
        ConnectionError::MqttState(StateError::Deserialization(PacketError::PayloadSizeLimitExceeded(
            bytes,
        ))) => Some((*bytes).min(MAX_PACKET_BYTES)),
        _ => None,
    }
}

/// What went wrong, where, and what to do about it.
pub(super) fn explain(error: &ConnectionError, settings: &Settings) -> String {
    let Settings { host, port, login } = settings;
    match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => match login {
            Some(login) => format!(
                "the MQTT broker at {host}:{port} refuses the login of user {}: check VIGIROUTE_MQTT_USER and \
                 VIGIROUTE_MQTT_PASSWORD_FILE",
                login.user
            ),
            None => format!(
                "the MQTT broker at {host}:{port} refuses an anonymous login: set VIGIROUTE_MQTT_PASSWORD_FILE"
            ),
        },
        ConnectionError::ConnectionRefused(code) => {
            format!("the MQTT broker at {host}:{port} refuses the connection: {code:?}")
        }
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => {
            format!("the MQTT broker at {host}:{port} does not answer")
        }
        ConnectionError::Io(error) => format!("no connection to the MQTT broker at {host}:{port}: {error}"),
        ConnectionError::MqttState(StateError::ConnectionAborted) => format!(
            "the MQTT broker at {host}:{port} ended the connection (it stopped, or another client took the same name)"
        ),
        other => format!("the connection to the MQTT broker at {host}:{port} broke: {other}"),
    }
}

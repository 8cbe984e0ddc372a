//! Connections to MySQL or MariaDB.

use super::{StoreError, statements::STATEMENTS_KEPT};
use link::settings::mysql::{Settings, Tls};
use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, MySqlConnection};
use std::time::Duration;
use tokio::time::timeout;

/// Longest wait for a connection. A server that takes longer is as good as away.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The server gives up a connection that asks nothing for so long, and what it had begun. Without this the locks of one
/// that is half open (its other end is gone, and nobody told the server) would keep everybody else out for eight hours.
const SERVER_WAITS_S: u32 = 40;
/// A connection that was not used for so long is not used any more: the server may be about to give it up.
pub(super) const IDLE: Duration = Duration::from_secs(20);

/// Where the database is, and as whom to go there. Opens connections; holds none.
#[derive(Debug, Clone)]
pub struct Database {
    options: MySqlConnectOptions,
    address: String,
}

impl Database {
    /// The database that the settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let options = MySqlConnectOptions::new()
            .host(&settings.host)
            .port(settings.port)
            .database(&settings.database)
            .username(&settings.user)
            .password(settings.password.expose_secret())
            .ssl_mode(match settings.tls {
                Tls::Preferred => MySqlSslMode::Preferred,
                Tls::Required => MySqlSslMode::Required,
                Tls::Off => MySqlSslMode::Disabled,
            })
            .charset("utf8mb4")
            .timezone(Some("+00:00".to_owned()))
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        Self { options, address: format!("{}:{}/{}", settings.host, settings.port, settings.database) }
    }

    /// `host:port/database`, for messages.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Opens a connection: times in UTC, repeatable reads (which [`super::Writer`] relies on).
    ///
    /// # Errors
    /// When the server is not there within 5 s or refuses.
    pub async fn connect(&self) -> Result<MySqlConnection, StoreError> {
        let connect = async {
            let mut connection = self.options.connect().await?;
            connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
            connection.execute(AssertSqlSafe(format!("SET SESSION wait_timeout = {SERVER_WAITS_S}"))).await?;
            Ok(connection)
        };
        timeout(CONNECT_WITHIN, connect).await.unwrap_or(Err(StoreError::TimedOut(CONNECT_WITHIN)))
    }
}

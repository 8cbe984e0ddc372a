//! The database as the handlers use it: a bounded pool, bounded statements, and problems instead of errors.

use crate::problem::Problem;
use crate::trouble::Trouble;
use link::settings::mysql::{Settings, Tls};
use link::{Condition, Readiness};
use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use sqlx::{ConnectOptions, Executor, MySqlConnection, MySqlPool};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Most connections; what comes beyond waits.
const MAX_CONNECTIONS: u32 = 8;
/// Longest wait for one of them.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(3);
/// Longest time for one statement, held by the server.
const STATEMENT_WITHIN: Duration = Duration::from_secs(10);
/// Longest time for all of what one request asks; a server that does not even keep to its own time is given up.
const REQUEST_WITHIN: Duration = Duration::from_secs(15);
/// How often the database is looked after when nobody asks for anything.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// A way to the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: MySqlPool,
}

impl Database {
    /// A way to the database that the settings name; connects when it is first needed.
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
            .disable_statement_logging();
        let pool = MySqlPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_WITHIN)
            .idle_timeout(Duration::from_secs(60))
            .after_connect(|connection, _| Box::pin(bound_statements(connection)))
            .connect_lazy_with(options);
        Self { pool }
    }

    /// The pool, for what [`Database::ask`] runs.
    #[must_use]
    pub fn pool(&self) -> &MySqlPool {
        &self.pool
    }

    /// Runs what a request asks of the database, for at most 15 s.
    ///
    /// # Errors
    /// A problem to answer with.
    pub async fn ask<T>(&self, question: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Problem> {
        match timeout(REQUEST_WITHIN, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(problem_of(&error)),
            Err(_) => {
                tracing::debug!(within_s = REQUEST_WITHIN.as_secs(), "the database did not answer a request");
                Err(Problem::unavailable("the database does not answer; try again"))
            }
        }
    }

    /// Says in `condition`, again and again until `stop`, whether the database and its tables are there.
    pub async fn watch(self, condition: Condition, stop: CancellationToken) {
        let mut trouble = Trouble::new("the database");
        loop {
            let tables = sqlx::query(
                "SELECT 1 FROM events, event_revisions, event_vehicles, zones, accounts, audit LIMIT 0",
            );
            let found = match timeout(REQUEST_WITHIN, tables.execute(&self.pool)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(explain(&error)),
                Err(_) => Err("it does not answer".to_owned()),
            };
            trouble.note(&condition, found);
            tokio::select! {
                () = tokio::time::sleep(CHECK_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// A condition for [`Database::watch`].
    #[must_use]
    pub fn condition(readiness: &Readiness) -> Condition {
        readiness.condition("mysql")
    }
}

/// MySQL and MariaDB each have a way of their own to say how long a statement may take.
async fn bound_statements(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut *connection).await?;
    let bound = if version.contains("MariaDB") {
        format!("SET SESSION max_statement_time = {}", STATEMENT_WITHIN.as_secs())
    } else {
        format!("SET SESSION max_execution_time = {}", STATEMENT_WITHIN.as_millis())
    };
    connection.execute(sqlx::AssertSqlSafe(bound)).await?;
    Ok(())
}

const NO_SUCH_TABLE: u16 = 1146;
/// Interrupted after `max_execution_time` (MySQL) or `max_statement_time` (MariaDB).
const TOOK_TOO_LONG: [u16; 2] = [3024, 1969];

fn number(error: &sqlx::Error) -> Option<u16> {
    use sqlx::mysql::MySqlDatabaseError;
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

fn explain(error: &sqlx::Error) -> String {
    match (error, number(error)) {
        (_, Some(NO_SUCH_TABLE)) => {
            "the tables are not there yet: the collector makes them when it starts".into()
        }
        (sqlx::Error::PoolTimedOut, _) => {
            "no connection; is the database running, and are account and password right (VIGIROUTE_MYSQL_*)?"
                .into()
        }
        _ => error.to_string(),
    }
}

fn problem_of(error: &sqlx::Error) -> Problem {
    match (error, number(error)) {
        (_, Some(number)) if TOOK_TOO_LONG.contains(&number) => Problem::unavailable(format!(
            "the database needed more than {} s; ask for less, such as a shorter time",
            STATEMENT_WITHIN.as_secs()
        )),
        (_, Some(NO_SUCH_TABLE))
        | (sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::Tls(_), _) => {
            tracing::debug!(%error, "a request found no database");
            Problem::unavailable("the database is not there; try again")
        }
        _ => {
            tracing::error!(%error, "the database failed a request");
            Problem::internal()
        }
    }
}

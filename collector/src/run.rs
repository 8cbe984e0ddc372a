//! The program: its parts put together, and ended in good order.

use crate::inbox::{DropReason, Receiver, receive};
use crate::pubsub::{Backlog, publisher};
use crate::recorder::{Recorder, WAITING_DELIVERIES};
use crate::retention::{forget_old_changes, forget_old_events};
use crate::settings::{Args, HEALTH_PORT};
use crate::store::{Database, Writer, migrate};
use anyhow::Context;
use link::backoff::Backoff;
use link::settings::{SettingsError, mysql};
use link::xmpp::{self, BareJid, Jid};
use link::{Condition, Readiness, health, shutdown, telemetry};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Longest wait for the XMPP stream to be closed.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// How often waiting for the database is said again in the log.
const REMINDER: Duration = Duration::from_secs(30);

/// Settings that were checked.
#[derive(Debug)]
pub struct Config {
    xmpp: xmpp::Settings,
    gateway: BareJid,
    pubsub: Jid,
    mysql: mysql::Settings,
    health: SocketAddr,
    retention_days: Option<u32>,
    audit_days: u32,
}

impl Config {
    /// Checks the settings and reads the passwords; opens nothing.
    ///
    /// # Errors
    /// What is wrong with which setting.
    pub fn resolve(args: &Args) -> Result<Self, SettingsError> {
        let domain = &args.xmpp.xmpp_domain;
        let invalid = |error: &dyn std::fmt::Display| SettingsError::Invalid {
            name: "VIGIROUTE_XMPP_DOMAIN",
            value: domain.clone(),
            reason: format!("{error}; write a domain as in vigiroute.local"),
        };
        Ok(Self {
            xmpp: args.xmpp.resolve("collector")?,
            gateway: format!("gateway@{domain}").parse().map_err(|error| invalid(&error))?,
            pubsub: format!("pubsub.{domain}").parse().map_err(|error| invalid(&error))?,
            mysql: args.mysql.resolve("collector")?,
            health: args.health.bind(HEALTH_PORT),
            retention_days: args.retention_days,
            audit_days: args.audit_days,
        })
    }
}

/// Runs until `stop`; then stores and confirms what came before, within the time that programs have for that.
///
/// # Errors
/// When the health port is taken, the tables are of a later version, or another collector is online.
pub async fn run(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let readiness = Readiness::new();
    let mysql_ready = readiness.condition("mysql");
    let xmpp_ready = readiness.condition("xmpp");
    let pubsub_ready = readiness.condition("pubsub");
    let metrics = telemetry::start_metrics()?;
    DropReason::announce();
    let end = CancellationToken::new();
    let health = health::serve(config.health, readiness, metrics, end.clone()).await?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), %health, "collector starts");

    let database = Database::new(&config.mysql);
    tokio::select! {
        made = make_tables(&database, &mysql_ready) => made?,
        () = stop.cancelled() => return Ok(()),
    }
    mysql_ready.met();
    let forgetting =
        config.retention_days.map(|days| tokio::spawn(forget_old_events(database.clone(), days)));
    let forgetting_changes = tokio::spawn(forget_old_changes(database.clone(), config.audit_days));

    // Only now, so that nothing comes that cannot be stored: a message to an absent collector goes back at once.
    let (client, incoming) = xmpp::connect(config.xmpp, xmpp_ready);
    let (publisher, publishing) = publisher(client.clone(), config.pubsub, database.clone(), pubsub_ready);
    let (deliveries_tx, deliveries) = mpsc::channel(WAITING_DELIVERIES);
    link::queues::watch("to_store", &deliveries_tx);
    let receiver = Receiver {
        gateway: config.gateway,
        client: client.clone(),
        deliveries: deliveries_tx,
        publisher: publisher.clone(),
    };
    let recorder = Recorder {
        writer: Writer::new(database),
        client: client.clone(),
        publisher,
        backlog: Backlog::default(),
        condition: mysql_ready,
        shutdown: stop.clone(),
    };
    let receiving = tokio::spawn(receive(incoming, receiver));
    let recording = tokio::spawn(recorder.run(deliveries));
    let publishing = tokio::spawn(publishing.run());

    let outcome = tokio::select! {
        () = stop.cancelled() => Ok(()),
        taken = client.name_taken() => Err(taken).context("a collector runs already; this one ends"),
    };
    stop.cancel();
    // Each ends when what it takes from is gone: nothing more is taken, what came is stored and confirmed, then published.
    receiving.abort();
    forgetting_changes.abort();
    if let Some(forgetting) = forgetting {
        forgetting.abort();
    }
    shutdown::drain(async {
        let _ = receiving.await;
        let _ = recording.await;
        if *client.online().borrow() {
            let _ = tokio::time::timeout(CLOSE_WITHIN, publishing).await;
        }
        client.close(CLOSE_WITHIN).await;
    })
    .await;
    end.cancel();
    tracing::info!("collector ends");
    outcome
}

/// Waits for the database and makes its tables.
async fn make_tables(database: &Database, condition: &Condition) -> anyhow::Result<()> {
    let mut delays = Backoff::RECONNECT.delays();
    let mut said: Option<Instant> = None;
    loop {
        match migrate(database).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_permanent() => {
                return Err(error).context(
                    "the tables were made by another version of the collector: start that one, or a later one",
                );
            }
            Err(error) => {
                condition.unmet(format!("waiting for the database at {}: {error}", database.address()));
                if said.is_none_or(|said| said.elapsed() >= REMINDER) {
                    tracing::warn!(%error, address = database.address(), "waiting for the database; \
                        is it running, and are account and password right (VIGIROUTE_MYSQL_*)?");
                    said = Some(Instant::now());
                }
                tokio::time::sleep(delays.next_delay()).await;
            }
        }
    }
}

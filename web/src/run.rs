//! The program: its parts put together, and ended in good order.

use crate::accounts::{Accounts, FirstAdmin, Reading, make_first_admin};
use crate::app::{App, Parts, routes};
use crate::bosh::Bosh;
use crate::database::Database;
use crate::http::Guard;
use crate::live::Live;
use crate::roads::Roads;
use crate::settings::Args;
use crate::simulation::{self, Simulation};
use crate::trouble::Trouble;
use crate::zones::{Heard, Sync, listen, read_seed};
use anyhow::Context;
use axum::serve::ListenerExt;
use link::mqtt::{self, Qos};
use link::settings::{SettingsError, mysql};
use link::{Condition, Readiness, health, shutdown, telemetry};
use model::{Zone, topic};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How often the BOSH service is asked whether it is there.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Longest wait for the last zones to be published.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Settings that were checked.
#[derive(Debug)]
pub struct Config {
    bind: SocketAddr,
    static_dir: PathBuf,
    roads_dir: PathBuf,
    seed: Vec<Zone>,
    bosh: Bosh,
    guard: Guard,
    xmpp_domain: String,
    hfp: bool,
    reading: Reading,
    plain_sign_in: bool,
    first_admin: FirstAdmin,
    mqtt: mqtt::Settings,
    mysql: mysql::Settings,
    stop: CancellationToken,
}

impl Config {
    /// Checks the settings, reads the passwords and the first zones; opens nothing. The server ends with `stop`.
    ///
    /// # Errors
    /// What is wrong with which setting.
    pub fn resolve(args: &Args, stop: CancellationToken) -> Result<Self, SettingsError> {
        Ok(Self {
            bind: args.http_bind,
            static_dir: args.static_dir.clone(),
            roads_dir: args.roads_dir.clone(),
            seed: args.zones_seed.as_deref().map(read_seed).transpose()?.unwrap_or_default(),
            bosh: Bosh::new(&args.bosh_url, stop.clone())?,
            guard: Guard::new(&args.http_names),
            xmpp_domain: args.xmpp_domain.clone(),
            hfp: args.hfp,
            reading: args.reading(),
            plain_sign_in: args.plain_sign_in,
            first_admin: args.first_admin()?,
            mqtt: args.mqtt.resolve("web")?,
            mysql: args.mysql.resolve("web")?,
            stop,
        })
    }
}

/// Serves until the end is asked for; then finishes what is at hand.
///
/// # Errors
/// When the port is taken, or the roads cannot be read.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let stop = config.stop;
    let readiness = Readiness::new();
    let metrics = telemetry::start_metrics()?;
    let listener = TcpListener::bind(config.bind).await.with_context(|| {
        format!("cannot serve on {}; set VIGIROUTE_HTTP_BIND to a free address", config.bind)
    })?;
    let address = listener.local_addr()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "web serves on http://{address}/");

    let roads_dir = config.roads_dir;
    let roads = Arc::new(tokio::task::spawn_blocking(move || Roads::read(&roads_dir)).await??);
    let database = Database::new(&config.mysql);
    tokio::spawn(database.clone().watch(Database::condition(&readiness), stop.clone()));
    let first = readiness.condition("accounts");
    tokio::spawn(make_first_admin(database.clone(), config.first_admin, first, stop.clone()));
    if config.reading == Reading::Open && !config.bind.ip().is_loopback() {
        tracing::info!("whoever reaches {address} may read; VIGIROUTE_READ=signed-in closes that");
    }
    tokio::spawn(watch_bosh(config.bosh.clone(), readiness.condition("prosody"), stop.clone()));

    // A name of its own, so that two web programs do not throw each other out.
    let mut options = mqtt::Options::new(format!("web-{:08x}", rand::random::<u32>()));
    options.subscriptions = [topic::ZONE_FILTER]
        .iter()
        .chain(&simulation::FILTERS)
        .map(|filter| ((*filter).to_owned(), Qos::AtLeastOnce))
        .collect();
    let (client, incoming) = mqtt::connect(&config.mqtt, options, readiness.condition("mqtt"));
    let heard = Heard::default();
    let simulation = Simulation::new(client.clone());
    tokio::spawn(listen(incoming, client.clone(), heard.clone(), simulation.clone()));
    let (sync, zones) = Sync::new(database.clone(), client.clone(), heard);
    let syncing = tokio::spawn(sync.run(config.seed));

    let live = Live::new(&config.xmpp_domain, &roads, config.hfp);
    let accounts = Accounts::new(config.reading, config.plain_sign_in);
    let app = App { accounts, database, zones, simulation, roads, live };
    let parts = Parts {
        bosh: config.bosh,
        guard: config.guard,
        static_dir: config.static_dir,
        health: health::routes(readiness, metrics),
    };
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let service = routes(app, parts)?.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let ended = CancellationToken::new();
    let serving = tokio::spawn({
        let ended = ended.clone().drop_guard();
        async move {
            let outcome = serving.await;
            drop(ended);
            outcome
        }
    });
    tokio::select! {
        () = stop.cancelled() => {}
        () = ended.cancelled() => {}
    }
    let mut outcome = Ok(());
    shutdown::drain(async {
        if let Ok(served) = serving.await {
            outcome = served;
        }
        // The handlers are gone, so it ends when it has published what they changed.
        let _ = tokio::time::timeout(CLOSE_WITHIN, syncing).await;
        client.close(CLOSE_WITHIN).await;
    })
    .await;
    tracing::info!("web ends");
    outcome.context("the server ended by itself")
}

async fn watch_bosh(bosh: Bosh, condition: Condition, stop: CancellationToken) {
    let mut trouble = Trouble::new("the live feed");
    loop {
        bosh.measure();
        trouble.note(&condition, bosh.probe().await);
        tokio::select! {
            () = tokio::time::sleep(PROBE_EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

//! `gateway run`: the pipeline, the outbox's sender and the traffic publisher, wired together.

use crate::files;
use crate::outbox::Sender;
use crate::pipeline::{self, Pipeline};
use crate::settings::RunArgs;
use crate::store::Store;
use crate::traffic;
use anyhow::{Context, anyhow};
use detect::Detector;
use link::Failure;
use link::mqtt::{self, Options, Qos};
use link::xmpp::{self, FullJid, Jid};
use link::{Readiness, health, shutdown, telemetry};
use model::topic::{REPORT_FILTERS, ZONE_FILTER};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

/// Port for health and metrics where none is set.
const HEALTH_PORT: u16 = 9101;
/// Messages taken from the broker and not yet looked at.
const INCOMING: usize = 2_000;
/// How long the broker and the XMPP server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Runs until a signal asks for the end.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "gateway");
    let plan = Plan::from_settings(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(plan.carry_out())
}

/// All that the settings name, read and checked before any port is opened.
struct Plan {
    mqtt: mqtt::Settings,
    mqtt_client_id: String,
    xmpp: xmpp::Settings,
    collector: FullJid,
    pubsub: Jid,
    health: std::net::SocketAddr,
    store: Store,
    detector: Detector,
}

impl Plan {
    fn from_settings(args: &RunArgs) -> Result<Self, Failure> {
        let mqtt = args.mqtt.resolve("gateway")?;
        let xmpp = args.xmpp.resolve("gateway")?;
        let domain = xmpp.jid.domain().to_string();
        let jid = |text: String| text.parse().with_context(|| format!("{text} is no XMPP address"));
        let collector = jid(format!("collector@{domain}/collector"))?;
        let pubsub = Jid::new(&format!("pubsub.{domain}")).context("no XMPP address")?;
        let settings = files::detection(args.detection.as_deref())?;
        let (network, warnings) = files::roads(&args.roads)?;
        for warning in warnings.iter().take(5) {
            tracing::warn!(%warning, "roads");
        }
        tracing::info!(links = network.link_count(), warnings = warnings.len(), "roads read");
        Ok(Self {
            mqtt,
            mqtt_client_id: args.mqtt_client_id.clone(),
            xmpp,
            collector,
            pubsub,
            health: args.health.bind(HEALTH_PORT),
            store: Store::open(&args.state_dir).map_err(anyhow::Error::from)?,
            detector: Detector::new(settings, network),
        })
    }

    async fn carry_out(self) -> Result<(), Failure> {
        let metrics = telemetry::start_metrics()?;
        pipeline::describe();
        let ending = shutdown::on_signals().context("cannot listen to signals")?;
        let readiness = Readiness::new();
        let serving = CancellationToken::new();
        let address = health::serve(self.health, readiness.clone(), metrics, serving.clone())
            .await
            .map_err(anyhow::Error::from)?;
        tracing::info!(%address, "serving health and metrics");

        let store = Arc::new(self.store);
        let intake = pipeline::restore(self.detector, &store)?;
        let filled = Arc::new(Notify::new());
        let (traffic_tx, traffic) = watch::channel(None);

        let (xmpp, events) = xmpp::connect(self.xmpp, readiness.condition("xmpp"));
        let publisher = tokio::spawn(traffic::publish_latest(xmpp.clone(), self.pubsub, traffic));
        let emptying = CancellationToken::new();
        let sender =
            Sender::new(Arc::clone(&store), xmpp.clone(), events, self.collector, Arc::clone(&filled))?;
        let mut sender = tokio::spawn(sender.run(emptying.clone()));

        let options = options(self.mqtt_client_id);
        let (mqtt, incoming) = mqtt::connect(&self.mqtt, options, readiness.condition("mqtt"));
        let mut pipeline = start(Pipeline {
            intake,
            store,
            mqtt: mqtt.clone(),
            incoming,
            filled,
            traffic: traffic_tx,
            room: readiness.condition("outbox"),
            ending: ending.clone(),
        })?;

        let mut outcome = tokio::select! {
            () = ending.cancelled() => Ok(()),
            ended = &mut pipeline => ended.unwrap_or_else(|_| Err(anyhow!("the pipeline's thread ended"))),
            ended = &mut sender => joined(ended).and(Err(anyhow!("the sender ended by itself"))),
        };
        ending.cancel();
        shutdown::drain(async {
            if !pipeline.is_terminated() {
                let ended = pipeline.await;
                outcome = std::mem::replace(&mut outcome, Ok(())).and(ended.unwrap_or(Ok(())));
            }
            emptying.cancel();
            if !sender.is_finished() {
                outcome = std::mem::replace(&mut outcome, Ok(())).and(joined(sender.await));
            }
            publisher.abort();
            tokio::join!(mqtt.close(GOODBYE), xmpp.close(GOODBYE));
        })
        .await;
        serving.cancel();
        if outcome.is_ok() {
            tracing::info!("ended");
        }
        Ok(outcome?)
    }
}

/// A session that the broker keeps, so that what comes while the gateway is away waits there.
fn options(client_id: String) -> Options {
    let filters = REPORT_FILTERS.iter().chain([&ZONE_FILTER]);
    Options {
        keep_session: true,
        subscriptions: filters.map(|filter| ((*filter).to_owned(), Qos::AtLeastOnce)).collect(),
        incoming_capacity: INCOMING,
        ..Options::new(client_id)
    }
}

/// Starts the pipeline on a thread of its own; the receiver hears how it ended.
fn start(pipeline: Pipeline) -> anyhow::Result<oneshot::Receiver<anyhow::Result<()>>> {
    let (ended_tx, ended) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new()
        .name("pipeline".to_owned())
        .spawn(move || {
            let _ = ended_tx.send(runtime.block_on(pipeline.run()));
        })
        .context("cannot start a thread")?;
    Ok(ended)
}

fn joined(ended: Result<anyhow::Result<()>, JoinError>) -> anyhow::Result<()> {
    ended.unwrap_or_else(|error| Err(error.into()))
}

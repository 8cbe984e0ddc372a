//! `gateway run`: the pipeline, the outbox's sender and the traffic publisher, wired together.

use crate::clock;
use crate::files;
use crate::journal::{self, Fingerprint, SnapshotFile};
use crate::outbox::Sender;
use crate::pipeline::{self, Decoding, Intake, JournalState, Journaling, Keeping, Pipeline, Storing};
use crate::settings::RunArgs;
use crate::store::Store;
use crate::traffic;
use anyhow::{Context, anyhow};
use detect::Detector;
use link::Failure;
use link::mqtt::{self, Options, Qos};
use link::xmpp::{self, FullJid, Jid};
use link::{Condition, Readiness, health, shutdown, telemetry};
use model::topic::{REPORT_FILTERS, ZONE_FILTER};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

/// Why a second gateway ends.
const TAKEN: &str = "a gateway runs already; this one ends";
/// Port for health and metrics where none is set.
const HEALTH_PORT: u16 = 9101;
/// Messages taken from the broker and not yet looked at.
const INCOMING: usize = 2_000;
/// Batches that may wait for the detector, for the journal, and for the outbox.
const IN_HAND: usize = 4;
/// How long to wait before a disk that cannot be written is tried again.
const DISK_WAIT: Duration = Duration::from_secs(1);
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
    state_dir: PathBuf,
    snapshots: SnapshotFile,
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
            snapshots: SnapshotFile::new(&args.state_dir, Fingerprint::of(&args.roads, &settings)?),
            state_dir: args.state_dir.clone(),
            store: Store::open(&args.state_dir).map_err(anyhow::Error::from)?,
            detector: Detector::new(settings, network),
        })
    }

    async fn carry_out(self) -> Result<(), Failure> {
        let metrics = telemetry::start_metrics()?;
        pipeline::describe();
        let ending = shutdown::on_signals().context("cannot listen to signals")?;
        let readiness = Readiness::new();
        // All that will be asked for, so that nobody is told that this is ready before it has begun.
        let [disk, outbox_disk, room, clock, xmpp_up, mqtt_up] =
            ["disk", "outbox_disk", "outbox", "clock", "xmpp", "mqtt"].map(|name| readiness.condition(name));
        let serving = CancellationToken::new();
        let address = health::serve(self.health, readiness.clone(), metrics, serving.clone())
            .await
            .map_err(anyhow::Error::from)?;
        tracing::info!(%address, "serving health and metrics");

        let store = Arc::new(self.store);
        let mut detector = self.detector;
        let seq = take_up(&self.state_dir, &self.snapshots, &mut detector, &store)?;
        let secure = || journal::secure(&self.state_dir, &self.snapshots, &detector, seq);
        let Some(snapshot_bytes) = once_there_is_room(secure, &disk, &ending).await else { return Ok(()) };
        let filled = Arc::new(Notify::new());
        let (traffic_tx, traffic) = watch::channel(None);

        let (xmpp, events) = xmpp::connect(self.xmpp, xmpp_up);
        let publisher = tokio::spawn(traffic::publish_latest(xmpp.clone(), self.pubsub, traffic));
        let emptying = CancellationToken::new();
        let sender =
            Sender::new(Arc::clone(&store), xmpp.clone(), events, self.collector, Arc::clone(&filled))?;
        let mut sender = tokio::spawn(sender.run(emptying.clone()));

        // The broker would give the session to whoever asks last: only who has the name at the XMPP server asks. Until
        // then reports wait at the broker.
        mqtt_up.unmet("waiting for the XMPP server before reports are taken");
        tokio::select! {
            online = xmpp.wait_online() => online.map_err(anyhow::Error::from)?,
            taken = xmpp.name_taken() => return Err(anyhow!(taken).context(TAKEN).into()),
            () = ending.cancelled() => return Ok(()),
        }
        let options = options(self.mqtt_client_id);
        let (mqtt, incoming) = mqtt::connect(&self.mqtt, options, mqtt_up);
        let (decoded_tx, decoded) = tokio::sync::mpsc::channel(IN_HAND);
        link::queues::watch("decoded", &decoded_tx);
        let runtime = tokio::runtime::Handle::current();
        // Ends when nobody wants what it decodes.
        thread("decoding", move || {
            runtime.block_on(Decoding::new().run(incoming, decoded_tx));
            Ok(())
        })?;
        let (jobs, to_journal) = mpsc::sync_channel(IN_HAND);
        let (batches, to_store) = mpsc::sync_channel(IN_HAND);
        let state = Arc::new(JournalState::default());
        let storing = Storing {
            store: Arc::clone(&store),
            filled,
            disk: outbox_disk,
            state: Arc::clone(&state),
            ending: ending.clone(),
        };
        let keeping = Keeping {
            folder: self.state_dir,
            seq,
            snapshots: self.snapshots,
            mqtt: Some(mqtt.clone()),
            outbox: batches,
            store: Arc::clone(&store),
            disk,
            ending: ending.clone(),
        };
        let journaling = Journaling::begin(keeping, Arc::clone(&state)).context("cannot begin a journal")?;
        let pipeline = Pipeline {
            intake: Intake::new(detector),
            store,
            decoded,
            journal: jobs,
            state,
            traffic: traffic_tx,
            room,
            clock,
            ending: ending.clone(),
            snapshot_bytes,
        };
        let storing = thread("outbox", move || storing.run(&to_store))?;
        let journaling = thread("journal", move || journaling.run(&to_journal))?;
        let mut pipeline = start(pipeline, journaling, storing)?;

        let mut outcome = tokio::select! {
            () = ending.cancelled() => Ok(()),
            ended = &mut pipeline => ended.unwrap_or_else(|_| Err(anyhow!("the pipeline's thread ended"))),
            ended = &mut sender => joined(ended).and(Err(anyhow!("the sender ended by itself"))),
            taken = xmpp.name_taken() => Err(anyhow!(taken).context(TAKEN)),
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

/// Lets the detector know again what it knew; gives the number of the last journal record that it knows.
fn take_up(
    folder: &Path,
    snapshots: &SnapshotFile,
    detector: &mut Detector,
    store: &Store,
) -> anyhow::Result<u64> {
    let begun = Instant::now();
    let recovered = journal::recover(folder, snapshots, detector, store, clock::now())?;
    #[allow(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("vigiroute_gateway_replayed_reports").set(recovered.reports as f64);
    tracing::info!(
        zones = detector.zone_count(),
        reports = recovered.reports,
        events = recovered.events,
        waiting = store.waiting(),
        after_ms = begun.elapsed().as_millis(),
        "took up what the last run left"
    );
    Ok(recovered.seq)
}

/// Does what needs the disk, again and again until it can be done; `None` when the end came first.
async fn once_there_is_room<T>(
    mut work: impl FnMut() -> std::io::Result<T>,
    disk: &Condition,
    ending: &CancellationToken,
) -> Option<T> {
    let mut is_told = false;
    loop {
        match work() {
            Ok(done) => return Some(done),
            Err(error) => {
                if !is_told {
                    tracing::error!(%error, "the state folder cannot be written; trying again until it can");
                    is_told = true;
                }
                disk.unmet(format!("the state folder cannot be written: {error}"));
            }
        }
        tokio::select! {
            () = ending.cancelled() => return None,
            () = tokio::time::sleep(DISK_WAIT) => {}
        }
    }
}

/// Starts the pipeline on a thread of its own; the receiver hears how it, the journal and the outbox ended.
fn start(
    pipeline: Pipeline,
    journaling: JoinHandle<anyhow::Result<()>>,
    storing: JoinHandle<anyhow::Result<()>>,
) -> anyhow::Result<oneshot::Receiver<anyhow::Result<()>>> {
    let (ended_tx, ended) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    thread("pipeline", move || {
        let detected = runtime.block_on(pipeline.run());
        let ended = |thread: JoinHandle<_>| thread.join().unwrap_or_else(|_| Err(anyhow!("a thread ended")));
        let (journaled, stored) = (ended(journaling), ended(storing));
        // What ended first says why.
        let _ = ended_tx.send(stored.and(journaled).and(detected));
        Ok(())
    })?;
    Ok(ended)
}

fn thread(
    name: &str,
    work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).context("cannot start a thread")
}

fn joined(ended: Result<anyhow::Result<()>, JoinError>) -> anyhow::Result<()> {
    ended.unwrap_or_else(|error| Err(error.into()))
}

//! `gateway record`: what comes in over MQTT, written down as a recording.

mod progress;
mod tally;

use crate::clock;
use crate::settings::RecordArgs;
use anyhow::{Context, anyhow};
use link::Failure;
use link::mqtt::{self, Client, Incoming, Message, Options, Qos};
use link::recording::{Compression, Writer};
use link::{Readiness, shutdown, telemetry};
use model::topic::{REPORT_FILTERS, ZONE_FILTER};
use progress::Progress;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;
use tally::Tally;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long the broker may take to let us in before we give up; later, a lost connection is waited for.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Messages received and not yet written. When they are so many, the broker has to wait.
const INCOMING: usize = 2_000;
/// Messages written between two looks at the clock and the signals.
const AT_ONCE: usize = 500;
/// What was received is in the file after this long: soon for a reader that follows, later where parts are compressed.
const FLUSH_PLAIN: Duration = Duration::from_secs(1);
const FLUSH_COMPRESSED: Duration = Duration::from_secs(10);
/// How long the broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Records until a signal, or until as much is recorded as was asked for.
pub fn record(args: &RecordArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let broker = args.mqtt.resolve("gateway")?;
    let output = open(&args.output)?;
    let compression = Compression::by_name(&args.output);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    // The connection is polled on the runtime's own threads, so the recording may block this one while it writes.
    let tally = runtime.block_on(async {
        let ending = shutdown::on_signals().context("cannot listen to signals")?;
        let readiness = Readiness::new();
        let (client, incoming) = mqtt::connect(&broker, options(args), readiness.condition("mqtt"));
        tokio::select! {
            () = ending.cancelled() => {
                discard(&args.output);
                return Ok(None);
            }
            connected = timeout(CONNECT_WITHIN, subscribed(&readiness)) => {
                connected.map_err(|_| {
                    discard(&args.output);
                    no_broker(&broker, &readiness)
                })?;
            }
        }
        tracing::info!(output = %args.output.display(), "recording");
        let recorder = Recorder { args, writer: Writer::new(output, compression), tally: Tally::default() };
        let flush_every = if compression == Compression::Plain { FLUSH_PLAIN } else { FLUSH_COMPRESSED };
        let tally = recorder.run(&client, incoming, flush_every, &ending).await?;
        client.close(GOODBYE).await;
        anyhow::Ok(Some(tally))
    })?;
    if let Some(tally) = tally {
        let _ = writeln!(io::stderr(), "{tally}");
    }
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn Write>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdout().lock()));
    }
    match File::create_new(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::Usage(anyhow!(
            "{} is there already and is not written over: give another name, or remove it first",
            path.display()
        ))),
        Err(error) => Err(Failure::Failed(
            anyhow::Error::from(error).context(format!("cannot write the recording {}", path.display())),
        )),
    }
}

/// Takes away the empty file of a recording that never began, so that the same can be tried again.
fn discard(path: &Path) {
    if path != Path::new("-") {
        let _ = std::fs::remove_file(path);
    }
}

/// A session of its own that the broker forgets afterwards.
fn options(args: &RecordArgs) -> Options {
    let usual = REPORT_FILTERS.iter().chain([&ZONE_FILTER]).map(|filter| (*filter).to_owned());
    let filters: Vec<String> = if args.topic.is_empty() { usual.collect() } else { args.topic.clone() };
    let client_id =
        args.mqtt_client_id.clone().unwrap_or_else(|| format!("vigiroute-record-{}", std::process::id()));
    Options {
        subscriptions: filters.into_iter().map(|filter| (filter, Qos::AtLeastOnce)).collect(),
        incoming_capacity: INCOMING,
        ..Options::new(client_id)
    }
}

async fn subscribed(readiness: &Readiness) {
    while !readiness.is_ready() {
        sleep(Duration::from_millis(20)).await;
    }
}

fn no_broker(broker: &mqtt::Settings, readiness: &Readiness) -> anyhow::Error {
    let reasons: Vec<String> = readiness.missing().into_iter().map(|unmet| unmet.reason).collect();
    anyhow!(
        "no connection to the broker at {}:{} within {} s: {} (see --mqtt-host, --mqtt-port, --mqtt-user, --mqtt-password-file)",
        broker.host,
        broker.port,
        CONNECT_WITHIN.as_secs(),
        reasons.join(", ")
    )
}

struct Recorder<'a> {
    args: &'a RecordArgs,
    writer: Writer<Box<dyn Write>>,
    tally: Tally,
}

impl Recorder<'_> {
    /// Writes until it is enough; what was received by then is in the output.
    async fn run(
        mut self,
        client: &Client,
        mut incoming: Incoming,
        flush_every: Duration,
        ending: &CancellationToken,
    ) -> anyhow::Result<Tally> {
        let begun = Instant::now();
        let limit = self.args.seconds.map(Duration::from_secs_f64);
        let enough = async {
            match limit {
                Some(limit) => sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(enough);
        let mut flush = interval(flush_every);
        flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut progress = Progress::new();
        let mut batch = Vec::with_capacity(AT_ONCE);
        loop {
            tokio::select! {
                biased;
                () = ending.cancelled() => break,
                () = &mut enough => break,
                _ = flush.tick() => self.written(|recorder| recorder.writer.flush())?,
                received = incoming.recv_many(&mut batch, AT_ONCE) => {
                    if received == 0 {
                        return Err(anyhow!("the connection to the broker ended"));
                    }
                    if self.take_all(client, &mut batch)? {
                        break;
                    }
                }
            }
            self.tally.bytes = self.writer.written_bytes();
            progress.tell(&self.tally, begun.elapsed());
        }
        // What was received by now belongs to it, unless it is enough by number.
        batch.extend(std::iter::from_fn(|| incoming.try_recv()).take(INCOMING));
        if !self.is_enough() {
            self.take_all(client, &mut batch)?;
        }
        self.written(|recorder| recorder.writer.flush())?;
        self.tally.bytes = self.writer.written_bytes();
        progress.finish();
        Ok(self.tally)
    }

    /// Writes messages down; whether that is as many reports as were asked for.
    fn take_all(&mut self, client: &Client, batch: &mut Vec<Message>) -> anyhow::Result<bool> {
        let now = clock::now();
        for message in batch.drain(..) {
            self.written(|recorder| {
                let line = recorder.writer.message(&message.topic, now, &message.payload)?;
                recorder.tally.take(&message, line.is_ok());
                Ok(())
            })?;
            if let Some(ack) = message.ack {
                client.acknowledge(ack);
            }
            if self.is_enough() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there are as many reports as were asked for.
    fn is_enough(&self) -> bool {
        self.args.reports.is_some_and(|limit| self.tally.reports >= limit)
    }

    fn written(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> anyhow::Result<()> {
        let name = self.args.output.display();
        write(self).with_context(|| format!("cannot write the recording {name}"))
    }
}

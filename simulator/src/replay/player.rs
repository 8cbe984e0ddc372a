//! Plays what was found in a file into the broker.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow};
use link::mqtt::{self, Client, Options, PublishError, Qos};
use link::{Failure, Readiness, shutdown, telemetry};
use roadnet::sumo::{GeoReference, read_geo_reference};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::counted::BytesRead;
use super::found::{Finds, Found};
use super::pace::Pace;
use super::progress::{Progress, Tally};
use super::source::Source;
use crate::clock;
use crate::settings::ReplayArgs;

/// Messages read ahead.
const READ_AHEAD: usize = 1_024;
const ZONES: &str = "vigiroute/v1/zones/";
/// Unreadable lines that are told of one by one.
const TOLD_LINES: u64 = 5;

/// Plays a file until its end or a signal.
///
/// # Errors
/// If the file cannot be read, holds no message at all, or the broker did not confirm all of it.
pub fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let broker = args.mqtt.resolve("simulator")?;
    let name = args.recording.display();
    let (input, size) =
        open(&args.recording).with_context(|| format!("cannot read {name}")).map_err(Failure::Usage)?;
    let source = Source {
        path: args.recording.clone(),
        place: args.net.as_deref().map(place).transpose()?,
        begin: args.begin,
        speed: args.speed,
        read: BytesRead::of(size),
    };
    let read = source.read.clone();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let outcome = runtime.block_on(async {
        let stop = shutdown::on_signals().context("cannot listen for signals")?;
        let options = Options::new(args.mqtt_client_id.as_str());
        let (client, _incoming) = mqtt::connect(&broker, options, Readiness::new().condition("mqtt"));
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = client.connected() => connected.context("the connection to the broker ended")?,
        }
        let (found_tx, found) = mpsc::channel(READ_AHEAD);
        // Reading may wait for ever (standard input), so it has a thread that nothing waits for.
        std::thread::spawn(move || source.tell(input, clock::now(), &Finds(found_tx)));
        let played = play(found, &client, Pace::new(args.speed).from(args.from), read, &stop).await;
        let confirmed = client.close(shutdown::DRAIN_TIME).await;
        let tally = played.with_context(|| format!("cannot read {name} to its end"))?;
        if tally.messages == 0 && !stop.is_cancelled() {
            return Err(anyhow!("{name} holds no message"));
        }
        if confirmed { Ok(()) } else { Err(anyhow!("the broker did not confirm all messages")) }
    });
    runtime.shutdown_background();
    outcome.map_err(Failure::Failed)
}

fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((Box::new(file), Some(size)))
}

/// Where a SUMO network lies.
fn place(path: &Path) -> Result<GeoReference, Failure> {
    let name = path.display();
    let read = || {
        let bytes = crate::files::bytes(path).with_context(|| format!("cannot read the network {name}"))?;
        let place = read_geo_reference(&bytes).with_context(|| format!("cannot use the network {name}"))?;
        if place.is_placed() {
            return Ok(place);
        }
        Err(anyhow!("the network {name} does not say where on the Earth it lies (projParameter)"))
    };
    read().map_err(Failure::Usage)
}

async fn play(
    mut found: mpsc::Receiver<Found>,
    client: &Client,
    mut pace: Pace,
    read: BytesRead,
    stop: &CancellationToken,
) -> io::Result<Tally> {
    let (mut progress, mut tally) = (Progress::new(read), Tally::default());
    let (mut start, mut first_ms) = (None, None);
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => break,
            next = found.recv() => next,
        };
        let message = match next {
            None => break,
            Some(Found::Broken(error)) => {
                progress.finish(&tally);
                return Err(error);
            }
            Some(Found::Unreadable { at }) => {
                tally.unreadable += 1;
                if tally.unreadable <= TOLD_LINES {
                    tracing::warn!(at, "not a message; left out");
                }
                continue;
            }
            Some(Found::Message(message)) => message,
        };
        // Zones stand at the head, and hold for the rest.
        if pace.leaves_out(message.received_ms) && !message.topic.starts_with(ZONES) {
            continue;
        }
        let due = *start.get_or_insert_with(Instant::now) + pace.due(message.received_ms);
        let published = async {
            tokio::time::sleep_until(due).await;
            client.publish(message.topic.as_str(), message.payload, Qos::AtLeastOnce, false).await
        };
        let published = tokio::select! {
            () = stop.cancelled() => break,
            published = published => published,
        };
        match published {
            Ok(()) => tally.messages += 1,
            Err(PublishError::Topic) => {
                tally.unreadable += 1;
                tracing::warn!(topic = message.topic, "not a topic to publish to; left out");
            }
            Err(PublishError::Full | PublishError::Closed) => break,
        }
        let first_ms = *first_ms.get_or_insert(message.received_ms);
        tally.reached_ms = tally.reached_ms.max(message.received_ms - first_ms);
        progress.tell(&tally);
    }
    progress.finish(&tally);
    Ok(tally)
}

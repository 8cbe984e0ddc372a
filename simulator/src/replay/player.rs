//! Plays the lines of a recording.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow};
use link::mqtt::{self, Client, Options, PublishError, Qos};
use link::{Readiness, shutdown, telemetry};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::progress::{Progress, Tally};
use crate::settings::ReplayArgs;
use link::Failure;
use link::recording::{Line, decompressed, next_line};

/// Messages read ahead.
const READ_AHEAD: usize = 1_024;
/// Unreadable lines that are told of one by one.
const TOLD_LINES: u64 = 5;

/// A message of the recording.
#[derive(Debug)]
struct Recorded {
    topic: String,
    received_ms: i64,
    payload: Vec<u8>,
}

/// What the reader of the file found.
#[derive(Debug)]
enum Found {
    Message(Recorded),
    Unreadable { line: u64 },
    Broken(io::Error),
}

/// Plays a recording until its end or a signal.
///
/// # Errors
/// If the recording cannot be read, holds no message at all, or the broker did not confirm all of it.
pub fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let broker = args.mqtt.resolve("simulator")?;
    let name = args.recording.display();
    let input = open(&args.recording).with_context(|| format!("cannot read the recording {name}"));
    let input = input.map_err(Failure::Usage)?;
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
        std::thread::spawn(move || read(input, &found_tx));
        let played = play(found, &client, args.speed, &stop).await;
        let confirmed = client.close(shutdown::DRAIN_TIME).await;
        let tally = played.with_context(|| format!("cannot read the recording {name} to its end"))?;
        if tally.messages == 0 && !stop.is_cancelled() {
            return Err(anyhow!("{name} holds no message"));
        }
        if confirmed { Ok(()) } else { Err(anyhow!("the broker did not confirm all messages")) }
    });
    runtime.shutdown_background();
    outcome.map_err(Failure::Failed)
}

fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path)?))
}

/// Reads the recording line by line until its end or until nobody listens.
fn read(input: impl Read, found: &mpsc::Sender<Found>) {
    if let Err(error) = read_lines(input, found) {
        let _ = found.blocking_send(Found::Broken(error));
    }
}

fn read_lines(input: impl Read, found: &mpsc::Sender<Found>) -> io::Result<()> {
    let mut input = decompressed(input)?;
    let (mut bytes, mut line) = (Vec::new(), 0);
    while let Some(fits) = next_line(&mut input, &mut bytes)? {
        line += 1;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let message = Line::parse(&bytes).filter(|_| fits).map(|parsed| Recorded {
            topic: parsed.topic.clone().into_owned(),
            received_ms: parsed.received.as_ms(),
            payload: parsed.payload().to_vec(),
        });
        let next = message.map_or(Found::Unreadable { line }, Found::Message);
        if found.blocking_send(next).is_err() {
            break;
        }
    }
    Ok(())
}

async fn play(
    mut found: mpsc::Receiver<Found>,
    client: &Client,
    speed: f64,
    stop: &CancellationToken,
) -> io::Result<Tally> {
    let (mut pace, mut progress, mut tally) = (Pace::new(speed), Progress::new(), Tally::default());
    let (start, mut first_ms) = (Instant::now(), None);
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
            Some(Found::Unreadable { line }) => {
                tally.unreadable += 1;
                if tally.unreadable <= TOLD_LINES {
                    tracing::warn!(line, "not a message of a recording; left out");
                }
                continue;
            }
            Some(Found::Message(message)) => message,
        };
        let due = start + pace.due(message.received_ms);
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

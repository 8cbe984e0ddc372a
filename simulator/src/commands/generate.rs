//! `simulator generate`: a recording of a scenario, without any server, as fast as it can.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, anyhow};
use link::recording::{Compression, Writer};
use link::{Failure, shutdown, telemetry};
use model::{Timestamp, Zone, topic};

use crate::engine::{Engine, steps_in};
use crate::files;
use crate::progress::Bar;
use crate::reports::{Outgoing, vehicle_id};
use crate::settings::GenerateArgs;
use crate::truth_file::TruthFile;

/// Batches of messages made ahead of the writer.
const BATCHES_AHEAD: usize = 16;
/// Messages of a batch.
const BATCH: usize = 4_096;

/// A message of the recording.
struct Message {
    topic: String,
    received: Timestamp,
    payload: Vec<u8>,
}

/// Writes what the vehicles of a scenario send to a file, until its end or a signal.
///
/// # Errors
/// What is wrong with the scenario, or why the file cannot be written.
pub fn generate(args: &GenerateArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let mut scenario = files::scenario(&args.scenario)?;
    scenario.vehicles = args.vehicles.unwrap_or(scenario.vehicles);
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    let zones = files::zones(&scenario)?;
    let network = files::roads(&args.roads, &scenario)?;
    let mut truth = args.truth.as_deref().map(TruthFile::create).transpose()?;
    let (messages, writing) = write(&args.out)?;
    let mut engine = Engine::new(&scenario, network, args.begin).map_err(Failure::Usage)?;

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start the runtime")?;
    let stop = runtime.block_on(async { shutdown::on_signals() }).context("cannot listen for signals")?;
    let steps = steps_in(args.duration);
    let (mut bar, mut tally) = (Bar::new(), Tally::default());
    let mut batch: Vec<Message> = zones.iter().map(|zone| zone_message(zone, args.begin)).collect();
    for step in 1..=steps {
        engine.step();
        while let Some(report) = engine.take_arrived(engine.now_ms()) {
            tally.messages += 1;
            batch.extend(message(report, args.begin));
        }
        while let Some(known) = engine.poll_truth() {
            truth.as_mut().map_or(Ok(()), |file| file.add(&known))?;
        }
        let is_last = step == steps || stop.is_cancelled();
        // Once the writer has failed nobody takes them.
        if (batch.len() >= BATCH || is_last) && messages.send(std::mem::take(&mut batch)).is_err() {
            break;
        }
        tally.simulated_s = engine.now_ms() as f64 / 1_000.0;
        tally.elapsed_s = bar.elapsed_s();
        let share = step as f64 / steps as f64;
        bar.tell(|| Some(share), &tally);
        if is_last {
            bar.finish(Some(share), &tally);
            break;
        }
    }
    drop(messages);
    let written = writing.join().map_err(|_| anyhow!("the writer ended by itself"))?;
    written.with_context(|| format!("cannot write {}", args.out.display()))?;
    runtime.shutdown_background();
    Ok(())
}

fn message(report: Outgoing, begin: Timestamp) -> Option<Message> {
    let id = vehicle_id(report.serial)?;
    let topic = if report.is_hazard { topic::hazard(&id) } else { topic::position(&id) };
    Some(Message { topic, received: begin + report.due_ms, payload: report.payload })
}

fn zone_message(zone: &Zone, begin: Timestamp) -> Message {
    let payload = zone.to_feature().to_string().into_bytes();
    Message { topic: topic::zone(&zone.id), received: begin, payload }
}

type Messages = SyncSender<Vec<Message>>;

/// Compresses and writes on a thread of its own.
fn write(path: &Path) -> Result<(Messages, JoinHandle<anyhow::Result<()>>), Failure> {
    let file = File::create(path).with_context(|| format!("cannot write the recording {}", path.display()));
    let output = BufWriter::new(file.map_err(Failure::Usage)?);
    let mut writer = Writer::new(output, Compression::by_name(path));
    let (tx, rx): (Messages, Receiver<Vec<Message>>) = sync_channel(BATCHES_AHEAD);
    let writing = thread::spawn(move || {
        for message in rx.into_iter().flatten() {
            writer.message(&message.topic, message.received, &message.payload)??;
        }
        Ok(writer.flush()?)
    });
    Ok((tx, writing))
}

/// What was made.
#[derive(Debug, Default)]
struct Tally {
    messages: u64,
    simulated_s: f64,
    elapsed_s: f64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, simulated_s, elapsed_s } = self;
        write!(
            f,
            "{messages} messages, {simulated_s:.0} s of traffic in {elapsed_s:.1} s ({:.1} times as fast as in the world)",
            simulated_s / elapsed_s
        )
    }
}

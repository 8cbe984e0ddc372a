//! The detector over a recording.

use super::summary::Summary;
use crate::failure::Failure;
use crate::files;
use crate::settings::DetectArgs;
use anyhow::Context;
use detect::{Detector, Output};
use link::recording::{Line, decompressed, next_line};
use model::Zone;
use model::codec::decode;
use model::topic::Topic;
use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read, Write};
use std::path::Path;

/// Runs the detector over a recording; events go to standard output, the summary to standard error.
pub fn detect(args: &DetectArgs) -> Result<(), Failure> {
    let settings = files::detection(args.config.as_deref())?;
    let (network, warnings) = files::roads(&args.roads)?;
    let mut stderr = io::stderr().lock();
    for warning in &warnings {
        let _ = writeln!(stderr, "roads: {warning}");
    }
    let mut detector = Detector::new(settings, network);
    for zone in args.zones.as_deref().map(files::zones).transpose()?.unwrap_or_default() {
        detector.set_zone(zone);
    }
    let in_input = || format!("cannot read the recording {}", args.input.display());
    let input = open(&args.input).and_then(decompressed).with_context(in_input)?;
    let mut output = BufWriter::new(io::stdout().lock());
    match replay(detector, input, &mut output) {
        Ok(summary) => {
            let _ = writeln!(stderr, "{summary}");
            Ok(())
        }
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(Trouble::Output(error)) => {
            Err(anyhow::Error::from(error).context("cannot write the events").into())
        }
        Err(Trouble::Input(error)) => Err(anyhow::Error::from(error).context(in_input()).into()),
    }
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(File::open(path)?))
}

/// What broke the reading and writing.
#[derive(Debug)]
enum Trouble {
    Input(io::Error),
    Output(io::Error),
}

/// Runs `detector` over the lines of `input` and writes every event revision as a line.
fn replay(
    mut detector: Detector,
    mut input: impl BufRead,
    output: &mut impl Write,
) -> Result<Summary, Trouble> {
    let mut summary = Summary::default();
    let mut line = Vec::new();
    while let Some(fits) = next_line(&mut input, &mut line).map_err(Trouble::Input)? {
        if line.trim_ascii().is_empty() {
            continue;
        }
        summary.lines += 1;
        match Line::parse(&line).filter(|_| fits) {
            Some(line) => take(&mut detector, &line, &mut summary),
            None => summary.unreadable += 1,
        }
        write_events(&mut detector, output, &mut summary).map_err(Trouble::Output)?;
    }
    output.flush().map_err(Trouble::Output)?;
    Ok(summary)
}

fn take(detector: &mut Detector, line: &Line<'_>, summary: &mut Summary) {
    let now = line.received;
    detector.handle_timeout(now);
    let topic = match Topic::parse(&line.topic) {
        Ok(Topic::Zone(id)) => {
            match Zone::from_geojson(line.payload()) {
                _ if line.payload().is_empty() => {
                    detector.remove_zone(&id);
                }
                Ok(zone) if zone.id == id => detector.set_zone(zone),
                Ok(_) | Err(_) => summary.refused_zones += 1,
            }
            return;
        }
        Ok(topic) => topic,
        Err(reason) => return summary.drop_report(reason),
    };
    decode(&topic, line.payload(), |report| {
        match report.and_then(|report| detector.handle_report(report, now)) {
            Ok(()) => summary.used += 1,
            Err(reason) => summary.drop_report(reason),
        }
    });
}

fn write_events(detector: &mut Detector, output: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    while let Some(out) = detector.poll_output() {
        if let Output::Event(event) = out {
            summary.event(&event);
            serde_json::to_writer(&mut *output, &*event)?;
            output.write_all(b"\n")?;
        }
    }
    Ok(())
}

//! The detector over a recording.

use super::summary::Summary;
use super::{crew, single};
use crate::files;
use crate::settings::DetectArgs;
use anyhow::Context;
use detect::Detector;
use link::Failure;
use link::recording::decompressed;
use model::Event;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// Runs the detector over a recording; events go to standard output, the summary to standard error.
pub fn detect(args: &DetectArgs) -> Result<(), Failure> {
    let settings = files::detection(args.config.as_deref())?;
    let (network, warnings) = files::roads(&args.roads)?;
    let mut stderr = io::stderr().lock();
    for warning in &warnings {
        let _ = writeln!(stderr, "roads: {warning}");
    }
    let zones = args.zones.as_deref().map(files::zones).transpose()?.unwrap_or_default();
    let in_input = || format!("cannot read the recording {}", args.input.display());
    let input = open(&args.input).and_then(decompressed).with_context(in_input)?;
    let mut output = BufWriter::new(io::stdout());
    let outcome = if args.workers > 1 {
        crew::replay(&settings, &network, &zones, args.workers, input, &mut output)
    } else {
        let mut detector = Detector::new(settings, network);
        zones.into_iter().for_each(|zone| detector.set_zone(zone));
        single::replay(detector, input, &mut output)
    };
    match outcome {
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
pub enum Trouble {
    /// The recording cannot be read on.
    Input(io::Error),
    /// The events cannot be written.
    Output(io::Error),
}

/// Writes an event revision as a line.
pub fn write_event(event: &Event, output: &mut impl Write, summary: &mut Summary) -> io::Result<()> {
    summary.event(event);
    serde_json::to_writer(&mut *output, event)?;
    output.write_all(b"\n")
}

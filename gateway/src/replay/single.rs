//! One line after the other on one core: what follows from a line is written before the next is read.

use super::detect::{Trouble, write_event};
use super::item::{Item, items};
use super::summary::Summary;
use detect::{Detector, Output, Taken};
use link::recording::next_line;
use std::io::{BufRead, Write};

/// Runs `detector` over the lines of `input` and writes every event revision as a line.
pub fn replay(
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
        items(&line, fits, |item| take(&mut detector, item, &mut summary));
        write_events(&mut detector, output, &mut summary)?;
    }
    detector.finish();
    write_events(&mut detector, output, &mut summary)?;
    output.flush().map_err(Trouble::Output)?;
    Ok(summary)
}

fn write_events(
    detector: &mut Detector,
    output: &mut impl Write,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    while let Some(out) = detector.poll_output() {
        if let Output::Event(event) = out {
            write_event(&event, output, summary).map_err(Trouble::Output)?;
        }
    }
    while let Some(fate) = detector.poll_fate() {
        summary.report(fate.outcome);
    }
    Ok(())
}

fn take(detector: &mut Detector, item: Item, summary: &mut Summary) {
    match item {
        Item::Report(report, now) => {
            detector.handle_timeout(now);
            match report.and_then(|report| detector.handle_report(report, now)) {
                Ok(Taken::Used) => summary.report(Ok(())),
                Ok(Taken::Held) => {}
                Err(reason) => summary.report(Err(reason)),
            }
        }
        Item::SetZone(zone, now) => {
            detector.handle_timeout(now);
            detector.set_zone(*zone);
        }
        Item::RemoveZone(id, now) => {
            detector.handle_timeout(now);
            detector.remove_zone(&id);
        }
        Item::RefusedZone(now) => {
            detector.handle_timeout(now);
            summary.refused_zones += 1;
        }
        Item::Nothing(now) => detector.handle_timeout(now),
        Item::Unreadable => summary.unreadable += 1,
    }
}

//! The detector over a recording, as fast as it can.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use detect::{Detector, Output, Settings};
use model::Zone;
use roadnet::Network;

use crate::ScoreError;
use crate::alarm::{Alarm, Alarms};
use crate::report::Recording;

/// What the detector made of a recording.
#[derive(Debug)]
pub struct Outcome {
    /// What it raised.
    pub alarms: Vec<Alarm>,
    /// How long it took.
    pub took: Duration,
}

/// Runs the detector over a recording, with `now` = when each report was received.
#[must_use]
pub fn run(recording: &Recording, network: Arc<Network>, zones: &[Zone], settings: &Settings) -> Outcome {
    let mut detector = Detector::new(settings.clone(), network);
    for zone in zones {
        detector.set_zone(zone.clone());
    }
    let mut alarms = Alarms::default();
    let started = Instant::now();
    for heard in &recording.heard {
        // Why a report is not used is the detector's own affair here.
        let _ = detector.handle_report(heard.report.clone(), heard.received);
        while let Some(output) = detector.poll_output() {
            if let Output::Event(event) = output {
                alarms.take(&event, heard.received);
            }
        }
    }
    Outcome { alarms: alarms.into_vec(), took: started.elapsed() }
}

/// Reads a road network.
///
/// # Errors
/// The file cannot be read, or is no road network.
pub fn read_network(path: &Path) -> Result<Network, ScoreError> {
    let bytes = std::fs::read(path).map_err(ScoreError::file(path))?;
    let (network, _) =
        roadnet::read(&bytes).map_err(|source| ScoreError::Roads { path: path.to_owned(), source })?;
    Ok(network)
}

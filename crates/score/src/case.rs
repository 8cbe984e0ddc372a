//! One measure: one subject on one recording.

use std::time::Duration;

use detect::Settings;
use serde::{Deserialize, Serialize};

use crate::ScoreError;
use crate::baseline;
use crate::judge::{Heard, Judgement, judge};
use crate::report::{Crashed, Fleet, recording};
use crate::run::run;
use crate::workshop::Prepared;

/// The name of the project's own detector in results.
pub const DETECTOR: &str = "Vigiroute";

/// What one subject made of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The detector, or a rule.
    pub subject: String,
    /// The scene's name.
    pub scene: String,
    /// Its seed.
    pub seed: u64,
    /// The recording's name in the scene's folder.
    pub recording: String,
    /// The share of vehicles that report, in percent.
    pub percent: u32,
    /// Whether one of those who crash reports; `None` where nobody crashes.
    pub crashed_reports: Option<bool>,
    /// Whether there are hazard reports.
    pub hazards: bool,
    /// How many reports there were.
    pub reports: usize,
    /// How long the subject took for them, in seconds.
    pub took_s: f64,
    /// How well it did.
    pub judgement: Judgement,
}

/// Measures the detector, and the rules for comparison if asked, on one recording of a scene.
///
/// # Errors
/// The recording cannot be read.
pub fn measure(
    prepared: &Prepared,
    fleet: &Fleet,
    settings: &Settings,
    with_baselines: bool,
) -> Result<Vec<Case>, ScoreError> {
    let Some((_, path)) = prepared.recordings.iter().find(|(known, _)| known == fleet) else {
        return Ok(Vec::new());
    };
    let recording = recording::read(path)?;
    let heard = Heard::of(&recording);
    let case = |subject: &str, alarms: &[crate::alarm::Alarm], took: Duration| Case {
        subject: subject.to_owned(),
        scene: prepared.scene.name.to_owned(),
        seed: prepared.seed,
        recording: fleet.name(),
        percent: fleet.percent,
        crashed_reports: match fleet.crashed {
            Crashed::Reports => Some(true),
            Crashed::Silent => Some(false),
            Crashed::Nobody => None,
        },
        hazards: fleet.hazards,
        reports: recording.heard.len(),
        took_s: took.as_secs_f64(),
        judgement: judge(&prepared.truth, alarms, &heard, &prepared.network),
    };
    let outcome = run(&recording, prepared.network.clone(), &prepared.zones, settings);
    let mut cases = vec![case(DETECTOR, &outcome.alarms, outcome.took)];
    if with_baselines && !fleet.hazards {
        for rule in baseline::ALL {
            let started = std::time::Instant::now();
            let alarms = rule.run(&recording);
            cases.push(case(rule.name, &alarms, started.elapsed()));
        }
    }
    Ok(cases)
}

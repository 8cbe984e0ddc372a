//! Makes scenes, truths and recordings, and keeps them for the next time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Zone;
use roadnet::Network;
use serde::{Deserialize, Serialize};

use crate::ScoreError;
use crate::report::{self, Crashed, Fleet, recording};
use crate::run::read_network;
use crate::scene::{self, Scene};
use crate::trace::Trace;
use crate::truth::{Truth, zones};

/// Counts up whenever scenes, truth or reports change, so that nothing old is taken for new.
const VERSION: u32 = 9;
/// A scene whose crash did not come out as staged is tried with so many other seeds.
const TRIES: u64 = 8;

/// The share of vehicles that report, in percent, all that are measured.
pub const PERCENTS: [u32; 5] = [5, 10, 20, 50, 100];

/// The folder where all of it is kept.
#[derive(Debug, Clone)]
pub struct Workshop {
    root: PathBuf,
}

/// A scene that has been played, with its truth and its recordings.
#[derive(Debug)]
pub struct Prepared {
    /// Which scene.
    pub scene: Scene,
    /// Its seed.
    pub seed: u64,
    /// Its roads.
    pub network: Arc<Network>,
    /// Its zones.
    pub zones: Vec<Zone>,
    /// What happened.
    pub truth: Truth,
    /// The reports, by who sent them.
    pub recordings: Vec<(Fleet, PathBuf)>,
}

/// What is kept about a scene beside its recordings.
#[derive(Serialize, Deserialize)]
struct Kept {
    truth: Truth,
}

/// Who reports in a scene, all that is measured: where somebody crashes, once with and once without one of them among
/// those who report, and with hazard reports.
#[must_use]
pub fn fleets(scene: &Scene, percents: &[u32]) -> Vec<Fleet> {
    let mut fleets = Vec::new();
    for &percent in percents {
        let fleet = |crashed, hazards| Fleet { percent, crashed, hazards };
        if scene.has_crash {
            fleets.push(fleet(Crashed::Reports, false));
            if percent < 100 {
                fleets.push(fleet(Crashed::Silent, false));
            }
            fleets.push(fleet(Crashed::Reports, true));
        } else {
            fleets.push(fleet(Crashed::Nobody, false));
        }
    }
    fleets
}

impl Workshop {
    /// A workshop in this folder, which is made when needed.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.join(format!("v{VERSION}")) }
    }

    /// Where a scene is kept.
    #[must_use]
    pub fn folder(&self, scene: &Scene, seed: u64) -> PathBuf {
        self.root.join(format!("{}-{seed}", scene.name))
    }

    /// Gives the scene with these recordings; what is not there yet is made.
    ///
    /// # Errors
    /// SUMO fails, or files cannot be read or written.
    pub fn prepare(&self, scene: Scene, seed: u64, fleets: &[Fleet]) -> Result<Prepared, ScoreError> {
        let folder = self.folder(&scene, seed);
        let recordings: Vec<(Fleet, PathBuf)> =
            fleets.iter().map(|fleet| (*fleet, folder.join(format!("{}.ndjson.gz", fleet.name())))).collect();
        let kept = recordings.iter().all(|(_, path)| path.exists()).then(|| read_kept(&folder)).flatten();
        let truth = match kept {
            Some(kept) => kept.truth,
            None => make(&folder, scene, seed, &recordings)?,
        };
        let network = read_network(&scene::network_path(&folder))?;
        let zones = zones::lay(&network, seed);
        Ok(Prepared { scene, seed, zones, network: Arc::new(network), truth, recordings })
    }
}

fn truth_path(folder: &Path) -> PathBuf {
    folder.join("truth.json")
}

fn read_kept(folder: &Path) -> Option<Kept> {
    // A file that cannot be read is made again.
    serde_json::from_slice(&std::fs::read(truth_path(folder)).ok()?).ok()
}

/// Plays the scene, finds the truth and writes the recordings.
fn make(
    folder: &Path,
    scene: Scene,
    seed: u64,
    recordings: &[(Fleet, PathBuf)],
) -> Result<Truth, ScoreError> {
    let (trace, truth, zones) = play(folder, scene, seed)?;
    for (fleet, path) in recordings {
        recording::write(path, &report::messages(&trace, &truth, fleet, seed))?;
    }
    let features: Vec<serde_json::Value> = zones.iter().map(Zone::to_feature).collect();
    let zones = serde_json::json!({ "type": "FeatureCollection", "features": features });
    for (path, json) in
        [(folder.join("zones.geojson"), zones), (truth_path(folder), json(&Kept { truth: truth.clone() })?)]
    {
        std::fs::write(&path, json.to_string()).map_err(ScoreError::file(&path))?;
    }
    Ok(truth)
}

fn play(folder: &Path, scene: Scene, seed: u64) -> Result<(Trace, Truth, Vec<Zone>), ScoreError> {
    let mut tries = 0;
    loop {
        let seed_here = seed + tries * 1_000;
        let staged = scene.stage(folder, seed_here)?;
        let played = scene::play(folder, &staged, seed_here)?;
        let trace = Trace::read(folder, &played)?;
        // Large, and all that is in it is kept in a smaller form.
        std::fs::remove_file(&played.positions).map_err(ScoreError::file(&played.positions))?;
        let zones = zones::lay(&trace.network, seed);
        match Truth::of(&trace, &staged, &zones, scene.name) {
            Ok(truth) => return Ok((trace, truth, zones)),
            Err(ScoreError::Scene { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

fn json(value: &impl Serialize) -> Result<serde_json::Value, ScoreError> {
    serde_json::to_value(value).map_err(|error| ScoreError::output(Path::new("truth.json"), error))
}

//! The scenes: what happens on the road, staged in SUMO, a little different for every seed.

mod city;
mod crash;
mod demand;
mod lane_drop;
mod motorway;
mod network;

use std::path::{Path, PathBuf};

use crate::{ScoreError, sumo};

/// A scene, and what a measure on it should know beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Its short name, for folders and tables.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// Whether vehicles crash in it.
    pub has_crash: bool,
    /// Whether it belongs to the short selection.
    pub is_quick: bool,
    stage: fn(&Path, u64) -> Result<Staged, ScoreError>,
}

/// A scene that is ready to run.
#[derive(Debug, Clone)]
pub struct Staged {
    /// How long it lasts, in seconds.
    pub lasts_s: u32,
    /// How long the traffic lights take for all their phases, in seconds; 0 without traffic lights.
    pub light_cycle_s: f64,
    /// The vehicles that crash.
    pub crashed: Vec<String>,
}

/// All scenes.
pub const ALL: [Scene; 9] = [
    Scene {
        name: "motorway-free",
        about: "motorway junction, traffic flows freely",
        has_crash: false,
        is_quick: true,
        stage: motorway::free,
    },
    Scene {
        name: "motorway-night",
        about: "motorway junction at night, few vehicles, lorries stand on the hard shoulder",
        has_crash: false,
        is_quick: false,
        stage: motorway::night,
    },
    Scene {
        name: "motorway-crash",
        about: "motorway junction by day, two vehicles crash and block one or two of three lanes",
        has_crash: true,
        is_quick: true,
        stage: motorway::crash_by_day,
    },
    Scene {
        name: "motorway-crash-night",
        about: "the same with few vehicles",
        has_crash: true,
        is_quick: false,
        stage: motorway::crash_at_night,
    },
    Scene {
        name: "lane-drop",
        about: "motorway, three lanes become one, for a while more vehicles than one lane can take",
        has_crash: false,
        is_quick: true,
        stage: lane_drop::stage,
    },
    Scene {
        name: "city",
        about: "city grid with lights, buses at stops, cars parked at the kerb",
        has_crash: false,
        is_quick: true,
        stage: city::ordinary,
    },
    Scene {
        name: "city-peak",
        about: "the same with more traffic, still flowing",
        has_crash: false,
        is_quick: false,
        stage: city::peak,
    },
    Scene {
        name: "city-crash",
        about: "city grid, two vehicles crash in the middle of a block",
        has_crash: true,
        is_quick: true,
        stage: city::crash,
    },
    Scene {
        name: "city-gridlock",
        about: "city grid, more vehicles than it can take",
        has_crash: false,
        is_quick: false,
        stage: city::gridlock,
    },
];

/// The road network of a scene in its folder.
#[must_use]
pub fn network_path(folder: &Path) -> PathBuf {
    folder.join("net.xml")
}

/// The vehicles of a scene in its folder.
fn routes_path(folder: &Path) -> PathBuf {
    folder.join("routes.xml")
}

/// The bus stops of a scene in its folder, if it has some.
fn stops_path(folder: &Path) -> PathBuf {
    folder.join("bus-stops.xml")
}

/// What came out of a run.
#[derive(Debug, Clone)]
pub struct Played {
    /// Every vehicle at every second ([`sumo::fcd`]).
    pub positions: PathBuf,
    /// Every stop ([`sumo::stops`]).
    pub stops: PathBuf,
}

impl Scene {
    /// The scene of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|scene| scene.name == name)
    }

    /// Writes the scene's network and vehicles into a folder.
    ///
    /// # Errors
    /// SUMO's programs fail, or the folder cannot be written.
    pub fn stage(&self, folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
        std::fs::create_dir_all(folder).map_err(ScoreError::file(folder))?;
        (self.stage)(folder, seed)
    }
}

/// Runs a staged scene.
///
/// # Errors
/// SUMO fails.
pub fn play(folder: &Path, staged: &Staged, seed: u64) -> Result<Played, ScoreError> {
    let played = Played { positions: folder.join("positions.xml"), stops: folder.join("stops.xml") };
    let (end, seed) = (staged.lasts_s.to_string(), seed.to_string());
    let mut arguments = vec![
        "--net-file",
        "net.xml",
        "--route-files",
        "routes.xml",
        "--seed",
        &seed,
        "--end",
        &end,
        "--step-length",
        "1",
        "--fcd-output",
        "positions.xml",
        "--fcd-output.acceleration",
        "--fcd-output.attributes",
        "x,y,angle,type,speed,lane,acceleration",
        "--stop-output",
        "stops.xml",
        "--stop-output.write-unfinished",
        "--precision",
        "2",
        // Nobody vanishes from a jam, and nobody who is close to another counts as crashed.
        "--time-to-teleport",
        "-1",
        "--collision.action",
        "none",
        "--no-step-log",
        "--xml-validation",
        "never",
        "--ignore-route-errors",
    ];
    if stops_path(folder).exists() {
        arguments.extend(["--additional-files", "bus-stops.xml"]);
    }
    sumo::run("sumo", folder, arguments)?;
    Ok(played)
}

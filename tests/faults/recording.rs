//! The recordings that are played, each made once by the simulator.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use testbed::{Program, programs_folder, workspace_folder};

/// A recording, and how it is played.
#[derive(Debug)]
pub struct Recording {
    /// The file.
    pub file: PathBuf,
    /// How much traffic it holds, in seconds.
    pub length_s: f64,
    /// How many times as fast it is played. Times of detection are the reports' own, so that the events are the same.
    pub speed: f64,
    _folder: TempDir,
}

impl Recording {
    /// The one that most tests play: four minutes in one.
    pub fn short() -> &'static Self {
        static MADE: OnceLock<Recording> = OnceLock::new();
        MADE.get_or_init(|| Self::make(240.0, 4.0))
    }

    /// One that is played for so long, as fast as it was.
    pub fn lasting(time: Duration) -> &'static Self {
        static MADE: OnceLock<Recording> = OnceLock::new();
        MADE.get_or_init(|| Self::make(time.as_secs_f64(), 1.0))
    }

    fn make(length_s: f64, speed: f64) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the recording");
        let file = folder.path().join("traffic.ndjson.zst");
        let made = Command::new(programs_folder().join(Program::Simulator.name()))
            .current_dir(workspace_folder())
            .args(["generate", "tests/faults/scenario.toml", "--duration", &length_s.to_string(), "--out"])
            .arg(&file)
            .output()
            .expect("the simulator was built");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { file, length_s, speed, _folder: folder }
    }

    /// How long playing it takes.
    pub fn playing_time(&self) -> Duration {
        Duration::from_secs_f64(self.length_s / self.speed)
    }
}

use crate::recording::{detect, roads};
use crate::scene::{Collector, LONG, Scene, binary, circle, now_ms};
use model::Event;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;
use tokio::time::timeout;

const CRASH: (f64, f64) = (60.17029, 24.93761);
const OUTSIDE: (f64, f64) = (60.1730, 24.9400);
const INSIDE: (f64, f64) = (60.1700, 24.9400);

/// A `gateway record` that runs.
struct Recorder {
    child: Child,
    output: PathBuf,
    log: PathBuf,
}

impl Recorder {
    /// Starts one, and waits until it records.
    async fn start(scene: &Scene, folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let (output, log) = (folder.join(name), folder.join(format!("{name}.log")));
        let password = scene.stack.mosquitto.password_file("gateway");
        let child = Command::new(binary())
            .args(["record", "--output"])
            .arg(&output)
            .args(arguments)
            .env("VIGIROUTE_MQTT_PORT", scene.stack.mosquitto.port().to_string())
            .env("VIGIROUTE_MQTT_PASSWORD_FILE", password)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let recorder = Self { child, output, log };
        recorder.wait_for(&recorder.log, "recording").await;
        recorder
    }

    async fn wait_for(&self, file: &Path, words: &str) {
        let seen = async {
            while !String::from_utf8_lossy(&fs::read(file).unwrap()).contains(words) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(LONG, seen).await.unwrap_or_else(|_| panic!("no {words:?}: {}", self.words()));
    }

    fn words(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    async fn end(&mut self) -> ExitStatus {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(LONG, ended).await.expect("it does not end")
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The events that the recording gives.
    fn events(&self) -> Vec<Event> {
        let output = detect(&["--roads", &roads(), "--input", &self.output.display().to_string()], b"");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_recording_gives_the_events_that_were_live() {
    let scene = Scene::start().await;
    scene.set_zone(&circle("centre", INSIDE)).await;
    scene.metric_becomes("vigiroute_gateway_zones", 1.0).await;
    let mut collector = Collector::start(&scene.stack).await;
    let folder = tempfile::tempdir().unwrap();
    let mut plain = Recorder::start(&scene, folder.path(), "a.ndjson", &[]).await;
    let mut gzip = Recorder::start(&scene, folder.path(), "b.ndjson.gz", &["--seconds", "3600"]).await;
    let mut zstd = Recorder::start(&scene, folder.path(), "c.ndjson.zst", &["--reports", "5"]).await;

    let now = now_ms();
    scene.position("v1", now - 60_000, OUTSIDE).await;
    scene.position("v1", now - 30_000, INSIDE).await;
    scene.publish("vigiroute/v1/vehicles/v2/position", "not JSON").await;
    scene.crash("a", now - 20_000, CRASH).await;
    scene.crash("b", now - 19_000, CRASH).await;
    scene.position("v1", now, OUTSIDE).await;
    let live = collector.collect(3).await;
    let kinds: Vec<&str> = live.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["zone_entry", "accident", "zone_exit"]);

    // One is enough by number, one is asked to end, one is terminated.
    assert_eq!(zstd.end().await.code(), Some(0), "{}", zstd.words());
    plain.wait_for(&plain.output, &now.to_string()).await;
    for (recorder, signal) in [(&mut plain, Signal::INT), (&mut gzip, Signal::TERM)] {
        recorder.signal(signal);
        assert_eq!(recorder.end().await.code(), Some(0), "{}", recorder.words());
        assert!(
            recorder.words().contains("6 messages, 5 reports, 1 messages left out that are not JSON"),
            "{}",
            recorder.words()
        );
    }
    for recorder in [&plain, &gzip, &zstd] {
        assert_eq!(recorder.events(), live, "{}", recorder.output.display());
    }
}

#[test]
fn what_keeps_it_from_recording_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there.ndjson");
    fs::write(&there, "precious").unwrap();
    let record = |output: &Path, arguments: &[&str]| {
        let output = Command::new(binary()).args(["record", "--output"]).arg(output).args(arguments).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, words) = record(&there, &[]);
    assert_eq!(code, Some(64));
    assert!(words.contains("there.ndjson is there already and is not written over"), "{words}");
    assert_eq!(fs::read_to_string(&there).unwrap(), "precious");
    let (code, words) = record(Path::new("/no/such/folder/x"), &[]);
    assert_eq!(code, Some(1));
    assert!(words.contains("cannot write the recording /no/such/folder/x"), "{words}");
    for wrong in [["--seconds", "0"], ["--seconds", "soon"], ["--reports", "0"]] {
        assert_eq!(record(Path::new("-"), &wrong).0, Some(64), "{wrong:?}");
    }
    // Nobody listens on this port.
    let new = folder.path().join("new.ndjson");
    let (code, words) = record(&new, &["--mqtt-port", "1"]);
    assert_eq!(code, Some(1));
    assert!(words.contains("no connection to the broker at 127.0.0.1:1 within 10 s"), "{words}");
    assert!(!new.exists(), "an empty recording is left behind");
}

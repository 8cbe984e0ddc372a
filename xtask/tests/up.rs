//! `cargo xtask up`, from the outside: it starts everything, starts again what dies, and leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as loudly as tests")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testbed::{http, web_key};

const PATIENCE: Duration = Duration::from_secs(120);

struct Up {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Up {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["up", "--as-is", "--dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, lines, seen: Vec::new() }
    }

    /// The next line that has `words`.
    fn wait_for(&mut self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.seen.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
        panic!("{words:?} was not said: {:#?}", self.seen);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes that have `folder` in their command line or their settings: id and name.
fn processes_of(folder: &Path) -> Vec<(i32, String)> {
    let folder = folder.to_string_lossy().into_owned();
    let own = i32::try_from(std::process::id()).unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let text = [read("cmdline"), read("environ")].concat();
        if id != own && String::from_utf8_lossy(&text).contains(&folder) {
            found.push((id, String::from_utf8_lossy(&read("comm")).trim().to_owned()));
        }
    }
    found
}

fn is_named(processes: &[(i32, String)], name: &str) -> Option<i32> {
    processes.iter().find(|(_, known)| known == name).map(|(id, _)| *id)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_everything_starts_again_what_dies_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = Up::start(folder.path());
    let line = up.wait_for("Vigiroute runs:");
    let url = line.split_whitespace().last().unwrap().to_owned();
    let (status, _) = http::get(&format!("{url}/health/ready")).await.unwrap();
    assert_eq!(status, 200);
    let running = processes_of(folder.path());
    for name in ["gateway", "collector", "web", "simulator", "mosquitto"] {
        assert!(is_named(&running, name).is_some(), "{name} is not among {running:?}");
    }

    let gateway = is_named(&running, "gateway").unwrap();
    kill_process(Pid::from_raw(gateway).unwrap(), Signal::KILL).unwrap();
    up.wait_for("gateway has ended; it starts again in 1 s");
    up.wait_for("gateway: started again");
    assert_ne!(is_named(&processes_of(folder.path()), "gateway"), Some(gateway));

    up.signal(Signal::INT);
    up.wait_for("everything has stopped");
    assert!(up.child.wait().unwrap().success());
    assert_eq!(processes_of(folder.path()), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn even_killed_it_leaves_nothing_behind_and_the_next_start_finds_what_was_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = Up::start(folder.path());
    let line = up.wait_for("Vigiroute runs:");
    let url = line.split_whitespace().last().unwrap().to_owned();
    let line = up.wait_for("sign in as admin");
    let password = line.split_whitespace().last().unwrap();
    let key = web_key(&url, password, "operator").await.unwrap();
    let zone = r#"{"type":"Feature","properties":{"id":"kept","name":"Kept","radius_m":50},
        "geometry":{"type":"Point","coordinates":[24.94,60.17]}}"#;
    let zone_url = format!("{url}/api/v1/zones/kept");
    let (status, answer) =
        http::request_as(&key, "PUT", &zone_url, Some(("application/geo+json", zone))).await.unwrap();
    assert!((200..300).contains(&status), "{status}: {answer}");

    up.signal(Signal::KILL);
    up.child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while !processes_of(folder.path()).is_empty() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(processes_of(folder.path()), []);

    let mut up = Up::start(folder.path());
    let line = up.wait_for("Vigiroute runs:");
    let url = line.split_whitespace().last().unwrap().to_owned();
    let (status, kept) = http::get(&format!("{url}/api/v1/zones/kept")).await.unwrap();
    assert_eq!(status, 200, "{kept}");
    let line = up.wait_for("sign in as admin");
    assert!(
        !line.contains(password) && line.ends_with("secrets/web-admin"),
        "its password is shown once: {line}"
    );
    up.signal(Signal::TERM);
    up.wait_for("everything has stopped");
    assert!(up.child.wait().unwrap().success());
}

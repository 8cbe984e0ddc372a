//! All three together: starting, settings, nothing left behind.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use testbed::{Program, Stack};

#[tokio::test]
async fn a_stack_starts_and_goes_without_a_trace() {
    let mut stack = Stack::start().await.unwrap();
    let folder = stack.folder().to_owned();
    assert!(stack.mosquitto.is_running() && stack.prosody.is_running() && stack.database.is_running());
    assert_eq!(processes_in(&folder), 3);

    drop(stack);

    assert!(!folder.exists());
    assert_eq!(processes_in(&folder), 0);
}

#[tokio::test]
async fn every_program_is_told_where_its_servers_are_and_given_its_own_secret_only() {
    let stack = Stack::start().await.unwrap();
    for (program, secrets) in [
        (Program::Gateway, vec!["mqtt-gateway", "xmpp-gateway"]),
        (Program::Collector, vec!["xmpp-collector", "mysql-collector"]),
        (Program::Web, vec!["mqtt-web", "mysql-web", "web-admin"]),
        (Program::Simulator, vec!["mqtt-simulator"]),
    ] {
        let files: Vec<String> = stack
            .env_for(program)
            .into_iter()
            .filter(|(key, _)| key.ends_with("_PASSWORD_FILE"))
            .map(|(_, path)| Path::new(&path).file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(files, secrets, "{program}");
    }
}

const VICTIM: &str = "VIGIROUTE_TESTBED_VICTIM";

/// This test runs itself once more as a process of its own, and kills that.
#[tokio::test]
async fn a_killed_test_leaves_no_process_behind() {
    if std::env::var_os(VICTIM).is_some() {
        let stack = Stack::start().await.unwrap();
        println!("\nfolder={}", stack.folder().display());
        tokio::time::sleep(Duration::from_secs(60)).await;
        return;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stack::a_killed_test_leaves_no_process_behind", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let folder =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("folder=").map(PathBuf::from)).unwrap();
    assert_eq!(processes_in(&folder), 3);

    victim.kill().unwrap();
    victim.wait().unwrap();

    for _ in 0..100 {
        if processes_in(&folder) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(processes_in(&folder), 0);
}

/// How many processes have `folder` in their command line.
fn processes_in(folder: &Path) -> usize {
    let folder = folder.to_string_lossy().into_owned();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|command| String::from_utf8_lossy(command).contains(&folder))
        .count()
}

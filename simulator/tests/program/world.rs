//! A broker, somebody who watches all of it, and the program.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use link::Readiness;
use link::mqtt::{self, Client, Incoming, Login, Message, Options, Qos};
use testbed::{Folder, Mosquitto, Port, Secrets};
use tokio::process::{Child, Command};

/// The roads that the program drives on.
pub fn roads() -> PathBuf {
    testbed::workspace_folder().join("data/roads/helsinki/network.geojson")
}

pub struct World {
    pub broker: Mosquitto,
    pub folder: Folder,
    watcher_password: String,
}

impl World {
    pub async fn start() -> Self {
        let folder = Folder::temporary().unwrap();
        let secrets = Secrets::in_folder(folder.path().join("secrets")).unwrap();
        let mut broker = Mosquitto::start(&folder, &secrets, Port::free().unwrap()).await.unwrap();
        let watcher_password = broker.add_account_with("watcher", &["topic read #"]).await.unwrap();
        Self { broker, folder, watcher_password }
    }

    /// Somebody who sees every message of these topics.
    pub async fn watch(&self, name: &str, filters: &[&str]) -> Watcher {
        let settings = mqtt::Settings {
            host: "127.0.0.1".into(),
            port: self.broker.port(),
            login: Some(Login { user: "watcher".into(), password: self.watcher_password.clone().into() }),
        };
        let options = Options {
            subscriptions: filters.iter().map(|&filter| (filter.to_owned(), Qos::AtLeastOnce)).collect(),
            incoming_capacity: 100_000,
            ..Options::new(name)
        };
        let readiness = Readiness::new();
        let (client, incoming) = mqtt::connect(&settings, options, readiness.condition("mqtt"));
        client.connected().await.unwrap();
        while !readiness.is_ready() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Watcher { client, incoming }
    }

    /// Writes a file into the world's folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The program with its settings, not started yet.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command
            .env("VIGIROUTE_MQTT_PORT", self.broker.port().to_string())
            .env("VIGIROUTE_MQTT_PASSWORD_FILE", self.broker.password_file("simulator"));
        command
    }

    /// The program, driving a scenario.
    pub fn drive(&self, scenario: &Path) -> Driving {
        let mut command = self.program(&["run"]);
        command.env("VIGIROUTE_SCENARIO", scenario);
        Driving { child: command.spawn().unwrap() }
    }
}

/// The program with nothing but roads and a free port.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulator"));
    command
        .args(arguments)
        .env("VIGIROUTE_ROADS", roads())
        .env("VIGIROUTE_HEALTH_BIND", "127.0.0.1:0")
        .env_remove("VIGIROUTE_SCENARIO")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A program that runs.
pub struct Driving {
    child: Child,
}

impl Driving {
    /// Asks it to end, waits, and gives what it said.
    pub async fn end(self) -> Output {
        let pid = self.child.id().unwrap().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
        assert!(killed.success());
        tokio::time::timeout(Duration::from_secs(12), self.child.wait_with_output()).await.unwrap().unwrap()
    }

    /// Ends it as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Somebody who sees messages.
pub struct Watcher {
    client: Client,
    incoming: Incoming,
}

impl Watcher {
    /// All messages that come within a time.
    pub async fn messages_for(&mut self, time: Duration) -> Vec<Message> {
        let mut messages = Vec::new();
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(message)) = tokio::time::timeout_at(end, self.incoming.recv()).await {
            message.ack.into_iter().for_each(|ack| self.client.acknowledge(ack));
            messages.push(message);
        }
        messages
    }
}

//! A Mosquitto with the deployment's own configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::process::{Process, Recipe, find, is_root};
use crate::template::{fill, write_private};
use crate::{Error, Folder, Port, Secrets};

const CONFIGURATION: &str = include_str!("../../../deploy/mosquitto/mosquitto.conf");
const ACL: &str = include_str!("../../../deploy/mosquitto/acl");
const READY_WITHIN: Duration = Duration::from_secs(10);
/// The accounts that every deployment has. Each secret `mqtt-NAME` is an account, these are made if they are not there.
const ACCOUNTS: [&str; 4] = ["gateway", "web", "simulator", "bridge"];

/// A broker that runs until the value is dropped.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    port: Port,
    room: PathBuf,
    secrets: Secrets,
    /// What the access list says of accounts besides the deployment's.
    guests: Vec<(String, String)>,
}

impl Mosquitto {
    /// Starts a broker in `folder` on `port` with the deployment's accounts and access list.
    ///
    /// # Errors
    /// When Mosquitto is missing or does not get ready within 10 s.
    pub async fn start(folder: &Folder, secrets: &Secrets, port: Port) -> Result<Self, Error> {
        let room = folder.room("mosquitto")?;
        let program = find(&["mosquitto"], "mosquitto")?;
        let configuration = room.join("mosquitto.conf");
        write_private(&configuration, &configure(&room, port.number()))?;
        let process = Process::new(Recipe {
            name: "mosquitto".into(),
            program,
            arguments: vec!["-c".into(), configuration.into()],
            environment: Vec::new(),
            folder: room.clone(),
            log: folder.path().join("mosquitto.log"),
        });
        let mut mosquitto = Self { process, port, room, secrets: secrets.clone(), guests: Vec::new() };
        mosquitto.write_accounts()?;
        mosquitto.restart().await?;
        Ok(mosquitto)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The password of one of the deployment's accounts, or of one made by [`Self::add_account`].
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn password(&self, account: &str) -> Result<String, Error> {
        self.secrets.get(&format!("mqtt-{account}"))
    }

    /// The file with that password.
    #[must_use]
    pub fn password_file(&self, account: &str) -> PathBuf {
        self.secrets.path(&format!("mqtt-{account}"))
    }

    /// Makes an account at once, without a restart, and gives its password. Its name is a vehicle's or a fleet's, which
    /// may write under that name only.
    ///
    /// # Errors
    /// When the password file cannot be written.
    pub async fn add_account(&mut self, name: &str) -> Result<String, Error> {
        self.add_account_with(name, &[]).await
    }

    /// The same, with lines for the access list, such as `topic readwrite #`, for a test that watches or forges.
    ///
    /// # Errors
    /// When the password file cannot be written.
    pub async fn add_account_with(&mut self, name: &str, access: &[&str]) -> Result<String, Error> {
        let lines = access.iter().map(|line| format!("{line}\n")).collect();
        self.guests.push((name.to_owned(), lines));
        self.write_accounts()?;
        self.process.signal(Signal::HUP);
        // The broker rereads its files on its next turn, and says nothing about it.
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.password(name)
    }

    /// Starts it if it does not run, on the same port and with what it had stored.
    ///
    /// # Errors
    /// When it does not get ready within 10 s.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.start()?;
        let port = self.port();
        self.process
            .wait_until(READY_WITHIN, async || TcpStream::connect(("127.0.0.1", port)).await.is_ok())
            .await
    }

    /// Ends it in good order.
    pub async fn stop(&mut self) {
        self.process.stop(Duration::from_secs(5)).await;
    }

    /// Ends it as a crash would.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Its log file.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// The last lines of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        self.process.tail()
    }

    fn write_accounts(&self) -> Result<(), Error> {
        for name in ACCOUNTS.iter().copied().chain(self.guests.iter().map(|(name, _)| name.as_str())) {
            self.password(name)?;
        }
        let mut passwords = String::new();
        for name in self.secrets.names("mqtt-")?.iter().filter_map(|name| name.strip_prefix("mqtt-")) {
            passwords.push_str(&format!("{name}:{}\n", self.password(name)?));
        }
        let path = self.room.join("passwords");
        let draft = self.room.join("passwords.new");
        write_private(&draft, &passwords)?;
        hash(&draft)?;
        fs::rename(&draft, &path).map_err(Error::io("replace", &path))?;

        let mut acl = ACL.to_owned();
        for (name, lines) in &self.guests {
            if !lines.is_empty() {
                acl.push_str(&format!("\nuser {name}\n{lines}"));
            }
        }
        write_private(&self.room.join("acl"), &acl)
    }
}

fn configure(room: &Path, port: u16) -> String {
    let file = |name: &str| room.join(name).display().to_string();
    fill(
        CONFIGURATION,
        &[
            ("BIND", "127.0.0.1"),
            ("PORT", &port.to_string()),
            ("PASSWORD_FILE", &file("passwords")),
            ("ACL_FILE", &file("acl")),
            ("DATA_DIR", &room.display().to_string()),
            ("USER", user()),
        ],
    )
}

/// The user that Mosquitto is told to be: as root it would otherwise become `mosquitto`, who may not enter our folder.
pub(crate) fn user() -> &'static str {
    if is_root() { "root" } else { "mosquitto" }
}

/// Replaces the passwords in a file of `name:password` lines by their hashes.
fn hash(file: &Path) -> Result<(), Error> {
    let program = find(&["mosquitto_passwd"], "mosquitto")?;
    let output = Command::new(&program).arg("-U").arg(file).output().map_err(Error::io("start", &program))?;
    if output.status.success() {
        Ok(())
    } else {
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Command { command: "mosquitto_passwd".into(), output })
    }
}

#[cfg(test)]
pub(crate) fn configuration_for_test() -> String {
    configure(Path::new("/nowhere"), 1883)
}

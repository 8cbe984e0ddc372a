//! A MariaDB or MySQL with the deployment's databases and accounts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::data_folder::{self, Flavour};
use crate::process::{Process, Recipe};
use crate::template::{fill, write_private};
use crate::{Error, Folder, Port, Secrets};

const ACCOUNTS_SQL: &str = include_str!("../../../deploy/mysql/accounts.sql");
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A database server that runs until the value is dropped.
#[derive(Debug)]
pub struct Database {
    process: Process,
    flavour: Flavour,
    port: Port,
    secrets: Secrets,
}

impl Database {
    /// Starts a server in `folder` on `port`: MariaDB where it is installed, else MySQL.
    ///
    /// # Errors
    /// When neither is installed or it does not get ready within 30 s.
    pub async fn start(folder: &Folder, secrets: &Secrets, port: Port) -> Result<Self, Error> {
        let room = folder.room("mysql")?;
        let data = room.join("data");
        let (program, flavour) = data_folder::server()?;
        data_folder::prepare(&program, flavour, &data)?;
        let accounts = room.join("accounts.sql");
        write_private(&accounts, &accounts_sql(secrets)?)?;

        let path_option = |name: &str, path: &Path| format!("--{name}={}", path.display());
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            path_option("datadir", &data),
            // Relative to the data folder: a socket's whole path may have 107 bytes at most.
            "--socket=sock".to_owned(),
            path_option("pid-file", &room.join("pid")),
            path_option("init-file", &accounts),
            format!("--port={}", port.number()),
            "--bind-address=127.0.0.1".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--skip-log-bin".to_owned(),
        ];
        arguments.extend(flavour.options());
        let process = Process::new(Recipe {
            name: flavour.name().into(),
            program,
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            folder: room,
            log: folder.path().join("mysql.log"),
        });
        let mut database = Self { process, flavour, port, secrets: secrets.clone() };
        database.restart().await?;
        Ok(database)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The password of `collector`, `web`, `prosody` or `root` (on localhost).
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn password(&self, account: &str) -> Result<String, Error> {
        self.secrets.get(&format!("mysql-{account}"))
    }

    /// The file with that password.
    #[must_use]
    pub fn password_file(&self, account: &str) -> PathBuf {
        self.secrets.path(&format!("mysql-{account}"))
    }

    /// An address for a client: `mysql://account:password@127.0.0.1:port/database`.
    ///
    /// # Errors
    /// When the password cannot be read.
    pub fn url(&self, account: &str, database: &str) -> Result<String, Error> {
        Ok(format!("mysql://{account}:{}@127.0.0.1:{}/{database}", self.password(account)?, self.port()))
    }

    /// `MariaDB` or `MySQL`.
    #[must_use]
    pub fn flavour(&self) -> &'static str {
        self.flavour.name()
    }

    /// Starts it if it does not run, on the same port and data.
    ///
    /// # Errors
    /// When it does not get ready within 30 s.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.start()?;
        let port = self.port();
        self.process.wait_until(READY_WITHIN, async || greets(port).await).await
    }

    /// Ends it in good order.
    pub async fn stop(&mut self) {
        self.process.stop(Duration::from_secs(20)).await;
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
}

fn accounts_sql(secrets: &Secrets) -> Result<String, Error> {
    let mut text = fill(
        ACCOUNTS_SQL,
        &[
            ("COLLECTOR_PASSWORD", &secrets.get("mysql-collector")?),
            ("WEB_PASSWORD", &secrets.get("mysql-web")?),
            ("PROSODY_PASSWORD", &secrets.get("mysql-prosody")?),
        ],
    );
    // A fresh data folder has a root without a password.
    text.push_str(&format!(
        "ALTER USER 'root'@'localhost' IDENTIFIED BY '{}';\n",
        secrets.get("mysql-root")?
    ));
    Ok(text)
}

/// Whether the server on `port` sends its greeting, which it does only after the accounts have been made.
async fn greets(port: u16) -> bool {
    const PROTOCOL_VERSION: u8 = 10;
    let talk = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        // Three bytes of length, one of sequence, then the greeting's first byte.
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.ok()?;
        (head[4] == PROTOCOL_VERSION).then_some(())
    };
    matches!(timeout(Duration::from_secs(1), talk).await, Ok(Some(())))
}

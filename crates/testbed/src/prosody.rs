//! A Prosody with the deployment's own configuration and modules.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::certificates::{Certificates, certificates_for};
use crate::database::Database;
use crate::process::{Process, Recipe, find, is_root};
use crate::template::{fill, write_private};
use crate::{Error, Folder, Port, Secrets};

const CONFIGURATION: &str = include_str!("../../../deploy/prosody/prosody.cfg.lua");
const MODULES: [(&str, &str); 3] = [
    ("mod_bounce.lua", include_str!("../../../deploy/prosody/modules/mod_bounce.lua")),
    ("mod_service_accounts.lua", include_str!("../../../deploy/prosody/modules/mod_service_accounts.lua")),
    ("mod_guests.lua", include_str!("../../../deploy/prosody/modules/mod_guests.lua")),
];
const READY_WITHIN: Duration = Duration::from_secs(20);
/// The XMPP domain of every testbed.
pub const DOMAIN: &str = "vigiroute.local";

/// Whether the server takes clients without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// As deployed: nobody logs in without TLS.
    Required,
    /// For a test whose client has no way to be told of the certificate: TLS is offered, and may be declined.
    Offered,
}

/// An XMPP server that runs until the value is dropped.
#[derive(Debug)]
pub struct Prosody {
    process: Process,
    c2s: Port,
    http: Port,
    configuration: PathBuf,
    certificates: Certificates,
    secrets: Secrets,
}

impl Prosody {
    /// Starts a server in `folder` that keeps its accounts, archive and items in `database`.
    ///
    /// # Errors
    /// When Prosody is missing or does not get ready within 20 s.
    pub async fn start(
        folder: &Folder,
        secrets: &Secrets,
        database: &Database,
        c2s: Port,
        http: Port,
        encryption: Encryption,
    ) -> Result<Self, Error> {
        let program = find(&["prosody"], "prosody")?;
        let room = folder.room("prosody")?;
        let modules = folder.room("prosody/modules")?;
        for (name, text) in MODULES {
            let path = modules.join(name);
            std::fs::write(&path, text).map_err(Error::io("write", &path))?;
        }
        for account in ["xmpp-gateway", "xmpp-collector"] {
            secrets.get(account)?;
        }
        let names = ["", "live.", "pubsub."].map(|part| format!("{part}{DOMAIN}"));
        let certificates = certificates_for(&folder.room("certificates")?, &names)?;
        let configuration = room.join("prosody.cfg.lua");
        let filled = Filled {
            room: &room,
            secrets,
            certificates: &certificates,
            mysql_password: &database.password("prosody")?,
            mysql_port: database.port(),
            c2s: c2s.number(),
            http: http.number(),
            encryption,
        };
        write_private(&configuration, &filled.text())?;
        let process = Process::new(Recipe {
            name: "prosody".into(),
            program,
            arguments: vec!["-F".into(), "--config".into(), configuration.clone().into()],
            environment: Vec::new(),
            folder: room,
            log: folder.path().join("prosody.log"),
        });
        let secrets = secrets.clone();
        let mut prosody = Self { process, c2s, http, configuration, certificates, secrets };
        prosody.restart().await?;
        Ok(prosody)
    }

    /// The port on 127.0.0.1 for clients (STARTTLS).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.c2s.number()
    }

    /// The port on 127.0.0.1 for BOSH (plain HTTP).
    #[must_use]
    pub fn http_port(&self) -> u16 {
        self.http.number()
    }

    /// The address of BOSH.
    #[must_use]
    pub fn bosh_url(&self) -> String {
        format!("http://127.0.0.1:{}/http-bind", self.http_port())
    }

    /// The certificate that clients must trust: a value for `SSL_CERT_FILE`.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.certificates.authority
    }

    /// The file with the password of `gateway` or `collector`.
    #[must_use]
    pub fn password_file(&self, account: &str) -> PathBuf {
        self.secrets.path(&format!("xmpp-{account}"))
    }

    /// The password of `gateway`, `collector`, or an account made by [`Self::add_account`].
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn password(&self, account: &str) -> Result<String, Error> {
        self.secrets.get(&format!("xmpp-{account}"))
    }

    /// Makes one more account, such as a stranger's, and gives its password.
    ///
    /// # Errors
    /// When Prosody's own tool fails.
    pub fn add_account(&self, name: &str) -> Result<String, Error> {
        let password = self.password(name)?;
        let program = find(&["prosodyctl"], "prosody")?;
        let mut command = Command::new(&program);
        if is_root() {
            command.arg("--root");
        }
        let output = command
            .arg("--config")
            .arg(&self.configuration)
            .args(["register", name, DOMAIN, &password])
            .output()
            .map_err(Error::io("start", &program))?;
        if output.status.success() {
            Ok(password)
        } else {
            let output = String::from_utf8_lossy(&output.stdout).into_owned();
            Err(Error::Command { command: "prosodyctl register".into(), output })
        }
    }

    /// Starts it if it does not run, on the same ports and with what it had stored.
    ///
    /// # Errors
    /// When it does not get ready within 20 s.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.start()?;
        let (c2s, http) = (self.port(), self.http_port());
        self.process
            .wait_until(READY_WITHIN, async || speaks_xmpp(c2s).await && speaks_http(http).await)
            .await
    }

    /// Ends it in good order.
    pub async fn stop(&mut self) {
        self.process.stop(Duration::from_secs(10)).await;
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

struct Filled<'a> {
    room: &'a Path,
    secrets: &'a Secrets,
    certificates: &'a Certificates,
    mysql_password: &'a str,
    mysql_port: u16,
    c2s: u16,
    http: u16,
    encryption: Encryption,
}

impl Filled<'_> {
    fn text(&self) -> String {
        let path = |path: &Path| path.display().to_string();
        fill(
            CONFIGURATION,
            &[
                ("MODULES_DIR", &path(&self.room.join("modules"))),
                ("DATA_DIR", &path(self.room)),
                ("RUN_AS_ROOT", if is_root() { "true" } else { "false" }),
                ("BIND", "127.0.0.1"),
                ("C2S_PORT", &self.c2s.to_string()),
                ("HTTP_PORT", &self.http.to_string()),
                ("REQUIRE_TLS", if self.encryption == Encryption::Required { "true" } else { "false" }),
                ("CERTIFICATE", &path(&self.certificates.certificate)),
                ("KEY", &path(&self.certificates.key)),
                ("MYSQL_HOST", "127.0.0.1"),
                ("MYSQL_PORT", &self.mysql_port.to_string()),
                ("MYSQL_DATABASE", "prosody"),
                ("MYSQL_PASSWORD", self.mysql_password),
                ("GATEWAY_PASSWORD_FILE", &path(&self.secrets.path("xmpp-gateway"))),
                ("COLLECTOR_PASSWORD_FILE", &path(&self.secrets.path("xmpp-collector"))),
                ("DOMAIN", DOMAIN),
            ],
        )
    }
}

/// Whether a stream opened on the port is answered. Prosody makes the services' accounts before its first answer.
async fn speaks_xmpp(port: u16) -> bool {
    let opening = format!(
        "<?xml version='1.0'?><stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    );
    answers(port, &opening, b"<stream:features").await
}

async fn speaks_http(port: u16) -> bool {
    answers(port, "GET /http-bind HTTP/1.0\r\n\r\n", b" 200 ").await
}

/// Whether the server on `port` says `wanted` within a second after `opening`.
async fn answers(port: u16, opening: &str, wanted: &[u8]) -> bool {
    let talk = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(opening.as_bytes()).await.ok()?;
        let mut heard = Vec::new();
        while stream.read_buf(&mut heard).await.ok()? > 0 {
            if heard.windows(wanted.len()).any(|window| window == wanted) {
                return Some(());
            }
        }
        None
    };
    matches!(timeout(Duration::from_secs(1), talk).await, Ok(Some(())))
}

#[cfg(test)]
pub(crate) fn configuration_for_test() -> String {
    let nowhere = PathBuf::from("/nowhere");
    let certificates =
        Certificates { authority: nowhere.clone(), certificate: nowhere.clone(), key: nowhere.clone() };
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::in_folder(folder.path()).unwrap();
    let filled = Filled {
        room: &nowhere,
        secrets: &secrets,
        certificates: &certificates,
        mysql_password: "0123",
        mysql_port: 3306,
        c2s: 5222,
        http: 5280,
        encryption: Encryption::Required,
    };
    filled.text()
}

//! All servers together, and the settings that programs need to reach them.

use std::path::{Path, PathBuf};

use crate::target::workspace_folder;
use crate::{DOMAIN, Database, Encryption, Error, Folder, Mosquitto, Port, Program, Prosody, Secrets};

/// Mosquitto, Prosody and a database, in one folder; stopped when dropped.
///
/// The servers are public: a test stops, kills and restarts each as it likes.
#[derive(Debug)]
pub struct Stack {
    /// The MQTT broker.
    pub mosquitto: Mosquitto,
    /// The XMPP server.
    pub prosody: Prosody,
    /// The database server.
    pub database: Database,
    ports: ProgramPorts,
    moved: Vec<Moved>,
    secrets: Secrets,
    // Last, so that the servers are gone when a temporary folder is removed.
    folder: Folder,
}

/// The secret that is the first admin's password.
pub const ADMIN_SECRET: &str = "web-admin";

/// Which ports a stack takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// Any free ones, for tests.
    Free,
    /// The usual ones where they are free: 8080 for the page, 1883, 5222, 5280, 3306, 9101 to 9103.
    Usual,
}

/// Somebody who does not have the usual port, because another process has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Whose port it is.
    pub who: &'static str,
    /// The port it usually has.
    pub usual: u16,
    /// The port it has now.
    pub actual: u16,
}

/// Hands out ports, and remembers who did not get the usual one.
struct Harbour {
    ports: Ports,
    moved: Vec<Moved>,
}

impl Harbour {
    fn take(&mut self, who: &'static str, usual: u16) -> Result<Port, Error> {
        if self.ports == Ports::Free {
            return Port::free();
        }
        let port = Port::preferably(usual)?;
        if port.number() != usual {
            self.moved.push(Moved { who, usual, actual: port.number() });
        }
        Ok(port)
    }
}

#[derive(Debug)]
struct ProgramPorts {
    web: Port,
    gateway_health: Port,
    collector_health: Port,
    simulator_health: Port,
}

impl Stack {
    /// Starts the three servers in a temporary folder on free ports; about half a second.
    ///
    /// # Errors
    /// When a server is missing or does not get ready.
    pub async fn start() -> Result<Self, Error> {
        Self::start_in(Folder::temporary()?, Ports::Free, Encryption::Required, |_| {}).await
    }

    /// The same, with a Prosody that also takes clients without TLS: for tests within one process, which cannot be given
    /// an `SSL_CERT_FILE` of its own.
    ///
    /// # Errors
    /// When a server is missing or does not get ready.
    pub async fn start_allowing_plain() -> Result<Self, Error> {
        Self::start_in(Folder::temporary()?, Ports::Free, Encryption::Offered, |_| {}).await
    }

    /// Starts the three servers in `folder`; `tell` hears the name of each just before it is started.
    ///
    /// # Errors
    /// When a server is missing or does not get ready.
    pub async fn start_in(
        folder: Folder,
        ports: Ports,
        encryption: Encryption,
        tell: impl Fn(&str),
    ) -> Result<Self, Error> {
        let secrets = Secrets::in_folder(folder.path().join("secrets"))?;
        // Drawn here, so that its file is there when the web program looks for it.
        secrets.get(ADMIN_SECRET)?;
        let mut harbour = Harbour { ports, moved: Vec::new() };
        let program_ports = ProgramPorts {
            web: harbour.take("the page", 8080)?,
            gateway_health: harbour.take("the gateway's health", 9101)?,
            collector_health: harbour.take("the collector's health", 9102)?,
            simulator_health: harbour.take("the simulator's health", 9103)?,
        };
        let (mqtt, mysql) = (harbour.take("mosquitto", 1883)?, harbour.take("the database", 3306)?);
        let (c2s, http) = (harbour.take("prosody", 5222)?, harbour.take("prosody's BOSH", 5280)?);

        tell("mosquitto");
        let mosquitto = Mosquitto::start(&folder, &secrets, mqtt).await?;
        tell("database");
        let database = Database::start(&folder, &secrets, mysql).await?;
        tell("prosody");
        let prosody = Prosody::start(&folder, &secrets, &database, c2s, http, encryption).await?;
        let moved = harbour.moved;
        Ok(Self { mosquitto, prosody, database, ports: program_ports, moved, secrets, folder })
    }

    /// Who did not get the usual port; empty for a stack on free ports.
    #[must_use]
    pub fn moved(&self) -> &[Moved] {
        &self.moved
    }

    /// Where everything is: logs lie directly in it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every secret of this stack.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The address of the web program: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn web_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.web.number())
    }

    /// The password of the web program's first admin.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn admin_password(&self) -> Result<String, Error> {
        self.secrets.get(ADMIN_SECRET)
    }

    /// Stops the servers in good order: what they hold is on the disk afterwards.
    pub async fn stop(&mut self) {
        self.prosody.stop().await;
        self.mosquitto.stop().await;
        self.database.stop().await;
    }

    /// The settings with which `program` reaches these servers, as environment variables.
    #[must_use]
    pub fn env_for(&self, program: Program) -> Vec<(String, String)> {
        let mut settings = Settings::default();
        settings.add("VIGIROUTE_LOG", "info");
        match program {
            Program::Simulator => {
                self.mqtt(&mut settings, program);
                settings.add_port("VIGIROUTE_HEALTH_BIND", &self.ports.simulator_health);
                settings.add_path("VIGIROUTE_ROADS", &source("data/roads/helsinki/network.geojson"));
                settings.add_path("VIGIROUTE_SCENARIO", &source("simulator/scenarios/helsinki.toml"));
            }
            Program::Gateway => {
                self.mqtt(&mut settings, program);
                self.xmpp(&mut settings, program);
                settings.add_port("VIGIROUTE_HEALTH_BIND", &self.ports.gateway_health);
                settings.add_path("VIGIROUTE_ROADS", &source("data/roads/helsinki/network.geojson"));
                settings.add_path("VIGIROUTE_STATE_DIR", &self.folder.path().join("gateway"));
            }
            Program::Collector => {
                self.xmpp(&mut settings, program);
                self.mysql(&mut settings, program);
                settings.add_port("VIGIROUTE_HEALTH_BIND", &self.ports.collector_health);
            }
            Program::Web => {
                self.mqtt(&mut settings, program);
                self.mysql(&mut settings, program);
                settings.add_port("VIGIROUTE_HTTP_BIND", &self.ports.web);
                settings.add_path("VIGIROUTE_ADMIN_PASSWORD_FILE", &self.secrets.path(ADMIN_SECRET));
                settings.add_path("VIGIROUTE_STATIC_DIR", &source("static/dist"));
                settings.add_path("VIGIROUTE_ROADS_DIR", &source("data/roads/helsinki"));
                settings.add("VIGIROUTE_BOSH_URL", &self.prosody.bosh_url());
                settings.add("VIGIROUTE_XMPP_DOMAIN", DOMAIN);
            }
        }
        settings.0
    }

    fn mqtt(&self, settings: &mut Settings, program: Program) {
        settings.add("VIGIROUTE_MQTT_HOST", "127.0.0.1");
        settings.add("VIGIROUTE_MQTT_PORT", &self.mosquitto.port().to_string());
        settings.add("VIGIROUTE_MQTT_USER", program.name());
        settings.add_path("VIGIROUTE_MQTT_PASSWORD_FILE", &self.mosquitto.password_file(program.name()));
    }

    fn xmpp(&self, settings: &mut Settings, program: Program) {
        settings.add("VIGIROUTE_XMPP_DOMAIN", DOMAIN);
        settings.add("VIGIROUTE_XMPP_HOST", "127.0.0.1");
        settings.add("VIGIROUTE_XMPP_PORT", &self.prosody.port().to_string());
        settings.add_path("VIGIROUTE_XMPP_PASSWORD_FILE", &self.prosody.password_file(program.name()));
        settings.add_path("SSL_CERT_FILE", self.prosody.authority());
    }

    fn mysql(&self, settings: &mut Settings, program: Program) {
        settings.add("VIGIROUTE_MYSQL_HOST", "127.0.0.1");
        settings.add("VIGIROUTE_MYSQL_PORT", &self.database.port().to_string());
        settings.add("VIGIROUTE_MYSQL_DATABASE", "vigiroute");
        settings.add("VIGIROUTE_MYSQL_USER", program.name());
        settings.add_path("VIGIROUTE_MYSQL_PASSWORD_FILE", &self.database.password_file(program.name()));
        settings.add("VIGIROUTE_MYSQL_TLS", "preferred");
    }
}

#[derive(Default)]
struct Settings(Vec<(String, String)>);

impl Settings {
    fn add(&mut self, key: &str, value: &str) {
        self.0.push((key.to_owned(), value.to_owned()));
    }

    fn add_path(&mut self, key: &str, path: &Path) {
        self.add(key, &path.display().to_string());
    }

    fn add_port(&mut self, key: &str, port: &Port) {
        self.add(key, &format!("127.0.0.1:{}", port.number()));
    }
}

fn source(path: &str) -> PathBuf {
    workspace_folder().join(path)
}

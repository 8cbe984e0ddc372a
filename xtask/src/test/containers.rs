//! One run of docker-compose.yml under a name of its own.

use std::process::Stdio;

use anyhow::{Context, bail};
use testbed::Port;
use tokio::process::Command as AsyncCommand;

use crate::command::{command, run_quietly};
use crate::screen::Screen;

const WAIT_S: &str = "300";
const LOG_LINES: &str = "60";

/// All containers, networks, volumes and images of one run; gone when dropped.
pub(super) struct Containers {
    name: String,
    web: Port,
    mqtt: Port,
    xmpp: Port,
    screen: Screen,
}

impl Containers {
    /// Prepares a run on free ports. Starts nothing.
    pub fn new(screen: Screen) -> anyhow::Result<Self> {
        run_quietly(command("docker").args(["compose", "version"]))
            .context("this needs Docker with its compose plugin, and the right to use it")?;
        let name = format!("vigiroute-test-{}", std::process::id());
        Ok(Self { name, web: Port::free()?, mqtt: Port::free()?, xmpp: Port::free()?, screen })
    }

    /// Where the page is.
    pub fn web_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.web.number())
    }

    /// Builds the images and starts everything; returns when all of it is healthy.
    pub async fn up(&self) -> anyhow::Result<()> {
        let mut up = AsyncCommand::from(self.compose(&["up", "--build", "--wait", "--wait-timeout", WAIT_S]));
        let status = up.kill_on_drop(true).status().await.context("cannot start docker")?;
        if !status.success() {
            bail!("docker compose up failed ({status})");
        }
        Ok(())
    }

    /// What a shell command in a service's container writes.
    pub fn exec(&self, service: &str, script: &str) -> anyhow::Result<String> {
        run_quietly(&mut self.compose(&["exec", "-T", service, "sh", "-c", script]))
    }

    /// Shows the end of every container's log, and how each of them is.
    pub fn show_logs(&self) {
        self.screen.heading("How the containers are");
        let _ = self.compose(&["ps", "--all"]).status();
        let _ = self.compose(&["logs", "--no-color", "--tail", LOG_LINES]).status();
    }

    fn compose(&self, arguments: &[&str]) -> std::process::Command {
        let mut compose = command("docker");
        compose
            .args(["compose", "--project-name", &self.name])
            .args(arguments)
            .env("VIGIROUTE_WEB_PORT", self.web.number().to_string())
            .env("VIGIROUTE_MQTT_PORT", self.mqtt.number().to_string())
            .env("VIGIROUTE_XMPP_PORT", self.xmpp.number().to_string());
        compose
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        let mut down =
            self.compose(&["down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "15"]);
        let done = down.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !done.is_ok_and(|status| status.success()) {
            self.screen
                .warning(&format!("could not take it down; try: docker compose -p {} down -v", self.name));
        }
    }
}

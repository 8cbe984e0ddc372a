//! Installing what a chore needs from Debian's packages.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::command::{command, is_installed, run_quietly};
use crate::screen::Screen;

/// A Debian package, and how to see that what it brings is there already, whoever installed it.
#[derive(Debug, Clone, Copy)]
struct Package {
    name: &'static str,
    brings: Brings,
    /// What Debian starts by itself when the package is installed, and must not: `xtask up` starts its own.
    service: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
enum Brings {
    /// A program of one of these names.
    Program(&'static [&'static str]),
    /// Something that only the package manager can tell of.
    Library,
    /// This file.
    File(&'static str),
}

const SERVERS: [Package; 4] = [
    Package { name: "mosquitto", brings: Brings::Program(&["mosquitto"]), service: Some("mosquitto") },
    Package { name: "prosody", brings: Brings::Program(&["prosody"]), service: Some("prosody") },
    Package { name: "lua-dbi-mysql", brings: Brings::Library, service: None },
    Package {
        name: "mariadb-server",
        brings: Brings::Program(&["mariadbd", "mysqld"]),
        service: Some("mariadb"),
    },
];
const PAGE: [Package; 2] = [
    Package { name: "nodejs", brings: Brings::Program(&["node"]), service: None },
    Package { name: "npm", brings: Brings::Program(&["npm"]), service: None },
];
const AUTHORITIES: Package = Package {
    name: "ca-certificates",
    brings: Brings::File("/etc/ssl/certs/ca-certificates.crt"),
    service: None,
};
const BROWSER: Package =
    Package { name: "chromium", brings: Brings::Program(&["chromium", "chromium-browser"]), service: None };
/// The traffic simulator and the road networks that it ships.
const SUMO: [Package; 2] = [
    Package { name: "sumo", brings: Brings::Program(&["netconvert"]), service: None },
    Package {
        name: "sumo-tools",
        brings: Brings::File("/usr/share/sumo/tools/game/A10KW/osm.net.xml"),
        service: None,
    },
];

/// What a chore needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The servers, and Node.js for the page.
    Servers,
    /// All that, and a browser.
    ServersAndBrowser,
    /// Traffic to measure the detector on, and nothing else.
    Traffic,
}

/// Installs what is missing, as root or with a sudo that asks no password.
///
/// # Errors
/// Where neither is to be had: with the one line that installs it all.
pub(crate) fn install(needs: Needs, screen: Screen) -> anyhow::Result<()> {
    let missing: Vec<Package> = needs.packages().into_iter().filter(|package| !package.is_there()).collect();
    if missing.is_empty() {
        screen.done("packages", "all there", std::time::Duration::ZERO);
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let names = names.join(" ");
    screen.step(&format!("packages: installing {names}"), || {
        let mut shell = privileged_shell().with_context(|| {
            format!(
                "these packages are missing; install them with this line, then try again:\n\n  {}\n",
                line(&names)
            )
        })?;
        run_quietly(shell.arg(script(&missing)))?;
        Ok(((), String::new()))
    })
}

impl Needs {
    fn packages(self) -> Vec<Package> {
        let to_run = || SERVERS.into_iter().chain(PAGE).chain([AUTHORITIES]);
        match self {
            Self::Servers => to_run().collect(),
            Self::ServersAndBrowser => to_run().chain([BROWSER]).collect(),
            Self::Traffic => SUMO.to_vec(),
        }
    }
}

impl Package {
    fn is_there(&self) -> bool {
        match self.brings {
            Brings::Program(names) => names.iter().any(|name| is_installed(name)),
            Brings::File(path) => Path::new(path).exists(),
            Brings::Library => {
                let status = run_quietly(command("dpkg-query").args(["-W", "-f", "${Status}", self.name]));
                status.is_ok_and(|status| status == "install ok installed")
            }
        }
    }
}

/// What a person would type.
fn line(names: &str) -> String {
    format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}")
}

/// A shell with the right to install, waiting for its script.
fn privileged_shell() -> anyhow::Result<Command> {
    if !is_installed("apt-get") {
        bail!("this machine has no apt-get");
    }
    let id = run_quietly(command("id").arg("-u"))?;
    let mut shell = if id == "0" {
        command("sh")
    } else if run_quietly(command("sudo").args(["-n", "true"])).is_ok() {
        let mut sudo = command("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        bail!("installing needs root, or a sudo that asks no password");
    };
    shell.arg("-c");
    Ok(shell)
}

/// Installs, without letting Debian start the servers now or at the next boot: they would take the ports that
/// `xtask up` wants. A server that was there before is left as it is.
fn script(missing: &[Package]) -> String {
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let services: Vec<&str> = missing.iter().filter_map(|package| package.service).collect();
    format!(
        r#"set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends {names}
for service in {services}; do
  if [ -d /run/systemd/system ]; then systemctl disable --quiet $service || true
  else update-rc.d $service disable || true; fi
done"#,
        names = names.join(" "),
        services = services.join(" "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_a_shell_script_and_names_every_package_and_service() {
        let text = script(&SERVERS);
        for word in
            ["mosquitto prosody lua-dbi-mysql mariadb-server", "for service in mosquitto prosody mariadb"]
        {
            assert!(text.contains(word), "{text}");
        }
        let read = run_quietly(command("sh").args(["-n", "-c", &text]));
        assert!(read.is_ok(), "{read:?}");
    }

    #[test]
    fn a_package_is_known_by_what_it_brings() {
        let shell = Package { name: "x", brings: Brings::Program(&["no-such-program", "sh"]), service: None };
        assert!(shell.is_there());
        let nothing = Package { name: "no-such-package", brings: Brings::Library, service: None };
        assert!(!nothing.is_there());
    }
}

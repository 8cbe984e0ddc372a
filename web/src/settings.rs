//! The web program's settings.

use crate::accounts::command::Command;
use crate::accounts::{FirstAdmin, Reading};
use clap::Parser;
use link::settings::{LogArgs, MqttArgs, MysqlArgs, SettingsError, read_password};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serves the page and its REST interface: the history of events, zones to read and draw, roads and basemap, and the
/// browsers' way to the live feed (BOSH).
///
/// Zones are kept in the database and published to the broker, where the gateway reads them. Every change takes an account
/// or a key; the first account, admin, is made at the first start, and its password shown once on standard output.
#[derive(Debug, Parser)]
#[command(name = "web", version, after_help = EXAMPLES)]
pub struct Args {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address to serve on.
    #[arg(long, value_name = "ADDRESS", env = "VIGIROUTE_HTTP_BIND", default_value = "127.0.0.1:8080")]
    pub http_bind: SocketAddr,

    /// Host names under which this server is reached, besides localhost, IP addresses and names without a dot. Zones can
    /// only be changed under one of them, so that no foreign site can do it by pointing its own name here.
    #[arg(long, value_name = "NAME,…", env = "VIGIROUTE_HTTP_NAMES", value_delimiter = ',')]
    pub http_names: Vec<String>,

    /// Who may read: whoever reaches this server, or who is signed in or has a key. Open unless set, if the address to serve
    /// on is this machine's own; signed-in on any other.
    #[arg(long, value_name = "WHO", env = "VIGIROUTE_READ")]
    pub read: Option<Reading>,

    /// File with the first admin's password on its first line; without it one is drawn and shown once.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_ADMIN_PASSWORD_FILE")]
    pub admin_password_file: Option<PathBuf>,

    /// Take passwords over connections that are neither TLS nor from this machine, where others can read them.
    #[arg(long, value_name = "BOOL", env = "VIGIROUTE_PLAIN_SIGN_IN", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true")]
    pub plain_sign_in: bool,

    /// Folder with the built page.
    #[arg(long, value_name = "FOLDER", env = "VIGIROUTE_STATIC_DIR", default_value = "static/dist")]
    pub static_dir: PathBuf,

    /// Folder with network.geojson, basemap.geojson and their NOTICE.
    #[arg(long, value_name = "FOLDER", env = "VIGIROUTE_ROADS_DIR", default_value = "data/roads/helsinki")]
    pub roads_dir: PathBuf,

    /// GeoJSON FeatureCollection of zones to begin with; taken only if no zone was ever stored.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_ZONES_SEED")]
    pub zones_seed: Option<PathBuf>,

    /// Prosody's BOSH service, which browsers reach through this program at /http-bind.
    #[arg(
        long,
        value_name = "URL",
        env = "VIGIROUTE_BOSH_URL",
        default_value = "http://127.0.0.1:5280/http-bind"
    )]
    pub bosh_url: String,

    /// XMPP domain. Browsers log in at live.DOMAIN and follow pubsub.DOMAIN.
    #[arg(long, value_name = "DOMAIN", env = "VIGIROUTE_XMPP_DOMAIN", default_value = "vigiroute.local")]
    pub xmpp_domain: String,

    /// Whether the vehicles are Helsinki's buses and trams, whose operator asks to be named on the map.
    #[arg(long, value_name = "BOOL", env = "VIGIROUTE_HFP", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true")]
    pub hfp: bool,

    /// The MQTT broker.
    #[command(flatten)]
    pub mqtt: MqttArgs,

    /// The database.
    #[command(flatten)]
    pub mysql: MysqlArgs,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
}

impl Args {
    /// Who may read.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let own = if self.http_bind.ip().is_loopback() { Reading::Open } else { Reading::SignedIn };
        self.read.unwrap_or(own)
    }

    /// Where the first admin's password comes from.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn first_admin(&self) -> Result<FirstAdmin, SettingsError> {
        let Some(file) = self.admin_password_file.as_deref() else { return Ok(FirstAdmin::Drawn) };
        let password = read_password("the first admin", Some(file), "VIGIROUTE_ADMIN_PASSWORD_FILE")?;
        Ok(FirstAdmin::Given(password))
    }
}

const EXAMPLES: &str = "\
Example:
  VIGIROUTE_MQTT_PASSWORD_FILE=secrets/mqtt-web VIGIROUTE_MYSQL_PASSWORD_FILE=secrets/mysql-web web
  VIGIROUTE_MYSQL_PASSWORD_FILE=secrets/mysql-web web set-password admin

/health/live, /health/ready and /metrics are on the same address.
Exit codes: 0 ended as asked (SIGTERM, SIGINT), 1 failed, 64 wrong usage or settings.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_makes_sense() {
        Args::command().debug_assert();
    }

    #[test]
    fn reading_is_open_on_this_machine_unless_said_otherwise() {
        let reading = |arguments: &[&str]| {
            let arguments = ["web"].iter().chain(arguments);
            Args::try_parse_from(arguments).map(|args| args.reading()).ok()
        };
        assert_eq!(reading(&[]), Some(Reading::Open));
        assert_eq!(reading(&["--http-bind", "[::1]:80"]), Some(Reading::Open));
        assert_eq!(reading(&["--http-bind", "0.0.0.0:80"]), Some(Reading::SignedIn));
        assert_eq!(reading(&["--http-bind", "0.0.0.0:80", "--read", "open"]), Some(Reading::Open));
        assert_eq!(reading(&["--read", "signed-in"]), Some(Reading::SignedIn));
        assert_eq!(reading(&["--read", "everybody"]), None);
    }
}

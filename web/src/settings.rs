//! The web program's settings.

use clap::Parser;
use link::settings::{LogArgs, MqttArgs, MysqlArgs};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serves the page and its REST interface: the history of events, zones to read and draw, roads and basemap, and the
/// browsers' way to the live feed (BOSH).
///
/// Zones are kept in the database and published to the broker, where the gateway reads them. Who may reach the page may
/// change zones: leave it on this machine, or put a server that asks for a password in front of it.
#[derive(Debug, Parser)]
#[command(name = "web", version, after_help = EXAMPLES)]
pub struct Args {
    /// Address to serve on.
    #[arg(long, value_name = "ADDRESS", env = "VIGIROUTE_HTTP_BIND", default_value = "127.0.0.1:8080")]
    pub http_bind: SocketAddr,

    /// Host names under which this server is reached, besides localhost, IP addresses and names without a dot. Zones can
    /// only be changed under one of them, so that no foreign site can do it by pointing its own name here.
    #[arg(long, value_name = "NAME,…", env = "VIGIROUTE_HTTP_NAMES", value_delimiter = ',')]
    pub http_names: Vec<String>,

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

const EXAMPLES: &str = "\
Example:
  VIGIROUTE_MQTT_PASSWORD_FILE=secrets/mqtt-web VIGIROUTE_MYSQL_PASSWORD_FILE=secrets/mysql-web web

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
}

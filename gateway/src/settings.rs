//! The command line and the environment.

use clap::{Args, Parser, Subcommand};
use link::settings::{HealthArgs, LogArgs, MqttArgs, XmppArgs};
use std::path::PathBuf;

/// Makes events (accidents, jams, zone entries and exits) of what vehicles report.
///
/// Reports come in over MQTT, events go out over XMPP to the collector. An event is kept on disk until the collector has
/// confirmed it, and a report is acknowledged only when what follows from it is on disk, so nothing is lost whatever stops.
///
/// Every setting is a flag and an environment variable. Passwords are read from files.
#[derive(Debug, Parser)]
#[command(name = "gateway", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Exit codes: 0 ended as asked, 64 wrong usage or settings, 1 failure.")]
pub struct Cli {
    /// What to do; without one, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub run: RunArgs,
}

/// What the gateway can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take reports from the MQTT broker and send events to the collector, until stopped (SIGTERM, SIGINT).
    Run(Box<RunArgs>),

    /// Run the detector over a recording, without any server, and write the events as lines of JSON.
    ///
    /// A recording has one JSON object a line:
    ///
    ///   {"topic":"vigiroute/v1/vehicles/v1/position","received":1760000000123,"payload":{"ts":…,"lat":…,"lon":…}}
    ///
    /// `received` is the time in epoch milliseconds at which the broker had the message; the detector's clock is that.
    /// Every event revision is a line on standard output; what was read, used and dropped goes to standard error.
    #[command(verbatim_doc_comment)]
    Detect(DetectArgs),

    /// Write down what the MQTT broker carries, as a recording that `gateway detect` and `simulator replay` read.
    ///
    /// Reports and zones are recorded exactly as they come, those of no use too, until SIGINT (Ctrl-C) or SIGTERM or until
    /// --seconds or --reports is reached; all that was received by then is in the file. Zones stand at its beginning, as the
    /// broker has them. Messages are neither taken from other listeners nor kept for this one while it is away.
    ///
    ///   gateway record --seconds 600 --output rush-hour.ndjson.zst
    ///   gateway detect --roads network.geojson --input rush-hour.ndjson.zst > events.ndjson
    ///   gateway record | gateway detect --roads network.geojson
    ///
    /// The file holds lines of {"topic":…,"received":…,"payload":…}, the payload as it was published. A message that is not
    /// JSON has no such line: it is left out and counted. The file is written in parts of 1 MiB or 10 s that can be read by
    /// themselves, so a recording that was killed is good up to its last part.
    #[command(verbatim_doc_comment)]
    Record(Box<RecordArgs>),
}

/// Settings of `gateway run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Road network: OSM-tagged GeoJSON or .osm.pbf.
    #[arg(
        long,
        value_name = "FILE",
        env = "VIGIROUTE_ROADS",
        default_value = "data/roads/helsinki/network.geojson"
    )]
    pub roads: PathBuf,

    /// Folder for what must survive a restart: the outbox, the zones, what goes on. One gateway, one folder.
    #[arg(long, value_name = "FOLDER", env = "VIGIROUTE_STATE_DIR", default_value = ".vigiroute/gateway")]
    pub state_dir: PathBuf,

    /// Thresholds of detection, in TOML; what is not in it has its default.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_DETECTION")]
    pub detection: Option<PathBuf>,

    /// Name of the session that the broker keeps while the gateway is away. Two gateways of one name throw each other out.
    #[arg(long, value_name = "NAME", env = "VIGIROUTE_MQTT_CLIENT_ID", default_value = "vigiroute-gateway")]
    pub mqtt_client_id: String,

    #[command(flatten)]
    pub mqtt: MqttArgs,

    #[command(flatten)]
    pub xmpp: XmppArgs,

    #[command(flatten)]
    pub health: HealthArgs,

    #[command(flatten)]
    pub log: LogArgs,
}

/// Settings of `gateway detect`.
#[derive(Debug, Args)]
pub struct DetectArgs {
    /// Road network: OSM-tagged GeoJSON or .osm.pbf.
    #[arg(long, value_name = "FILE")]
    pub roads: PathBuf,

    /// Zones: a GeoJSON Feature or FeatureCollection. Zones in the recording itself count too.
    #[arg(long, value_name = "FILE")]
    pub zones: Option<PathBuf>,

    /// Thresholds of detection, in TOML; what is not in it has its default.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The recording, plain, gzip or zstd; - is standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub input: PathBuf,

    /// Cores to use. The events are the same, byte for byte; with more than one they come in batches.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub workers: u32,
}

/// Settings of `gateway record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// The file to write, which must not exist; .gz and .zst are compressed; - is standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// End after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub seconds: Option<f64>,

    /// End after this many readable reports; each report of a batch counts.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub reports: Option<u64>,

    /// Record this MQTT topic filter in place of reports and zones; may be given more than once.
    #[arg(long, value_name = "FILTER")]
    pub topic: Vec<String>,

    /// Name of the session at the broker [default: vigiroute-record- and the process id].
    #[arg(long, value_name = "NAME")]
    pub mqtt_client_id: Option<String>,

    #[command(flatten)]
    pub mqtt: MqttArgs,

    #[command(flatten)]
    pub log: LogArgs,
}

/// Longest time to record, ten years: what is longer is no time any more.
const MAX_SECONDS: f64 = 315_360_000.0;

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= MAX_SECONDS => Ok(seconds),
        _ => Err(format!("a number of seconds, over 0 and up to {MAX_SECONDS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_subcommand_means_run() {
        let cli = Cli::try_parse_from(["gateway", "--state-dir", "x"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.run.state_dir, PathBuf::from("x"));
        let cli = Cli::try_parse_from(["gateway", "run", "--state-dir", "y"]).unwrap();
        let Some(Command::Run(run)) = cli.command else { panic!("not run") };
        assert_eq!(run.state_dir, PathBuf::from("y"));
    }

    #[test]
    fn help_names_every_setting_and_the_form_of_a_recording() {
        let help = Cli::command().render_long_help().to_string();
        for word in
            ["VIGIROUTE_MQTT_HOST", "VIGIROUTE_XMPP_PASSWORD_FILE", "VIGIROUTE_STATE_DIR", "Exit codes"]
        {
            assert!(help.contains(word), "{word}");
        }
        let mut command = Cli::command();
        let help = command.find_subcommand_mut("detect").unwrap().render_long_help().to_string();
        assert!(help.contains("\"received\":1760000000123"), "{help}");
        let help = command.find_subcommand_mut("record").unwrap().render_long_help().to_string();
        for word in ["--seconds", "--reports", "VIGIROUTE_MQTT_HOST", "gateway detect --roads"] {
            assert!(help.contains(word), "{word}");
        }
    }
}

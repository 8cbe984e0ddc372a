//! The command line and the environment.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use link::settings::{HealthArgs, LogArgs, MqttArgs};

/// Where the simulator's health is served unless said otherwise.
pub const HEALTH_PORT: u16 = 9103;

/// Drives vehicles on a road network and lets them report over MQTT.
///
/// What happens is written in a scenario file (TOML): how many vehicles, how they report, which crashes and breakdowns there
/// are, where and when. The same seed gives the same traffic. The scenario that runs is published on
/// vigiroute/v1/simulation/scenario, and what is true about its incidents on vigiroute/v1/simulation/truth.
///
/// Every setting is a flag and an environment variable. Passwords are read from files.
#[derive(Debug, Parser)]
#[command(name = "simulator", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Exit codes: 0 ended as asked, 64 wrong usage, settings or scenario, 1 failure.")]
pub struct Cli {
    /// What to do; without one, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Settings of `run`.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What the simulator can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Drive the vehicles of a scenario, in real time, until stopped (SIGTERM, SIGINT).
    Run(Box<RunArgs>),

    /// Check a scenario against a road network: says what is wrong with file, line and reason, or what it will do.
    Check(CheckArgs),

    /// List the scenarios of a folder.
    List(ListArgs),

    /// Play a recording into the broker, topics and payloads as they are, at the pace at which they were received.
    ///
    /// A recording has one JSON object a line, plain, gzip or zstd:
    ///
    ///   {"topic":"vigiroute/v1/vehicles/v1/position","received":1760000000123,"payload":{"ts":…,"lat":…,"lon":…}}
    ///
    /// `received` is the time in epoch milliseconds at which the broker had the message. Ends when all is played and the
    /// broker has confirmed it.
    #[command(verbatim_doc_comment)]
    Replay(Box<ReplayArgs>),
}

/// Settings of `simulator run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Road network: OSM-tagged GeoJSON or .osm.pbf.
    #[arg(
        long,
        value_name = "FILE",
        env = "VIGIROUTE_ROADS",
        default_value = "data/roads/helsinki/network.geojson"
    )]
    pub roads: PathBuf,

    /// The scenario.
    #[arg(
        long,
        value_name = "FILE",
        env = "VIGIROUTE_SCENARIO",
        default_value = "simulator/scenarios/helsinki.toml"
    )]
    pub scenario: PathBuf,

    /// So many vehicles instead of what the scenario says.
    #[arg(long, value_name = "NUMBER")]
    pub vehicles: Option<usize>,

    /// Another seed than the scenario's.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// The connections to the broker are named this with a number. Two simulators on one broker need two names.
    #[arg(long, value_name = "NAME", env = "VIGIROUTE_MQTT_CLIENT_ID", default_value = "sim-link")]
    pub mqtt_client_id: String,

    /// The broker.
    #[command(flatten)]
    pub mqtt: MqttArgs,

    /// Health and metrics.
    #[command(flatten)]
    pub health: HealthArgs,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
}

/// Settings of `simulator check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scenario.
    pub file: PathBuf,

    /// Road network: OSM-tagged GeoJSON or .osm.pbf.
    #[arg(
        long,
        value_name = "FILE",
        env = "VIGIROUTE_ROADS",
        default_value = "data/roads/helsinki/network.geojson"
    )]
    pub roads: PathBuf,
}

/// Settings of `simulator list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The folder with the scenarios.
    #[arg(default_value = "simulator/scenarios")]
    pub folder: PathBuf,
}

/// Settings of `simulator replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The recording; - is standard input.
    pub recording: PathBuf,

    /// So many times as fast as it was recorded; 0 = as fast as the broker takes it.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true, value_parser = speed)]
    pub speed: f64,

    /// Name of the connection at the broker.
    #[arg(long, value_name = "NAME", default_value = "sim-replay")]
    pub mqtt_client_id: String,

    /// The broker.
    #[command(flatten)]
    pub mqtt: MqttArgs,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (0.0..=1_000_000.0).contains(&factor) => Ok(factor),
        _ => Err("a number from 0 (as fast as possible) to 1000000".to_owned()),
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
        let cli = Cli::try_parse_from(["simulator", "--vehicles", "20"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.run.vehicles, Some(20));
        let cli = Cli::try_parse_from(["simulator", "run", "--seed", "5"]).unwrap();
        let Some(Command::Run(run)) = cli.command else { panic!("not run") };
        assert_eq!(run.seed, Some(5));
    }

    #[test]
    fn a_replay_has_a_speed_that_makes_sense() {
        let speed = |text| {
            let cli = Cli::try_parse_from(["simulator", "replay", "x.ndjson", "--speed", text]).ok()?;
            let Some(Command::Replay(replay)) = cli.command else { panic!("not replay") };
            Some(replay.speed)
        };
        assert_eq!(speed("12.5"), Some(12.5));
        assert_eq!((speed("-1"), speed("fast"), speed("inf"), speed("NaN")), (None, None, None, None));
    }

    #[test]
    fn help_teaches_settings_commands_and_exit_codes() {
        let help = Cli::command().render_long_help().to_string();
        for word in ["VIGIROUTE_SCENARIO", "VIGIROUTE_MQTT_PASSWORD_FILE", "replay", "check", "Exit codes"] {
            assert!(help.contains(word), "{word}");
        }
    }
}

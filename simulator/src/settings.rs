//! The command line and the environment.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use link::settings::{HealthArgs, LogArgs, MqttArgs};
use model::Timestamp;

/// Where the simulator's health is served unless said otherwise.
pub const HEALTH_PORT: u16 = 9103;
/// The roads that ship.
const HELSINKI: &str = "data/roads/helsinki/network.geojson";

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

    /// Change a simulation that runs, at once: `simulator set vehicles=2000 gps_noise_m=5`.
    ///
    /// Each argument is NAME=VALUE. There are: vehicles, report_share (0 to 1), report_rule (fixed, cam),
    /// report_interval_s, gps_noise_m, report_loss, report_delay_s, report_duplicates, speed, weather (0.3 to 1);
    /// incident.kind (crash, breakdown, lane_closure, roadworks) with incident.place.lat and incident.place.lon, and
    /// incident.duration_s and the like, to stage an incident; clear=ID to clear one. All of it is done, or nothing.
    Set(Box<SetArgs>),

    /// Write what the vehicles of a scenario send to a recording, without any server, as fast as this machine can.
    ///
    /// The same scenario, seed and begin give the same file, byte for byte. SIGINT or SIGTERM end it before, with all that
    /// was made.
    Generate(Box<GenerateArgs>),

    /// Play what vehicles did into the broker: a recording, SUMO's floating car data, or GPX tracks; plain, gzip or zstd.
    ///
    /// A recording has one JSON object a line and is played as it is, topics and payloads:
    ///
    ///   {"topic":"vigiroute/v1/vehicles/v1/position","received":1760000000123,"payload":{"ts":…,"lat":…,"lon":…}}
    ///
    /// `received` is the time in epoch milliseconds at which the broker had the message.
    ///
    /// SUMO's floating car data (sumo --fcd-output FILE) and GPX tracks become position reports of vehicles of the same
    /// names. They are dated so that the last report is dated when it is played, or from --begin on. SUMO writes metres of
    /// its network, which --net names, or degrees with --fcd-output.geo.
    ///
    /// Ends when all is played and the broker has confirmed it. SIGINT or SIGTERM end it before, in good order.
    #[command(verbatim_doc_comment)]
    Replay(Box<ReplayArgs>),
}

/// Settings of `simulator run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Road network of scenarios that name none: OSM-tagged GeoJSON, .osm.pbf or SUMO's .net.xml.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_ROADS", default_value = HELSINKI)]
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

    /// What the first moment is dated: RFC 3339, or epoch milliseconds; not in the future. Now, unless given.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub begin: Option<Timestamp>,

    /// So many times as fast as in the world; faster than 1 only with --begin, until the simulation's clock has reached the
    /// world's.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true, value_parser = time_speed)]
    pub speed: f64,

    /// Write what is true of incidents and jams to this file, a line of JSON each.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_TRUTH")]
    pub truth: Option<PathBuf>,

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

    /// Road network of scenarios that name none: OSM-tagged GeoJSON, .osm.pbf or SUMO's .net.xml.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_ROADS", default_value = HELSINKI)]
    pub roads: PathBuf,
}

/// Settings of `simulator list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The folder with the scenarios.
    #[arg(default_value = "simulator/scenarios")]
    pub folder: PathBuf,
}

/// Settings of `simulator set`.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// What to change.
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub changes: Vec<String>,

    /// Name of the connection at the broker.
    #[arg(long, value_name = "NAME", default_value = "sim-set")]
    pub mqtt_client_id: String,

    /// The broker.
    #[command(flatten)]
    pub mqtt: MqttArgs,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
}

/// Settings of `simulator generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// The scenario.
    pub scenario: PathBuf,

    /// The recording: NDJSON, compressed if its name ends with .zst or .gz.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// Road network of scenarios that name none: OSM-tagged GeoJSON, .osm.pbf or SUMO's .net.xml.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_ROADS", default_value = HELSINKI)]
    pub roads: PathBuf,

    /// So many seconds of traffic, after the warm-up.
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0, value_parser = duration)]
    pub duration: f64,

    /// What the first moment is dated: RFC 3339, or epoch milliseconds.
    #[arg(long, value_name = "TIME", default_value = "2026-01-01T00:00:00Z", value_parser = time)]
    pub begin: Timestamp,

    /// So many vehicles instead of what the scenario says.
    #[arg(long, value_name = "NUMBER")]
    pub vehicles: Option<usize>,

    /// Another seed than the scenario's.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// Write what is true of incidents and jams to this file, a line of JSON each.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,

    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
}

/// Settings of `simulator replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The file; - is standard input.
    pub recording: PathBuf,

    /// The network whose metres SUMO's floating car data has.
    #[arg(long, value_name = "NET.XML")]
    pub net: Option<PathBuf>,

    /// What the first moment of floating car data or tracks is dated: RFC 3339, or epoch milliseconds.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub begin: Option<Timestamp>,

    /// So many times as fast as it was recorded; 0 = as fast as the broker takes it.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true, value_parser = speed)]
    pub speed: f64,

    /// Leave out the first seconds of the recording, as after an interruption; zones are played all the same.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds_into)]
    pub from: f64,

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

fn time(text: &str) -> Result<Timestamp, String> {
    let of_ms = text.parse().ok().and_then(Timestamp::from_ms);
    of_ms
        .or_else(|| Timestamp::parse_rfc3339(text))
        .ok_or_else(|| "RFC 3339, as 2026-09-29T04:53:15Z, or epoch milliseconds".to_owned())
}

fn time_speed(text: &str) -> Result<f64, String> {
    let limits = model::simulation::limits::SPEED;
    match text.parse::<f64>() {
        Ok(factor) if limits.contain(factor) => Ok(factor),
        _ => Err(format!("a number from {limits}")),
    }
}

fn duration(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.25..=604_800.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds, 0.25 to 604800".to_owned()),
    }
}

fn seconds_into(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=31_536_000.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds, 0 to 31536000".to_owned()),
    }
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
        let begin = |text| Cli::try_parse_from(["simulator", "replay", "x.xml", "--begin", text]).is_ok();
        assert!(begin("2026-09-29T04:53:15Z") && begin("1760000000000") && !begin("noon"));
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

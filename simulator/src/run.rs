//! `simulator run`: traffic in real time, reports to the broker.

use anyhow::{Context, anyhow};
use link::{Failure, Readiness, health, shutdown, telemetry};

use crate::clock::now;
use crate::drive::{Setup, drive};
use crate::engine::Engine;
use crate::files;
use crate::publish::FleetSettings;
use crate::settings::{HEALTH_PORT, RunArgs};
use crate::truth_file::TruthFile;

/// Runs a scenario until a signal asks to end.
///
/// # Errors
/// Wrong settings or scenario, or a failure of the machine. A broker that is away is no error: it is waited for.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let mut scenario = files::scenario(&args.scenario)?;
    scenario.vehicles = args.vehicles.unwrap_or(scenario.vehicles);
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    let zones = files::zones(&scenario)?;
    let network = files::roads(&args.roads, &scenario)?;
    let broker = args.mqtt.resolve("simulator")?;
    if args.begin.is_some_and(|begin| begin > now()) {
        return Err(Failure::Usage(anyhow!(
            "--begin lies in the future, and nobody takes reports from there"
        )));
    }
    if args.speed > 1.0 && args.begin.is_none() {
        return Err(Failure::Usage(anyhow!(
            "--speed {} needs a --begin in the past: nobody takes reports from the future",
            args.speed
        )));
    }
    let truth = args.truth.as_deref().map(TruthFile::create).transpose()?;
    // The warm-up takes a while; time 0 is after it.
    let mut engine = Engine::new(&scenario, network, now()).map_err(Failure::Usage)?;
    let begin = args.begin.unwrap_or_else(now);
    engine.set_start(begin);
    let setup = Setup { scenario, zones, engine, begin, speed: args.speed, truth };
    let settings = FleetSettings { broker, link_name: args.mqtt_client_id.clone() };

    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let shutdown = shutdown::on_signals().context("cannot listen for signals")?;
        let readiness = Readiness::new();
        let metrics = telemetry::start_metrics()?;
        let bind = args.health.bind(HEALTH_PORT);
        let address = health::serve(bind, readiness.clone(), metrics, shutdown.clone())
            .await
            .map_err(|error| Failure::Usage(error.into()))?;
        tracing::info!(%address, "health and metrics");
        drive(setup, &settings, &readiness, &shutdown).await
    })
}

//! `simulator run`: traffic in real time, reports to the broker.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use link::{Readiness, health, shutdown, telemetry};
use metrics::{counter, gauge, histogram};
use model::{Timestamp, topic};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::files;
use crate::publish::{Fleet, FleetSettings, scenario_json, truth_json};
use crate::reports::{Outgoing, Reporter, ReporterSettings};
use crate::scenario::Scenario;
use crate::settings::{HEALTH_PORT, RunArgs};
use crate::traffic::{STEP_MS, Simulation, TrafficEvent};
use link::Failure;

/// How often due reports are handed over.
const TICK: Duration = Duration::from_millis(5);
/// How far the reports' clock may be from the system's before it is set.
const CLOCK_TOLERANCE_MS: i64 = 1_500;
/// Steps made up for in one go, so that the connections are looked after in between.
const MOST_STEPS: usize = 4;
/// How far the simulation may lag behind before it gives up catching up.
const MOST_LAG_MS: i64 = 5_000;
/// How often the log says how it goes.
const PROGRESS_EVERY: Duration = Duration::from_secs(60);

/// Runs a scenario until a signal asks to end.
///
/// # Errors
/// Wrong settings or scenario, or a failure of the machine. A broker that is away is no error: it is waited for.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let mut scenario = files::scenario(&args.scenario)?;
    scenario.vehicles = args.vehicles.unwrap_or(scenario.vehicles);
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    let network = files::roads(&args.roads)?;
    let plan = scenario.plan(&network).map_err(|error| Failure::Usage(error.into()))?;
    let broker = args.mqtt.resolve("simulator")?;
    let simulation = Simulation::new(network, &plan).map_err(|error| Failure::Usage(error.into()))?;
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
        drive(simulation, &scenario, &settings, &readiness, &shutdown).await
    })
}

/// Drives on until `shutdown`, then says goodbye for all vehicles.
async fn drive(
    simulation: Simulation,
    scenario: &Scenario,
    settings: &FleetSettings,
    readiness: &Readiness,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let started_at = now();
    let reporter_settings = ReporterSettings {
        interval_ms: (scenario.report_interval_s * 1_000.0).round().max(1.0) as i64,
        gps_noise_m: scenario.gps_noise_m,
        seed: scenario.seed,
        start: started_at,
    };
    let reporter = Reporter::new(reporter_settings, &simulation);
    let fleet = Fleet::connect(settings, reporter.ids(), readiness).map_err(|error| {
        Failure::Usage(anyhow::Error::new(error).context(format!("--mqtt-client-id {}", settings.link_name)))
    })?;
    tracing::info!(
        vehicles = scenario.vehicles,
        broker = %format_args!("{}:{}", settings.broker.host, settings.broker.port),
        "driving"
    );
    gauge!("vigiroute_simulator_vehicles").set(scenario.vehicles as f64);
    let mut drive = Drive {
        simulation,
        reporter,
        fleet,
        due: VecDeque::new(),
        fresh: Vec::new(),
        origin: Instant::now(),
        reports: 0,
    };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut progress = tokio::time::interval_at(Instant::now() + PROGRESS_EVERY, PROGRESS_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = progress.tick() => drive.tell_progress(),
            _ = tick.tick() => drive.advance(scenario, started_at),
        }
    }
    let last_word = scenario_json(scenario, started_at, false);
    let closing = drive.fleet.close(topic::SIMULATION_SCENARIO, last_word);
    match tokio::time::timeout(shutdown::DRAIN_TIME, closing).await {
        Ok(true) => tracing::info!("ended; all vehicles are offline"),
        _ => tracing::warn!("ended without the broker's confirmation that all vehicles are offline"),
    }
    Ok(())
}

/// A simulation in the course of time.
struct Drive {
    simulation: Simulation,
    reporter: Reporter,
    fleet: Fleet,
    /// Reports made and not due yet.
    due: VecDeque<Outgoing>,
    fresh: Vec<Outgoing>,
    /// The moment of time 0.
    origin: Instant,
    /// Reports handed over since the last word about progress.
    reports: u64,
}

impl Drive {
    /// Steps the simulation as far as the time has come, always one step ahead, and hands over what is due.
    fn advance(&mut self, scenario: &Scenario, started_at: Timestamp) {
        let mut now_ms = self.elapsed_ms();
        for _ in 0..MOST_STEPS {
            if self.simulation.now_ms() <= now_ms {
                self.step();
            }
        }
        if now_ms - self.simulation.now_ms() > MOST_LAG_MS {
            self.skip(now_ms - self.simulation.now_ms());
            now_ms = self.elapsed_ms();
        }
        if now_ms / 1_000 != (now_ms - TICK.as_millis() as i64) / 1_000 {
            self.mind_clock(now_ms);
        }
        while self.due.front().is_some_and(|report| report.due_ms <= now_ms) {
            let Some(Outgoing { vehicle, is_hazard, payload, .. }) = self.due.pop_front() else { break };
            self.reports += 1;
            let vehicle = vehicle.0 as usize;
            if is_hazard {
                self.fleet.hazard(vehicle, payload)
            } else {
                self.fleet.position(vehicle, payload)
            }
        }
        if self.fleet.flush() {
            // A broker that was started anew may have forgotten it.
            self.fleet.announce(topic::SIMULATION_SCENARIO, scenario_json(scenario, started_at, true), true);
        }
    }

    fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Leaves out time that this machine had no power for.
    fn skip(&mut self, lag_ms: i64) {
        tracing::warn!(lag_ms, "this machine cannot keep up with so many vehicles: leaving out some time");
        self.origin += Duration::from_millis(lag_ms.unsigned_abs());
        self.reporter.set_start(self.reporter.clock(lag_ms));
    }

    fn step(&mut self) {
        let begun = std::time::Instant::now();
        self.simulation.step();
        self.reporter.collect(&self.simulation, &mut self.fresh);
        self.due.extend(self.fresh.drain(..));
        while let Some(event) = self.simulation.poll_event() {
            self.take_event(&event);
        }
        histogram!("vigiroute_simulator_step_seconds").record(begun.elapsed().as_secs_f64());
    }

    fn take_event(&mut self, event: &TrafficEvent) {
        match event {
            TrafficEvent::Hazard(hazard) => {
                counter!("vigiroute_simulator_hazards_total").increment(1);
                let report = self.reporter.hazard(&self.simulation, hazard);
                self.due.push_back(report);
            }
            TrafficEvent::Incident(incident) => {
                let at = self.reporter.clock(self.simulation.now_ms());
                let network = Arc::clone(self.simulation.network());
                let street = network.link(incident.link).name.as_deref().unwrap_or("a road without a name");
                tracing::info!(
                    kind = incident.kind.as_str(),
                    phase = incident.phase.as_str(),
                    vehicles = incident.vehicles.len(),
                    street,
                    lat = model::round7(incident.position.lat),
                    lon = model::round7(incident.position.lon),
                    "incident"
                );
                let truth = truth_json(incident, at, &network, self.reporter.ids());
                self.fleet.announce(topic::SIMULATION_TRUTH, truth, false);
            }
            TrafficEvent::Entered(_) | TrafficEvent::Left(_) => {}
        }
    }

    /// Follows the system's clock when that was set, or when this machine could not keep up.
    fn mind_clock(&mut self, now_ms: i64) {
        let off_ms = now().since_ms(self.reporter.clock(now_ms));
        if off_ms.abs() > CLOCK_TOLERANCE_MS {
            tracing::warn!(off_ms, "the clock was set; reports follow it");
            self.reporter.set_start(now() - now_ms);
        }
    }

    fn tell_progress(&mut self) {
        let reports_per_s = self.reports as f64 / PROGRESS_EVERY.as_secs_f64();
        self.reports = 0;
        tracing::info!(
            simulated_s = self.simulation.now_ms() / 1_000,
            reports_per_s,
            connections = self.fleet.connected(),
            "driving"
        );
    }
}

fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms_clamped(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// A step is shorter than the time in which its reports are due.
const _: () = assert!(STEP_MS as u128 > TICK.as_millis());

//! A simulation in the course of time: its reports go to the broker when they are due, and what the broker says is asked of it
//! is done.

mod pacer;

use std::time::Duration;

use link::{Failure, Readiness, shutdown};
use metrics::{counter, gauge, histogram};
use model::simulation::{Command, Refusal, Reply, Truth, TruthKind};
use model::{Phase, Timestamp, Zone, topic};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::clock::now;
use crate::engine::Engine;
use crate::publish::{Fleet, FleetSettings, scenario_json};
use crate::reports::Outgoing;
use crate::scenario::Scenario;
use crate::traffic::STEP_MS;
use crate::truth_file::TruthFile;
use pacer::Pacer;

/// How often due reports are handed over.
const TICK: Duration = Duration::from_millis(5);
/// How far the reports' clock may be from where it should be before it is set.
const CLOCK_TOLERANCE_MS: i64 = 1_500;
/// Steps made up for in one go, so that the connections are looked after in between.
const MOST_STEPS: usize = 4;
/// How far the simulation may lag behind before it gives up catching up.
const MOST_LAG_MS: i64 = 5_000;
/// How often the log says how it goes.
const PROGRESS_EVERY: Duration = Duration::from_secs(60);
/// How far behind the world's clock the simulation's must be to run faster, ms.
const LEAST_BEHIND_MS: i64 = 1_000;

/// What is driven.
#[derive(Debug)]
pub struct Setup {
    /// The scenario; what is changed while it runs is changed here too.
    pub scenario: Scenario,
    /// The scenario's zones, for whoever watches zones.
    pub zones: Vec<Zone>,
    /// Traffic and reports.
    pub engine: Engine,
    /// What the first moment is dated.
    pub begin: Timestamp,
    /// How many times as fast as in the world time runs.
    pub speed: f64,
    /// Where the truth is written to.
    pub truth: Option<TruthFile>,
}

/// Drives on until `shutdown`, then says goodbye for all vehicles.
///
/// # Errors
/// If the connections' name is none, or the truth cannot be written.
pub async fn drive(
    setup: Setup,
    settings: &FleetSettings,
    readiness: &Readiness,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let fleet = Fleet::connect(settings, setup.engine.simulation().slots(), readiness).map_err(|error| {
        Failure::Usage(anyhow::Error::new(error).context(format!("--mqtt-client-id {}", settings.link_name)))
    })?;
    tracing::info!(
        vehicles = setup.scenario.vehicles,
        broker = %format_args!("{}:{}", settings.broker.host, settings.broker.port),
        "driving"
    );
    let mut drive = Drive {
        pacer: Pacer::new(setup.speed, Instant::now()),
        behind_ms: 0,
        setup,
        fleet,
        reports: 0,
        second: 0,
    };
    drive.behind_ms = drive.measured_behind_ms();
    drive.say_scenario(true);
    drive.publish_zones();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut progress = tokio::time::interval_at(Instant::now() + PROGRESS_EVERY, PROGRESS_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = progress.tick() => drive.tell_progress(),
            _ = tick.tick() => drive.advance()?,
        }
    }
    let last_word = drive.scenario(false);
    let closing = drive.fleet.close(topic::SIMULATION_SCENARIO, last_word);
    match tokio::time::timeout(shutdown::DRAIN_TIME, closing).await {
        Ok(true) => tracing::info!("ended; all vehicles are offline"),
        _ => tracing::warn!("ended without the broker's confirmation that all vehicles are offline"),
    }
    Ok(())
}

struct Drive {
    setup: Setup,
    fleet: Fleet,
    pacer: Pacer,
    /// How far the reports' clock is meant to be behind the world's, ms.
    behind_ms: i64,
    /// Reports handed over since the last word about progress.
    reports: u64,
    /// The second of the simulation that was last looked at as a whole.
    second: i64,
}

impl Drive {
    /// Steps the simulation as far as the time has come, always one step ahead, and hands over what is due.
    fn advance(&mut self) -> anyhow::Result<()> {
        while let Some(payload) = self.fleet.take_command() {
            self.obey(&payload);
        }
        let mut now_ms = self.pacer.at(Instant::now());
        for _ in 0..MOST_STEPS {
            if self.setup.engine.now_ms() <= now_ms {
                self.step()?;
            }
        }
        let lag_ms = now_ms - self.setup.engine.now_ms();
        if lag_ms > MOST_LAG_MS {
            self.skip(lag_ms);
            now_ms = self.pacer.at(Instant::now());
        }
        if self.pacer.speed() != 1.0 || now_ms / 1_000 != self.second {
            self.second = now_ms / 1_000;
            self.mind_clock();
        }
        if self.setup.engine.take_vehicles_changed() {
            let there = self.setup.engine.reporting_vehicles();
            self.fleet.seat_exactly(there.map(|(vehicle, serial, id)| (vehicle.0 as usize, serial, id)));
            gauge!("vigiroute_simulator_vehicles")
                .set(self.setup.engine.simulation().vehicles().count() as f64);
        }
        while let Some(report) = self.setup.engine.take_arrived(now_ms) {
            self.reports += 1;
            let Outgoing { vehicle, serial, is_hazard, payload, .. } = report;
            if is_hazard {
                self.fleet.hazard(serial, payload)
            } else {
                self.fleet.position(vehicle.0 as usize, serial, payload)
            }
        }
        if self.fleet.flush() {
            // A broker that was started anew may have forgotten it.
            self.say_scenario(true);
            self.publish_zones();
        }
        Ok(())
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let begun = std::time::Instant::now();
        let engine = &mut self.setup.engine;
        engine.step();
        counter!("vigiroute_simulator_hazards_total").increment(engine.take_hazards());
        while let Some(truth) = engine.poll_truth() {
            tell_of(&truth);
            if let Some(file) = &mut self.setup.truth {
                file.add(&truth)?;
            }
            let payload = serde_json::to_vec(&truth)?;
            self.fleet.announce(topic::SIMULATION_TRUTH, payload, false);
        }
        if engine.take_incidents_changed() {
            self.say_scenario(true);
        }
        histogram!("vigiroute_simulator_step_seconds").record(begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// Does what a message asks for, and answers.
    fn obey(&mut self, payload: &[u8]) {
        let (request, outcome) = match Command::from_json(payload) {
            Ok(command) => (command.request.clone(), self.try_obey(&command)),
            Err((request, refusal)) => (request, Err(refusal)),
        };
        let reply = match outcome {
            Ok(incident) => {
                // Before the answer, so that whoever is answered finds it changed.
                self.say_scenario(true);
                Reply::done(request, incident)
            }
            Err(refusal) => {
                tracing::warn!(%refusal, "not done what was asked for");
                Reply::refused(request, refusal)
            }
        };
        self.fleet.announce(topic::SIMULATION_REPLY, serde_json::to_vec(&reply).unwrap_or_default(), false);
    }

    fn try_obey(&mut self, command: &Command) -> Result<Option<String>, Refusal> {
        let faster = command.tuning.speed.filter(|speed| *speed > 1.0);
        if faster.is_some() && self.measured_behind_ms() < LEAST_BEHIND_MS {
            let reason = "the simulation's clock shows the time of the world and cannot run ahead of it, because nobody \
                 takes reports from the future; start with --begin in the past, or let it run slower first";
            return Err(Refusal::of("speed", reason));
        }
        let incident = self.setup.engine.obey(command)?;
        let scenario = &mut self.setup.scenario;
        scenario.vehicles = command.tuning.vehicles.unwrap_or(scenario.vehicles);
        scenario.weather = command.tuning.weather.unwrap_or(scenario.weather);
        scenario.reporting = *self.setup.engine.reporting();
        if let Some(speed) = command.tuning.speed {
            self.set_speed(speed);
        }
        tracing::info!(tuning = ?command.tuning, incident, clear = command.clear, "changed");
        Ok(incident)
    }

    fn set_speed(&mut self, speed: f64) {
        self.pacer.set_speed(speed, Instant::now());
        self.behind_ms = self.measured_behind_ms();
    }

    /// How far the reports' clock is behind the world's.
    fn measured_behind_ms(&self) -> i64 {
        now().since_ms(self.setup.engine.clock(self.pacer.at(Instant::now())))
    }

    /// Leaves out time that this machine had no power for.
    fn skip(&mut self, lag_ms: i64) {
        self.pacer.take_back(lag_ms);
        if self.pacer.speed() > 1.0 {
            tracing::debug!(lag_ms, "as fast as this machine can");
            return;
        }
        tracing::warn!(lag_ms, "this machine cannot keep up with so many vehicles: leaving out some time");
        let start = self.setup.engine.clock(lag_ms);
        self.setup.engine.set_start(start);
    }

    /// Keeps the reports' clock where it should be: as far behind the world's as it was, also when that was set; never ahead.
    fn mind_clock(&mut self) {
        let behind_ms = self.measured_behind_ms();
        if self.pacer.speed() > 1.0 && behind_ms <= 0 {
            tracing::info!("the simulation's clock has reached the world's: on at its pace");
            self.set_speed(1.0);
            self.say_scenario(true);
            return;
        }
        let off_ms = behind_ms - self.behind_ms;
        if self.pacer.speed() != 1.0 {
            self.behind_ms = behind_ms;
        } else if off_ms.abs() > CLOCK_TOLERANCE_MS {
            tracing::warn!(off_ms, "the clock was set; reports follow it");
            let start = self.setup.engine.clock(off_ms);
            self.setup.engine.set_start(start);
        }
    }

    fn scenario(&self, running: bool) -> Vec<u8> {
        let Setup { scenario, engine, begin, .. } = &self.setup;
        scenario_json(scenario, engine.incidents(), *begin, self.pacer.speed(), running)
    }

    fn say_scenario(&mut self, running: bool) {
        let word = self.scenario(running);
        self.fleet.announce(topic::SIMULATION_SCENARIO, word, true);
    }

    fn publish_zones(&mut self) {
        for zone in &self.setup.zones {
            self.fleet.announce(&topic::zone(&zone.id), zone.to_feature().to_string().into_bytes(), true);
        }
    }

    fn tell_progress(&mut self) {
        let reports_per_s = self.reports as f64 / PROGRESS_EVERY.as_secs_f64();
        self.reports = 0;
        tracing::info!(
            simulated_s = self.setup.engine.now_ms() / 1_000,
            reports_per_s,
            connections = self.fleet.connected(),
            "driving"
        );
    }
}

/// A line in the log; of jams only how they begin and end.
fn tell_of(truth: &Truth) {
    let Truth { id, kind, phase, position, vehicles, .. } = truth;
    if *kind == TruthKind::Jam && (*phase == Phase::Updated || truth.marginal) {
        return;
    }
    let street = truth.road.as_ref().and_then(|road| road.name.as_deref()).unwrap_or("a road without a name");
    let (lat, lon) = (model::round7(position.lat), model::round7(position.lon));
    tracing::info!(id, phase = phase.as_str(), vehicles = vehicles.len(), street, lat, lon, "truth");
}

/// A step is shorter than the time in which its reports are due.
const _: () = assert!(STEP_MS as u128 > TICK.as_millis());

//! Traffic and its reports together, step by step, without any clock: what a run in real time and a recording have in common.

use std::collections::VecDeque;
use std::sync::Arc;

use model::simulation::{Command, Refusal, Truth};
use model::{Timestamp, VehicleId};
use roadnet::Network;

use crate::incidents::Incidents;
use crate::jams::Jams;
use crate::reports::{Outgoing, Queue, Reporter, Reporting, vehicle_id};
use crate::scenario::{Scenario, ScenarioIncident, weather};
use crate::traffic::{Incident, IncidentPhase, STEP_MS, Simulation, TrafficEvent, VehicleIdx};
use crate::truth;

/// A simulation whose vehicles report.
#[derive(Debug)]
pub struct Engine {
    simulation: Simulation,
    reporter: Reporter,
    /// Reports made and not arrived yet.
    under_way: Queue,
    fresh: Vec<Outgoing>,
    incidents: Incidents,
    jams: Jams,
    truths: VecDeque<Truth>,
    hazards: u64,
    vehicles_changed: bool,
    incidents_changed: bool,
}

impl Engine {
    /// `start` is what the clock shows at time 0.
    ///
    /// # Errors
    /// What of the scenario cannot be had on this network.
    pub fn new(scenario: &Scenario, network: Arc<Network>, start: Timestamp) -> anyhow::Result<Self> {
        let simulation = Simulation::new(Arc::clone(&network), &scenario.plan(&network)?)?;
        Ok(Self {
            reporter: Reporter::new(scenario.reporting, scenario.seed, start, &simulation),
            simulation,
            under_way: Queue::default(),
            fresh: Vec::new(),
            incidents: Incidents::planned(&scenario.incidents),
            jams: Jams::default(),
            truths: VecDeque::new(),
            hazards: 0,
            vehicles_changed: true,
            incidents_changed: false,
        })
    }

    /// Takes the traffic one step further.
    pub fn step(&mut self) {
        self.simulation.step();
        self.reporter.collect(&self.simulation, &mut self.fresh);
        while let Some(event) = self.simulation.poll_event() {
            match event {
                TrafficEvent::Hazard(hazard) => {
                    self.hazards += 1;
                    self.fresh.push(self.reporter.hazard(&self.simulation, &hazard));
                }
                TrafficEvent::Incident(incident) => self.take_incident(&incident),
                TrafficEvent::Entered(_) | TrafficEvent::Left(_) => self.vehicles_changed = true,
            }
        }
        self.fresh.drain(..).for_each(|report| self.under_way.put(report));
        let (start, now_ms) = (self.reporter.clock(0), self.now_ms());
        for (word, news) in self.jams.look(&self.simulation) {
            self.truths.extend(truth::of_jam(&news, word, start, now_ms, self.simulation.network()));
        }
    }

    fn take_incident(&mut self, incident: &Incident) {
        let at = self.reporter.clock(self.now_ms());
        let known = match incident.phase {
            IncidentPhase::Started | IncidentPhase::Updated => {
                self.incidents.is_present(incident.number, incident.cycle, at)
            }
            IncidentPhase::Ended => self.incidents.is_over(incident.number, incident.cycle, at),
        };
        let Some((id, since)) = known else { return };
        let name = |vehicle| vehicle_id(self.simulation.serial(vehicle));
        let network = self.simulation.network();
        self.truths.push_back(truth::of_incident(incident, id, since, at, network, name));
        self.incidents_changed = true;
    }

    /// Milliseconds from time 0 to the end of the last step.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.simulation.now_ms()
    }

    /// The next report that has arrived by now.
    pub fn take_arrived(&mut self, now_ms: i64) -> Option<Outgoing> {
        self.under_way.take_due(now_ms.min(self.now_ms()))
    }

    /// What became true, in order.
    pub fn poll_truth(&mut self) -> Option<Truth> {
        self.truths.pop_front()
    }

    /// Checks what is asked for and does it: all of it, or nothing. The id of the incident that it stages.
    ///
    /// # Errors
    /// Why it cannot be done; then nothing was changed.
    pub fn obey(&mut self, command: &Command) -> Result<Option<String>, Refusal> {
        let cleared = match &command.clear {
            Some(id) => Some(self.incidents.number_of(id).ok_or_else(|| {
                Refusal::of("clear", format!("there is no incident {id:?} that is planned or going on"))
            })?),
            None => None,
        };
        let staged = match &command.incident {
            Some(order) => Some(self.stage(order)?),
            None => None,
        };
        if let Some(count) = command.tuning.vehicles
            && let Err(error) = self.simulation.set_vehicles(count)
        {
            if let Some((number, _)) = staged {
                self.simulation.clear(number);
                self.incidents.is_cleared(number);
            }
            return Err(Refusal::of("vehicles", error.to_string()));
        }
        if let Some(number) = cleared {
            self.simulation.clear(number);
            self.incidents.is_cleared(number);
        }
        if let Some(speed_factor) = command.tuning.weather {
            self.simulation.set_weather(weather(speed_factor));
        }
        let reporting = self.reporter.reporting().tuned(&command.tuning);
        if reporting != *self.reporter.reporting() {
            self.reporter.set_reporting(reporting, self.simulation.now_ms());
        }
        self.vehicles_changed = true;
        Ok(staged.map(|(_, id)| id))
    }

    fn stage(&mut self, order: &model::simulation::IncidentOrder) -> Result<(usize, String), Refusal> {
        let id = match &order.id {
            Some(id) if self.incidents.has(id) => {
                return Err(Refusal::of("incident.id", format!("there is or was an incident {id:?}")));
            }
            Some(id) => id.clone(),
            None => self.incidents.free_name(),
        };
        let now_s = self.now_ms() as f64 / 1_000.0;
        let incident = ScenarioIncident::ordered(order, id.clone(), now_s);
        let plan = incident.plan(self.simulation.network());
        let plan = plan.map_err(|reason| {
            let field = if reason.starts_with("lane ") { "incident.lanes" } else { "incident.place" };
            Refusal::of(field, reason)
        })?;
        let number =
            self.simulation.stage(plan).map_err(|error| Refusal::of("incident", error.to_string()))?;
        self.incidents.add(incident);
        Ok((number, id))
    }

    /// The traffic.
    #[must_use]
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The incidents that are planned or going on.
    #[must_use]
    pub fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    /// How vehicles report.
    #[must_use]
    pub fn reporting(&self) -> &Reporting {
        self.reporter.reporting()
    }

    /// What the clock shows at a time of the simulation.
    #[must_use]
    pub fn clock(&self, at_ms: i64) -> Timestamp {
        self.reporter.clock(at_ms)
    }

    /// Changes what the clock shows at time 0.
    pub fn set_start(&mut self, start: Timestamp) {
        self.reporter.set_start(start);
    }

    /// Each vehicle that reports: its number, its own number, its name.
    pub fn reporting_vehicles(&self) -> impl Iterator<Item = (VehicleIdx, u32, VehicleId)> + '_ {
        let there = self.simulation.vehicles().filter(|&vehicle| self.reporter.reports(vehicle));
        there.filter_map(|vehicle| {
            let serial = self.simulation.serial(vehicle);
            Some((vehicle, serial, vehicle_id(serial)?))
        })
    }

    /// Whether other vehicles report than at the last call.
    pub fn take_vehicles_changed(&mut self) -> bool {
        std::mem::take(&mut self.vehicles_changed)
    }

    /// Whether the list of incidents is another than at the last call.
    pub fn take_incidents_changed(&mut self) -> bool {
        std::mem::take(&mut self.incidents_changed)
    }

    /// Hazards reported since the last call.
    pub fn take_hazards(&mut self) -> u64 {
        std::mem::take(&mut self.hazards)
    }
}

/// How many steps of the traffic are in so many seconds.
#[must_use]
pub fn steps_in(duration_s: f64) -> u64 {
    (duration_s * 1_000.0 / STEP_MS as f64).ceil() as u64
}

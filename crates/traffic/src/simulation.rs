//! The simulation as a whole: one step after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use roadnet::Network;

use super::count::Count;
use super::demand::Demand;
use super::departures::Departures;
use super::event::TrafficEvent;
use super::incident::{Scene, StagedIncident};
use super::plan::TrafficPlan;
use super::spawn::BuildError;
use super::vehicle::VehicleIdx;
use super::world::{STEP_MS, STEP_S, World};

/// Steps between two looks of drivers at the state of the roads, and at how many there should be.
const COST_STEPS: u32 = 20;
const COUNT_STEPS: u32 = 4;
/// Events kept for whoever does not ask for them.
const MOST_EVENTS: usize = 1_000_000;

/// Traffic on a network. Knows no clock: every [`step`](Simulation::step) takes it 250 ms further, and nothing but the
/// network, the plan and its seed (and what is asked of it meanwhile) decides what happens.
#[derive(Debug)]
pub struct Simulation {
    pub(crate) world: World,
    pub(crate) demand: Demand,
    pub(crate) incidents: Vec<StagedIncident>,
    pub(crate) fresh: Vec<TrafficEvent>,
    pub(crate) events: VecDeque<TrafficEvent>,
    pub(crate) rng: SmallRng,
    pub(crate) count: Count,
    pub(crate) departures: Departures,
    /// Steps before time 0.
    warm_up_steps: u32,
}

impl Simulation {
    /// Traffic by a plan, at time 0, already flowing.
    ///
    /// # Errors
    /// If the network does not hold so many vehicles.
    pub fn new(network: Arc<Network>, plan: &TrafficPlan) -> Result<Self, BuildError> {
        let mut world = World::new(network);
        world.check_room(plan.vehicles)?;
        world.weather = plan.weather.clamped();
        let mut rng = SmallRng::seed_from_u64(plan.seed);
        let demand = Demand::new(&world, plan, SmallRng::from_rng(&mut rng));
        let departures = Departures::new(&plan.trips, world.streets.len());
        let incidents = plan.incidents.iter().enumerate().map(|(i, &plan)| StagedIncident::new(i, plan));
        let mut simulation = Self {
            world,
            demand,
            incidents: incidents.collect(),
            fresh: Vec::new(),
            events: VecDeque::new(),
            rng,
            count: Count::new(plan),
            departures,
            warm_up_steps: (plan.warm_up_s.max(0.0) / STEP_S).ceil() as u32,
        };
        simulation.adjust_count(true);
        for _ in 0..simulation.warm_up_steps {
            simulation.step();
        }
        // Who is there at time 0 is there, whoever came and went before.
        simulation.events.retain(|event| !matches!(event, TrafficEvent::Entered(_) | TrafficEvent::Left(_)));
        Ok(simulation)
    }

    /// Takes the traffic 250 ms further.
    pub fn step(&mut self) {
        let now_s = self.now_ms() as f64 / 1_000.0;
        self.world.step += 1;
        if self.world.step.is_multiple_of(COST_STEPS) {
            self.demand.refresh_costs(&self.world);
        }
        if self.world.step.is_multiple_of(COUNT_STEPS) {
            self.adjust_count(false);
        }
        self.let_in_at_sources();
        self.let_depart(now_s);
        let mut scene =
            Scene { world: &mut self.world, demand: &mut self.demand, events: &mut self.fresh, now_s };
        for incident in &mut self.incidents {
            incident.step(&mut scene);
        }
        self.world.lights.step(self.world.step);
        self.world.serve_requests();
        self.world.plan_moves();
        self.world.carry_out();
        self.world.change_lanes();
        self.look_after_trips();
        self.events.extend(self.fresh.drain(..));
        while self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
    }

    /// Milliseconds from time 0 to the end of the last step; negative while warming up.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (i64::from(self.world.step) - i64::from(self.warm_up_steps)) * STEP_MS
    }

    /// What happened in the last steps, in order.
    pub fn poll_event(&mut self) -> Option<TrafficEvent> {
        self.events.pop_front()
    }

    /// The network it runs on.
    #[must_use]
    pub fn network(&self) -> &Arc<Network> {
        &self.world.network
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// New trips for those who have nearly arrived, other ways for those who have waited long or are on the wrong lane, an
    /// end for those who are there.
    fn look_after_trips(&mut self) {
        let world = &mut self.world;
        for idx in std::mem::take(&mut world.out) {
            world.take_off(idx);
            world.forget(idx);
            self.fresh.push(TrafficEvent::Left(idx));
        }
        let arrived = std::mem::take(&mut world.arrived);
        for &idx in &arrived {
            if world.vehicles[idx.at()].is_on_road() {
                self.demand.extend_route(world, idx);
                world.choose_lanes(idx);
                world.plan_halt(idx, &mut self.rng);
            }
        }
        world.arrived = arrived;
        for (idx, nth, lane) in std::mem::take(&mut world.lost) {
            self.demand.follow_lane(world, idx, nth, lane);
        }
        let impatient = std::mem::take(&mut world.impatient);
        for &idx in &impatient {
            self.leave_queue(idx);
        }
        self.world.impatient = impatient;
        self.world.look_after_halts(self.count.keeps_parked(), &mut self.rng, &mut self.fresh);
    }

    fn leave_queue(&mut self, idx: VehicleIdx) {
        let vehicle = &mut self.world.vehicles[idx.at()];
        vehicle.standing_s = vehicle.patience_s / 2.0;
        self.demand.leave_queue(&mut self.world, idx);
    }
}

//! The simulation as a whole: one step after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use model::{LatLon, VehicleKind};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use roadnet::Network;

use super::day_curve::DayCurve;
use super::demand::Demand;
use super::event::TrafficEvent;
use super::fleet::FleetMix;
use super::incident::{Scene, StagedIncident};
use super::motion::Move;
use super::plan::TrafficPlan;
use super::queue::Queue;
use super::spawn::BuildError;
use super::street::position_in_lane;
use super::vehicle::{Place, VehicleIdx};
use super::world::{STEP_MS, STEP_S, World};

/// Steps between two looks of drivers at the state of the roads.
const COST_STEPS: u64 = 20;

/// Traffic on a network. Knows no clock: every [`step`](Simulation::step) takes it 250 ms further, and nothing but the
/// network, the plan and its seed decides what happens.
#[derive(Debug)]
pub struct Simulation {
    pub(crate) world: World,
    pub(crate) demand: Demand,
    pub(crate) incidents: Vec<StagedIncident>,
    moves: Vec<Move>,
    fresh: Vec<TrafficEvent>,
    pub(crate) events: VecDeque<TrafficEvent>,
    pub(crate) rng: SmallRng,
    pub(crate) mix: FleetMix,
    /// Vehicles that are to drive when demand is highest.
    pub(crate) wanted: usize,
    pub(crate) curve: DayCurve,
    /// At time 0.
    pub(crate) time_of_day_s: f64,
    /// Steps before time 0.
    warm_up_steps: u64,
}

/// What a vehicle's instruments show at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Where its front is.
    pub position: LatLon,
    /// Its course, degrees clockwise from north.
    pub heading_deg: f64,
    /// Its speed, m/s.
    pub speed_mps: f64,
    /// Its acceleration along the road, m/s².
    pub accel_mps2: f64,
}

/// What a vehicle is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It is on its way, or waits to go on.
    Driving,
    /// A bus at a stop.
    AtStop,
    /// It stands at the kerb, off the lanes.
    Parked,
    /// It has crashed or broken down, or comes to a stop because of that.
    Halted,
}

/// How many vehicles there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// On the lanes.
    pub driving: usize,
    /// At the kerb.
    pub parked: usize,
}

impl Simulation {
    /// Traffic by a plan, at time 0, already flowing.
    ///
    /// # Errors
    /// If the network does not hold so many vehicles.
    pub fn new(network: Arc<Network>, plan: &TrafficPlan) -> Result<Self, BuildError> {
        let mut world = World::new(network);
        let mut rng = SmallRng::seed_from_u64(plan.seed);
        let mut demand = Demand::new(&world, plan, SmallRng::from_rng(&mut rng));
        world.weather = plan.weather.clamped();
        world.populate(plan, &mut demand, &mut rng)?;
        let mut simulation = Self {
            world,
            demand,
            incidents: plan
                .incidents
                .iter()
                .enumerate()
                .map(|(i, &plan)| StagedIncident::new(i, plan))
                .collect(),
            moves: Vec::new(),
            fresh: Vec::new(),
            events: VecDeque::new(),
            rng,
            mix: plan.mix,
            wanted: plan.vehicles,
            curve: plan.demand,
            time_of_day_s: plan.time_of_day_s,
            warm_up_steps: (plan.warm_up_s.max(0.0) / STEP_S).ceil() as u64,
        };
        simulation.adjust_count();
        for _ in 0..simulation.warm_up_steps {
            simulation.step();
        }
        Ok(simulation)
    }

    /// Takes the traffic 250 ms further.
    pub fn step(&mut self) {
        let now_s = self.now_ms() as f64 / 1_000.0;
        self.world.step += 1;
        if self.world.step.is_multiple_of(COST_STEPS) {
            self.demand.refresh_costs(&self.world);
            self.adjust_count();
        }
        let mut scene =
            Scene { world: &mut self.world, demand: &mut self.demand, events: &mut self.fresh, now_s };
        for incident in &mut self.incidents {
            incident.step(&mut scene);
        }
        self.events.extend(self.fresh.drain(..));
        self.world.serve_requests();
        self.world.plan_moves(&mut self.moves);
        self.world.carry_out(&self.moves);
        self.world.change_lanes();
        self.look_after_routes();
    }

    /// Milliseconds from time 0 to the end of the last step; negative while warming up.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.world.step as i64 - self.warm_up_steps as i64) * STEP_MS
    }

    /// What happened in the last steps, in order.
    pub fn poll_event(&mut self) -> Option<TrafficEvent> {
        self.events.pop_front()
    }

    /// The vehicles that are there, driving or parked, in order of their numbers.
    pub fn vehicles(&self) -> impl Iterator<Item = VehicleIdx> + '_ {
        let there = self.world.vehicles.iter().enumerate().filter(|(_, vehicle)| !vehicle.gone);
        there.map(|(i, _)| VehicleIdx(i as u32))
    }

    /// All vehicles' numbers are below this. It never gets smaller.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.world.vehicles.len()
    }

    /// The vehicle's own number: no other vehicle of this simulation has it, had it or will have it.
    #[must_use]
    pub fn serial(&self, vehicle: VehicleIdx) -> u32 {
        vehicle.0
    }

    /// What a vehicle is doing.
    #[must_use]
    pub fn activity(&self, vehicle: VehicleIdx) -> Activity {
        if self.world.vehicles[vehicle.at()].is_halted() { Activity::Halted } else { Activity::Driving }
    }

    /// How many vehicles there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts { driving: self.vehicles().count(), parked: 0 }
    }

    /// What sort of vehicle it is. The number must be of this simulation.
    #[must_use]
    pub fn kind(&self, vehicle: VehicleIdx) -> VehicleKind {
        self.world.vehicles[vehicle.at()].kind
    }

    /// What a vehicle's instruments show `before_now_ms` (0…250) before the end of the last step.
    #[must_use]
    pub fn observe(&self, vehicle: VehicleIdx, before_now_ms: i64) -> Observation {
        let share = 1.0 - (before_now_ms as f64 / STEP_MS as f64).clamp(0.0, 1.0);
        let vehicle = &self.world.vehicles[vehicle.at()];
        let (before, heading_before) = self.where_is(vehicle.before);
        let (now, heading_now) = self.where_is(vehicle.place());
        Observation {
            position: before.lerp(now, share),
            heading_deg: if share < 0.5 { heading_before } else { heading_now },
            speed_mps: vehicle.speed_before_mps + (vehicle.speed_mps - vehicle.speed_before_mps) * share,
            accel_mps2: vehicle.accel_mps2,
        }
    }

    /// The vehicle at the head of a planned incident, while that is there.
    #[must_use]
    pub fn incident_head(&self, number: usize) -> Option<VehicleIdx> {
        self.incidents.get(number).and_then(StagedIncident::head)
    }

    /// The vehicles below 2 m/s in line behind one that stands, nearest first.
    #[must_use]
    pub fn queue_behind(&self, head: VehicleIdx) -> Vec<VehicleIdx> {
        self.world.queue_behind(head)
    }

    /// The queues of all lanes that stand or crawl, each with at least `least` vehicles.
    #[must_use]
    pub fn queues(&self, least: usize) -> Vec<Queue> {
        self.world.queues(least)
    }

    /// The network it runs on.
    #[must_use]
    pub fn network(&self) -> &Arc<Network> {
        &self.world.network
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    fn where_is(&self, place: Place) -> (LatLon, f64) {
        let street = self.world.streets.get(place.link);
        position_in_lane(self.world.network.link(place.link), street, place.lane, place.offset_m)
    }

    /// New trips for those who have nearly arrived, other ways for those who have waited long.
    fn look_after_routes(&mut self) {
        for i in (0..self.world.vehicles.len()).filter(|&i| !self.world.vehicles[i].gone).collect::<Vec<_>>()
        {
            let idx = VehicleIdx(i as u32);
            self.demand.extend_route(&mut self.world, idx);
            let vehicle = &mut self.world.vehicles[i];
            if vehicle.standing_s > vehicle.patience_s && vehicle.cleared() == 0 && !vehicle.is_halted() {
                vehicle.standing_s = vehicle.patience_s / 2.0;
                self.demand.leave_queue(&mut self.world, idx);
            }
        }
    }
}

//! Where vehicles go: trip after trip, to places drawn by chance, some by way of given links.

use rand::Rng;
use rand::rngs::SmallRng;
use roadnet::{LinkIdx, RoadClass};

use super::plan::{Through, TrafficPlan};
use super::router::{Router, onward};
use super::vehicle::VehicleIdx;
use super::world::World;

/// Links that a route always goes on for.
const LINKS_AHEAD: usize = 10;
/// Metres that a route always goes on for.
const METRES_AHEAD: f64 = 250.0;
/// How much longer a yard or car park seems than it is, so that nobody cuts through it.
const SERVICE_PENALTY: f64 = 4.0;
/// Time that each standing vehicle adds to a link in the eyes of those who choose their way, s.
const STANDING_COST_S: f64 = 2.5;
/// Draws of a destination before a vehicle just drives on.
const DRAWS: usize = 6;

#[derive(Debug)]
pub(crate) struct Demand {
    rng: SmallRng,
    router: Router,
    /// Running totals of the links' weights as destinations.
    totals: Vec<f64>,
    through: Vec<Through>,
    /// What each link takes in the eyes of drivers, s.
    cost_s: Vec<f64>,
    /// Roads that drivers know to be blocked.
    closed: Vec<bool>,
}

impl Demand {
    pub fn new(world: &World, plan: &TrafficPlan, rng: SmallRng) -> Self {
        let mut weights: Vec<f64> = world
            .network
            .links()
            .map(|(_, link)| match link.class {
                RoadClass::Service => link.line.length_m() * 0.05,
                _ => link.line.length_m(),
            })
            .collect();
        for &(link, weight) in &plan.attraction {
            weights[link.0 as usize] *= weight;
        }
        let mut total = 0.0;
        let totals = weights.into_iter().map(|weight| {
            total += weight;
            total
        });
        let mut demand = Self {
            rng,
            router: Router::new(world.streets.len()),
            totals: totals.collect(),
            through: plan.through.clone(),
            cost_s: Vec::new(),
            closed: vec![false; world.streets.len()],
        };
        demand.refresh_costs(world);
        demand
    }

    /// Looks at the traffic again: what each link takes now.
    pub fn refresh_costs(&mut self, world: &World) {
        self.cost_s.clear();
        self.cost_s.extend(world.network.links().map(|(_, link)| match link.class {
            RoadClass::Service => link.free_flow_s() * SERVICE_PENALTY,
            _ => link.free_flow_s(),
        }));
        for vehicle in &world.vehicles {
            if !vehicle.gone && super::advance::is_standing(vehicle.speed_mps) {
                let lanes = f64::from(world.streets.get(vehicle.link()).lanes);
                self.cost_s[vehicle.link().0 as usize] += STANDING_COST_S / lanes;
            }
        }
        for (cost_s, _) in self.cost_s.iter_mut().zip(&self.closed).filter(|(_, closed)| **closed) {
            *cost_s = f64::INFINITY;
        }
    }

    /// Tells drivers that a link is blocked, or open again.
    pub fn set_closed(&mut self, world: &World, link: LinkIdx, closed: bool) {
        if self.closed[link.0 as usize] != closed {
            self.closed[link.0 as usize] = closed;
            self.refresh_costs(world);
        }
    }

    /// Draws a link by its weight as a destination.
    pub fn draw_link(&mut self) -> LinkIdx {
        let total = self.totals.last().copied().unwrap_or(0.0);
        let drawn = self.rng.random_range(0.0..total.max(f64::MIN_POSITIVE));
        let at = self.totals.partition_point(|&sum| sum <= drawn);
        LinkIdx(at.min(self.totals.len().saturating_sub(1)) as u32)
    }

    /// Makes a vehicle's route long enough to look ahead on.
    pub fn extend_route(&mut self, world: &mut World, idx: VehicleIdx) {
        loop {
            let route = &world.vehicles[idx.at()].route;
            let ahead_m: f64 = route.iter().skip(1).map(|&link| world.streets.get(link).length_m).sum();
            let Some(&last) = route.back() else { return };
            if route.len() > LINKS_AHEAD && ahead_m > METRES_AHEAD {
                return;
            }
            let trip = self.draw_trip(world, last);
            world.vehicles[idx.at()].route.extend(trip);
        }
    }

    /// Gives a vehicle another way from the `kept`th link of its route on.
    pub fn change_route(&mut self, world: &mut World, idx: VehicleIdx, kept: usize) {
        world.vehicles[idx.at()].route.truncate(kept + 1);
        self.extend_route(world, idx);
    }

    /// Gives a vehicle a way that does not go on to the link it waits for. Changes nothing where there is none.
    pub fn leave_queue(&mut self, world: &mut World, idx: VehicleIdx) {
        let route = &world.vehicles[idx.at()].route;
        let (here, Some(&avoided)) = (route[0], route.get(1)) else { return };
        if onward(&world.network, here).all(|next| next == avoided) {
            return;
        }
        let cost_s = std::mem::replace(&mut self.cost_s[avoided.0 as usize], f64::INFINITY);
        let goal = self.draw_link();
        let way = self.way(world, here, goal);
        self.cost_s[avoided.0 as usize] = cost_s;
        if let Some(way) = way {
            let route = &mut world.vehicles[idx.at()].route;
            route.truncate(1);
            route.extend(way);
            self.extend_route(world, idx);
        }
    }

    /// Leads a vehicle to a link, however it was going.
    pub fn lead_to(&mut self, world: &mut World, idx: VehicleIdx, goal: LinkIdx) -> bool {
        let kept = world.vehicles[idx.at()].cleared();
        let from = world.vehicles[idx.at()].route[kept];
        let Some(way) = self.way(world, from, goal) else { return false };
        let route = &mut world.vehicles[idx.at()].route;
        route.truncate(kept + 1);
        route.extend(way);
        self.extend_route(world, idx);
        true
    }

    /// Whether drivers take this link for blocked.
    pub fn is_closed(&self, link: LinkIdx) -> bool {
        self.closed[link.0 as usize]
    }

    /// The links of a trip from the end of `from`, at least one.
    fn draw_trip(&mut self, world: &World, from: LinkIdx) -> Vec<LinkIdx> {
        let drawn: f64 = self.rng.random_range(0.0..1.0);
        let mut left = drawn;
        for i in 0..self.through.len() {
            let Through { link, share } = self.through[i];
            if left < share {
                if let Some(way) = self.way(world, from, link).filter(|_| !self.is_closed(link)) {
                    return way;
                }
                break;
            }
            left -= share;
        }
        for _ in 0..DRAWS {
            let goal = self.draw_link();
            if let Some(way) = self.way(world, from, goal) {
                return way;
            }
        }
        // Cut off by closed roads: on to the next corner.
        onward(&world.network, from).take(1).collect()
    }

    fn way(&mut self, world: &World, from: LinkIdx, to: LinkIdx) -> Option<Vec<LinkIdx>> {
        let taste = self.rng.random();
        self.router.find(&world.network, &world.streets, &self.cost_s, taste, from, to)
    }
}

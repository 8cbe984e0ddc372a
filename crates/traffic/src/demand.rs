//! Where vehicles go: trip after trip, to places drawn by chance, some by way of given links.

use model::VehicleKind;
use rand::Rng;
use rand::rngs::SmallRng;
use roadnet::{LinkIdx, RoadClass};

use super::plan::{Through, TrafficPlan};
use super::router::Router;
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
/// What the end of a network draws, as a share of all that its streets draw.
const EXIT_SHARE: f64 = 0.5;
/// The share of trips that end at the kerb, where there is parking.
pub(crate) const PARKING_SHARE: f64 = 0.5;
/// The share of emergency vehicles' trips that are made with blue lights, and how much faster than allowed then.
const ON_CALL_SHARE: f64 = 0.5;
const ON_CALL_LIMIT_SHARE: f64 = 1.15;

#[derive(Debug)]
pub(crate) struct Demand {
    rng: SmallRng,
    router: Router,
    /// Running totals of the links' weights as destinations.
    totals: Vec<f64>,
    through: Vec<Through>,
    /// What each link takes in the eyes of drivers, s, when nobody is there.
    free_s: Vec<f64>,
    /// What each link takes now.
    cost_s: Vec<f64>,
    /// Roads that drivers know to be blocked.
    closed: Vec<bool>,
    /// So many of the next who have arrived end their trips there.
    pub to_end: usize,
    /// The share of the trips that end at the kerb.
    pub parking_share: f64,
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
        let all: f64 = weights.iter().sum();
        for (idx, link) in world.network.links().filter(|&(idx, _)| world.streets.is_exit(idx)) {
            weights[idx.0 as usize] += all * EXIT_SHARE * f64::from(link.lanes);
        }
        for &(link, weight) in &plan.attraction {
            weights[link.0 as usize] *= weight;
        }
        let mut total = 0.0;
        let totals = weights.into_iter().map(|weight| {
            total += weight;
            total
        });
        let free_s = world.network.links().map(|(_, link)| match link.class {
            RoadClass::Service => link.free_flow_s() * SERVICE_PENALTY,
            _ => link.free_flow_s(),
        });
        let free_s: Vec<f64> = free_s.collect();
        Self {
            rng,
            router: Router::new(&world.network),
            totals: totals.collect(),
            through: plan.through.clone(),
            cost_s: free_s.clone(),
            free_s,
            closed: vec![false; world.streets.len()],
            to_end: 0,
            parking_share: if plan.parked > 0 { PARKING_SHARE } else { 0.0 },
        }
    }

    /// Looks at the traffic again: what each link takes now.
    pub fn refresh_costs(&mut self, world: &World) {
        self.cost_s.copy_from_slice(&self.free_s);
        for vehicle in world.vehicles.iter().filter(|vehicle| vehicle.is_on_road()) {
            if super::advance::is_standing(vehicle.speed_mps) {
                let lanes = f64::from(world.streets.get(vehicle.link).lanes);
                self.cost_s[vehicle.link.0 as usize] += STANDING_COST_S / lanes;
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

    /// Whether drivers take this link for blocked.
    pub fn is_closed(&self, link: LinkIdx) -> bool {
        self.closed[link.0 as usize]
    }

    /// Draws a link by its weight as a destination.
    pub fn draw_link(&mut self) -> LinkIdx {
        let total = self.totals.last().copied().unwrap_or(0.0);
        let drawn = self.rng.random_range(0.0..total.max(f64::MIN_POSITIVE));
        let at = self.totals.partition_point(|&sum| sum <= drawn);
        LinkIdx(at.min(self.totals.len().saturating_sub(1)) as u32)
    }

    /// Makes a vehicle's route long enough to look ahead on, unless it ends its trip at the end of it.
    pub fn extend_route(&mut self, world: &mut World, idx: VehicleIdx) {
        let mut has_changed = false;
        while !world.trips[idx.at()].is_last {
            let ahead = world.trips[idx.at()].ahead();
            let Some(&last) = ahead.last() else { return };
            let is_long = ahead.len() > 4 * LINKS_AHEAD
                || ahead.len() > LINKS_AHEAD
                    && ahead[1..].iter().map(|&link| world.streets.get(link).length_m).sum::<f64>()
                        > METRES_AHEAD;
            if is_long {
                break;
            }
            has_changed = true;
            if world.streets.is_exit(last) || self.ends_trip(world, idx) {
                world.trips[idx.at()].is_last = true;
                break;
            }
            let trip = self.draw_trip(world, last);
            self.take_call(world, idx);
            if trip.is_empty() {
                break;
            }
            world.trips[idx.at()].route.extend(trip);
        }
        if has_changed {
            world.choose_lanes(idx);
        }
    }

    /// Whether a vehicle that comes to the end of a trip makes no other.
    fn ends_trip(&mut self, world: &World, idx: VehicleIdx) -> bool {
        if world.trips[idx.at()].ahead().len() < 2 || world.vehicles[idx.at()].kind == VehicleKind::Bus {
            return false;
        }
        if self.to_end > 0 {
            self.to_end -= 1;
            return true;
        }
        self.parking_share > 0.0 && self.rng.random_bool(self.parking_share)
    }

    /// Emergency vehicles are on call or not, trip by trip.
    fn take_call(&mut self, world: &mut World, idx: VehicleIdx) {
        let vehicle = &mut world.vehicles[idx.at()];
        if vehicle.kind == VehicleKind::Emergency {
            vehicle.on_call = self.rng.random_bool(ON_CALL_SHARE);
            vehicle.driver.limit_share = if vehicle.on_call { ON_CALL_LIMIT_SHARE } else { 0.97 };
        }
    }

    /// Gives a vehicle another way from the `kept`th link ahead on.
    pub fn change_route(&mut self, world: &mut World, idx: VehicleIdx, kept: usize) {
        let trip = &mut world.trips[idx.at()];
        trip.truncate(kept);
        (trip.is_last, trip.vanishes) = (false, false);
        self.extend_route(world, idx);
        world.choose_lanes(idx);
    }

    /// Gives a vehicle a way that does not go on to the link it waits for. Changes nothing where there is none.
    pub fn leave_queue(&mut self, world: &mut World, idx: VehicleIdx) {
        let trip = &world.trips[idx.at()];
        let (Some(here), Some(avoided)) = (trip.link_ahead(0), trip.link_ahead(1)) else { return };
        if world.streets.turns.of(here).iter().all(|turn| turn.to == avoided) {
            return;
        }
        let cost_s = std::mem::replace(&mut self.cost_s[avoided.0 as usize], f64::INFINITY);
        let goal = self.draw_link();
        let way = self.way(world, here, goal);
        self.cost_s[avoided.0 as usize] = cost_s;
        if let Some(way) = way {
            self.take_way(world, idx, 0, way);
        }
    }

    /// Leads a vehicle to a link, however it was going.
    pub fn lead_to(&mut self, world: &mut World, idx: VehicleIdx, goal: LinkIdx) -> bool {
        let kept = usize::from(world.vehicles[idx.at()].cleared);
        let Some(from) = world.trips[idx.at()].link_ahead(kept) else { return false };
        let Some(way) = self.way(world, from, goal) else { return false };
        self.take_way(world, idx, kept, way);
        true
    }

    /// Gives a vehicle whose lane does not lead where it wants, so many links ahead, a way on that lane.
    pub fn follow_lane(&mut self, world: &mut World, idx: VehicleIdx, nth: usize, lane: u8) {
        let trip = &world.trips[idx.at()];
        let (Some(from), goal) = (trip.link_ahead(nth), trip.ahead().last().copied()) else { return };
        let leads =
            |turn: &&super::turns::Turn| turn.entries.get(usize::from(lane)).is_some_and(Option::is_some);
        let ways: Vec<LinkIdx> =
            world.streets.turns.of(from).iter().filter(leads).map(|turn| turn.to).collect();
        for &to in &ways {
            let rest = match goal {
                Some(goal) if goal != to => self.way(world, to, goal),
                _ => Some(Vec::new()),
            };
            // Whoever would only come round again goes elsewhere.
            let rest = rest.filter(|rest| !rest.contains(&from));
            if rest.is_none() && Some(&to) != ways.last() {
                continue;
            }
            let rest = rest.unwrap_or_else(|| self.draw_trip(world, to));
            self.take_way(world, idx, nth, [vec![to], rest].concat());
            return;
        }
    }

    fn take_way(&mut self, world: &mut World, idx: VehicleIdx, kept: usize, way: Vec<LinkIdx>) {
        let trip = &mut world.trips[idx.at()];
        trip.truncate(kept);
        trip.route.extend(way);
        trip.is_last = false;
        self.extend_route(world, idx);
        world.choose_lanes(idx);
    }

    /// The fastest way from one link to another, both included.
    pub fn way_of(&mut self, world: &World, from: LinkIdx, to: LinkIdx) -> Option<Vec<LinkIdx>> {
        let mut route = vec![from];
        if from != to {
            route.extend(self.way(world, from, to)?);
        }
        Some(route)
    }

    /// The links of a trip from the end of `from`, at least one but at the end of the network.
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
        world.streets.turns.of(from).first().map(|turn| turn.to).into_iter().collect()
    }

    fn way(&mut self, world: &World, from: LinkIdx, to: LinkIdx) -> Option<Vec<LinkIdx>> {
        let taste = self.rng.random();
        self.router.find(&world.streets, &self.cost_s, taste, from, to)
    }
}

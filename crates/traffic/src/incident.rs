//! Incidents: vehicles that crash or break down where the plan wants it, stand, and drive on.

use model::Cause;

use super::closures::Closure;
use super::demand::Demand;
use super::event::{Hazard, Incident, IncidentPhase, TrafficEvent};
use super::idm::EMERGENCY_BRAKE_MPS2;
use super::incident_plan::{IncidentKind, IncidentPlan};
use super::vehicle::{Control, VehicleIdx};
use super::world::{STEP_S, World};

/// How long before its time an incident calls vehicles to its place, s.
const SUMMONS_S: f64 = 20.0;
/// Vehicles called beside those that are needed.
const SPARE_SUMMONED: usize = 6;
/// How a driver stops whose vehicle breaks down, m/s².
const BREAKDOWN_BRAKE_MPS2: f64 = 2.5;
const ROLL_OUT_MPS2: f64 = 3.0;
/// A crash of several happens to a vehicle with another so close behind it, m; after so long also to others, s.
const CLOSE_BEHIND_M: f64 = 25.0;
const ALONE_AFTER_S: f64 = 30.0;
/// How long a crash waits for somebody behind before it takes somebody beside, s.
const SIDE_AFTER_S: f64 = 10.0;
/// How near one has to be to be taken from another lane, m.
const SIDE_REACH_M: f64 = 30.0;
/// Shortest piece of lane that is closed, and most links one closure goes on over.
const LEAST_CLOSED_M: f64 = 5.0;
const MOST_CLOSED_LINKS: usize = 200;
/// The limit at roadworks where the plan names none, m/s.
const ROADWORKS_MPS: f64 = 30.0 / 3.6;
/// From standing still to the report, s.
const REPORT_DELAY_S: f64 = 1.0;
/// How long a hazard report holds, s, and how often it is renewed.
const VALIDITY_S: u32 = 120;
const RENEWAL_S: f64 = 45.0;

/// One planned incident and how far it has come.
#[derive(Debug)]
pub(crate) struct StagedIncident {
    number: usize,
    plan: IncidentPlan,
    stage: Stage,
    /// How often it has happened before.
    cycle: u32,
    involved: Vec<Involved>,
    closed: bool,
    asked_to_end: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Its time has not come.
    Waiting {
        at_s: f64,
        summoned: bool,
    },
    /// It happens with the next vehicle that comes.
    Due {
        at_s: f64,
    },
    /// It is there.
    Present {
        at_s: f64,
        began_s: f64,
    },
    Over,
}

#[derive(Debug)]
struct Involved {
    vehicle: VehicleIdx,
    reports: bool,
    next_report_s: Option<f64>,
}

/// What an incident may act on.
pub(crate) struct Scene<'a> {
    pub world: &'a mut World,
    pub demand: &'a mut Demand,
    pub events: &'a mut Vec<TrafficEvent>,
    /// Seconds from time 0 at the end of the last step.
    pub now_s: f64,
}

impl StagedIncident {
    pub fn new(number: usize, plan: IncidentPlan) -> Self {
        let stage = Stage::Waiting { at_s: plan.at_s, summoned: false };
        Self { number, plan, stage, cycle: 0, involved: Vec::new(), closed: false, asked_to_end: false }
    }

    pub fn step(&mut self, scene: &mut Scene<'_>) {
        if self.asked_to_end && !self.is_over() {
            if self.is_present() {
                self.clear(scene);
            }
            self.stage = Stage::Over;
        }
        match self.stage {
            Stage::Waiting { at_s, summoned } => {
                if scene.now_s >= at_s {
                    self.stage = Stage::Due { at_s };
                } else if !summoned && scene.now_s >= at_s - SUMMONS_S {
                    self.summon(scene);
                    self.stage = Stage::Waiting { at_s, summoned: true };
                }
            }
            Stage::Due { at_s } => {
                if self.plan.kind.closes_lanes() {
                    self.close_lanes(scene.world);
                }
                if self.plan.kind.closes_lanes() || self.take_first(scene, scene.now_s > at_s + ALONE_AFTER_S)
                {
                    self.stage = Stage::Present { at_s, began_s: scene.now_s };
                    self.announce(scene, IncidentPhase::Started);
                }
            }
            Stage::Present { at_s, began_s } => {
                let age_s = scene.now_s - began_s;
                if age_s >= self.plan.duration_s {
                    self.clear(scene);
                    self.stage = self.next_stage(at_s, scene.now_s);
                    return;
                }
                if self.involved.len() < self.plan.vehicles && self.take_another(scene, age_s) {
                    self.announce(scene, IncidentPhase::Updated);
                }
                self.settle(scene);
                self.report(scene);
                if !self.closed && age_s >= self.plan.known_after_s {
                    self.make_known(scene);
                }
            }
            Stage::Over => {}
        }
    }

    /// It is to end with the next step. Whether it was not over already.
    pub fn ask_to_end(&mut self) -> bool {
        let is_to_end = !self.is_over() && !self.asked_to_end;
        self.asked_to_end |= is_to_end;
        is_to_end
    }

    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    pub fn is_present(&self) -> bool {
        matches!(self.stage, Stage::Present { .. })
    }

    /// The vehicle that came to stand first, while the incident is there.
    pub fn head(&self) -> Option<VehicleIdx> {
        self.involved.first().map(|involved| involved.vehicle)
    }

    fn next_stage(&mut self, at_s: f64, now_s: f64) -> Stage {
        self.cycle += 1;
        match self.plan.repeat_s {
            Some(repeat_s) => Stage::Waiting { at_s: (at_s + repeat_s).max(now_s), summoned: false },
            None => Stage::Over,
        }
    }

    /// Leads some vehicles from nearby past the place, so that it need not wait for chance.
    fn summon(&self, scene: &mut Scene<'_>) {
        let place = scene.world.network.link(self.plan.link).line.point_at(self.plan.offset_m);
        let mut near: Vec<(f64, VehicleIdx)> = Vec::new();
        for (i, vehicle) in scene.world.vehicles.iter().enumerate() {
            let link = scene.world.network.link(vehicle.link);
            let distance_m = link.line.point_at(vehicle.offset_m).distance_m(place);
            let is_free = vehicle.is_on_road() && vehicle.control == Control::Driving;
            if is_free && vehicle.link != self.plan.link {
                near.push((distance_m, VehicleIdx(i as u32)));
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, idx) in near.into_iter().take(self.plan.vehicles + SPARE_SUMMONED) {
            scene.demand.lead_to(scene.world, idx, self.plan.link);
        }
    }

    /// Takes the first vehicle that comes to the place; for a crash of several one with another close behind it, unless
    /// it `may_be_alone`.
    fn take_first(&mut self, scene: &mut Scene<'_>, may_be_alone: bool) -> bool {
        let brake_mps2 = match self.plan.kind {
            IncidentKind::Crash => EMERGENCY_BRAKE_MPS2,
            IncidentKind::Breakdown | IncidentKind::LaneClosure | IncidentKind::Roadworks => {
                BREAKDOWN_BRAKE_MPS2
            }
        };
        let is_alone_fine = may_be_alone || self.plan.vehicles < 2;
        let found = on_link(scene.world, self.plan.link).find_map(|idx| {
            let vehicle = &scene.world.vehicles[idx.at()];
            let left_m = self.plan.offset_m - vehicle.offset_m;
            let stopping_m = vehicle.speed_mps * vehicle.speed_mps / (2.0 * brake_mps2);
            let reach_m = stopping_m + vehicle.speed_mps * STEP_S + 0.2;
            let at_place = vehicle.control == Control::Driving && (0.0..=reach_m).contains(&left_m);
            let needed_mps2 = vehicle.speed_mps * vehicle.speed_mps / (2.0 * left_m.max(0.3));
            let is_fit = is_alone_fine || scene.world.is_followed(idx, CLOSE_BEHIND_M);
            // Whoever breaks down rolls out; that is no emergency braking.
            let is_gentle =
                self.plan.kind == IncidentKind::Crash || needed_mps2 < ROLL_OUT_MPS2 || may_be_alone;
            (at_place && is_fit && is_gentle).then_some((idx, needed_mps2))
        });
        let Some((idx, needed_mps2)) = found else { return false };
        let brake_mps2 = needed_mps2.clamp(1.0, EMERGENCY_BRAKE_MPS2 + 1.0);
        self.take(scene.world, idx, Control::Stopping { brake_mps2: brake_mps2 as f32 });
        true
    }

    /// Takes one more: who follows the last one, or after a while who passes close by.
    fn take_another(&mut self, scene: &mut Scene<'_>, age_s: f64) -> bool {
        let Some(last) = self.involved.last().map(|involved| involved.vehicle) else { return false };
        let last_vehicle = &scene.world.vehicles[last.at()];
        if last_vehicle.control == Control::RunningUp {
            return false;
        }
        let lane = scene.world.streets.lane(self.plan.link, last_vehicle.lane);
        let follower = scene.world.lanes.fronts(lane).iter().skip_while(|&&idx| idx != last).nth(1).copied();
        if let Some(idx) = follower.filter(|idx| self.is_free(scene.world, *idx)) {
            self.take(scene.world, idx, Control::RunningUp);
            return true;
        }
        let beside = on_link(scene.world, self.plan.link).find(|&idx| {
            let behind_m = last_vehicle.offset_m - scene.world.vehicles[idx.at()].offset_m;
            self.is_free(scene.world, idx) && (0.0..SIDE_REACH_M).contains(&behind_m)
        });
        if let Some(idx) = beside.filter(|_| age_s > SIDE_AFTER_S) {
            self.take(scene.world, idx, Control::Stopping { brake_mps2: EMERGENCY_BRAKE_MPS2 as f32 });
            return true;
        }
        false
    }

    fn is_free(&self, world: &World, idx: VehicleIdx) -> bool {
        world.vehicles[idx.at()].control == Control::Driving
    }

    fn take(&mut self, world: &mut World, idx: VehicleIdx, control: Control) {
        world.take_control(idx, control);
        let reports = self.involved.len() < self.plan.reporters;
        self.involved.push(Involved { vehicle: idx, reports, next_report_s: None });
    }

    /// Those who have run into the others stay there.
    fn settle(&mut self, scene: &mut Scene<'_>) {
        for involved in &mut self.involved {
            let vehicle = &scene.world.vehicles[involved.vehicle.at()];
            if vehicle.control == Control::RunningUp && vehicle.speed_mps <= 0.0 {
                scene.world.take_control(involved.vehicle, Control::Standing);
            }
            let stands = scene.world.vehicles[involved.vehicle.at()].control == Control::Standing;
            if stands && involved.reports && involved.next_report_s.is_none() {
                involved.next_report_s = Some(scene.now_s + REPORT_DELAY_S);
            }
        }
    }

    fn report(&mut self, scene: &mut Scene<'_>) {
        let cause = self.cause();
        for involved in &mut self.involved {
            if involved.next_report_s.is_some_and(|at_s| scene.now_s >= at_s) {
                involved.next_report_s = Some(scene.now_s + RENEWAL_S);
                let hazard =
                    Hazard { vehicle: involved.vehicle, cause, validity_s: VALIDITY_S, cancel: false };
                scene.events.push(TrafficEvent::Hazard(hazard));
            }
        }
    }

    fn cause(&self) -> Cause {
        match self.plan.kind {
            // Accident between several vehicles, or of one.
            IncidentKind::Crash => {
                Cause { code: Cause::ACCIDENT, subcause: u8::from(self.plan.vehicles > 1) }
            }
            IncidentKind::Breakdown | IncidentKind::LaneClosure | IncidentKind::Roadworks => {
                Cause::new(Cause::BREAKDOWN)
            }
        }
    }

    /// Drivers hear of it and go other ways, if the road is blocked.
    fn make_known(&mut self, scene: &mut Scene<'_>) {
        let link = self.plan.link;
        let world = &mut *scene.world;
        let all = world.streets.get(link).all_lanes();
        let halted = world.halted_on[link.0 as usize].iter();
        let stood_on = halted.fold(0, |set, idx| set | 1 << world.vehicles[idx.at()].lane);
        let is_blocked = stood_on & all == all || world.closures.closes_all(link, all);
        if !is_blocked {
            return;
        }
        self.closed = true;
        scene.demand.set_closed(world, link, true);
        for i in 0..world.vehicles.len() {
            let idx = VehicleIdx(i as u32);
            // Those right before the road have nowhere else to go.
            let kept = usize::from(world.vehicles[i].cleared).max(1);
            if world.trips[i].ahead().iter().skip(kept + 1).any(|&ahead| ahead == link) {
                scene.demand.change_route(world, idx, kept);
            }
        }
    }

    /// Closes the lanes over the length of the stretch, going on straight where a link ends within it.
    fn close_lanes(&self, world: &mut World) {
        let (mut link, mut from_m, mut left_m) = (self.plan.link, self.plan.offset_m, self.plan.length_m);
        for _ in 0..MOST_CLOSED_LINKS {
            let street = world.streets.get(link);
            let to_m = (from_m + left_m.max(LEAST_CLOSED_M)).min(street.length_m);
            let lanes = self.plan.lanes.0 & street.all_lanes();
            let limit_mps = self.plan.limit_mps.unwrap_or(match self.plan.kind {
                IncidentKind::Roadworks => ROADWORKS_MPS,
                _ => f64::INFINITY,
            });
            world.closures.add(Closure { incident: self.number, link, from_m, to_m, lanes, limit_mps });
            left_m -= to_m - from_m;
            let straight =
                world.streets.turns.of(link).iter().max_by(|a, b| a.speed_mps.total_cmp(&b.speed_mps));
            match straight {
                Some(turn) if left_m > 0.0 => (link, from_m) = (turn.to, 0.0),
                _ => return,
            }
        }
    }

    fn clear(&mut self, scene: &mut Scene<'_>) {
        scene.world.closures.remove(self.number);
        self.announce(scene, IncidentPhase::Ended);
        let cause = self.cause();
        for involved in self.involved.drain(..) {
            scene.world.take_control(involved.vehicle, Control::Driving);
            if involved.next_report_s.is_some() {
                let hazard =
                    Hazard { vehicle: involved.vehicle, cause, validity_s: VALIDITY_S, cancel: true };
                scene.events.push(TrafficEvent::Hazard(hazard));
            }
        }
        if self.closed {
            self.closed = false;
            scene.demand.set_closed(scene.world, self.plan.link, false);
        }
    }

    fn announce(&self, scene: &mut Scene<'_>, phase: IncidentPhase) {
        scene.events.push(TrafficEvent::Incident(self.told(scene.world, phase)));
    }

    /// The truth about it.
    pub fn told(&self, world: &World, phase: IncidentPhase) -> Incident {
        Incident {
            number: self.number,
            cycle: self.cycle,
            kind: self.plan.kind,
            phase,
            link: self.plan.link,
            position: world.network.link(self.plan.link).line.point_at(self.plan.offset_m),
            vehicles: self.involved.iter().map(|involved| involved.vehicle).collect(),
        }
    }
}

/// The vehicles whose front is on a link, lane by lane, foremost first.
fn on_link(world: &World, link: roadnet::LinkIdx) -> impl Iterator<Item = VehicleIdx> + '_ {
    let lanes = 0..world.streets.get(link).lanes;
    lanes.flat_map(move |lane| world.lanes.fronts(world.streets.lane(link, lane)).iter().copied())
}

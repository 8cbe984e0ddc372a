//! How many vehicles there are: as many as are wanted at the time of day.

use super::day_curve::DayCurve;
use super::event::TrafficEvent;
use super::fleet::FleetMix;
use super::plan::TrafficPlan;
use super::simulation::Simulation;
use super::vehicle::{Presence, VehicleIdx};

/// If more than this share of the wanted vehicles is missing they come in anywhere, not only where traffic comes from.
const MISSING_SHARE: f64 = 0.1;
/// So many times the wanted number may stand parked before some drive into yards.
const PARKED_EXCESS: f64 = 1.2;
/// Tries to pull out somebody who is parked.
const PULL_OUT_TRIES: usize = 4;

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Count {
    pub mix: FleetMix,
    /// Vehicles that are to drive when demand is highest.
    pub wanted: usize,
    /// Vehicles that are to stand parked.
    pub parked: usize,
    pub curve: DayCurve,
    /// Those who are still to come in where traffic comes from.
    missing: usize,
    /// At time 0.
    time_of_day_s: f64,
}

impl Count {
    pub fn new(plan: &TrafficPlan) -> Self {
        Self {
            mix: plan.mix,
            wanted: plan.vehicles,
            parked: plan.parked,
            curve: plan.demand,
            missing: 0,
            time_of_day_s: plan.time_of_day_s,
        }
    }

    /// Whether those who have arrived stay at the kerb.
    pub fn keeps_parked(&self) -> bool {
        self.parked > 0
    }
}

impl Simulation {
    /// Brings as many vehicles as are wanted at this time of day: missing ones pull out or come in; too many leave, at once
    /// or as they arrive.
    pub(crate) fn adjust_count(&mut self, at_once: bool) {
        let time_of_day_s = self.count.time_of_day_s + self.now_ms() as f64 / 1_000.0;
        let target = (self.count.wanted as f64 * self.count.curve.share_at(time_of_day_s)).round() as usize;
        let present = self.counts();
        self.demand.to_end = 0;
        self.count.missing = 0;
        if present.driving < target {
            self.bring(target - present.driving, target, at_once);
        } else if present.driving > target && at_once {
            let left = self.world.send_away(present.driving - target);
            self.fresh.extend(left.into_iter().map(TrafficEvent::Left));
        } else {
            let ending = self.world.trips.iter().zip(&self.world.vehicles);
            let ending = ending.filter(|(trip, vehicle)| vehicle.is_on_road() && trip.is_last).count();
            self.demand.to_end = (present.driving - target).saturating_sub(ending);
        }
        self.adjust_parked(present.parked, at_once);
        if at_once {
            self.events.extend(self.fresh.drain(..));
        }
    }

    fn bring(&mut self, missing: usize, target: usize, at_once: bool) {
        let mut missing = missing;
        if self.count.keeps_parked() && !at_once {
            missing -= self.pull_some_out(missing);
        }
        self.count.missing = missing;
        let (world, demand, rng) = (&mut self.world, &mut self.demand, &mut self.rng);
        let is_far = missing as f64 > MISSING_SHARE * target as f64;
        if at_once || is_far || world.streets.sources().is_empty() {
            self.count.missing = 0;
            let entered = world.bring_in(missing, &self.count.mix, demand, rng);
            self.fresh.extend(entered.into_iter().map(TrafficEvent::Entered));
        }
    }

    /// Lets missing vehicles come in where traffic comes from, in every step.
    pub(crate) fn let_in_at_sources(&mut self) {
        if self.count.missing > 0 && !self.world.streets.sources().is_empty() {
            let (world, demand, rng) = (&mut self.world, &mut self.demand, &mut self.rng);
            let entered = world.let_in(self.count.missing, &self.count.mix, demand, rng);
            self.count.missing -= entered.len();
            self.fresh.extend(entered.into_iter().map(TrafficEvent::Entered));
        }
    }

    /// Lets parked vehicles pull out, as far as they find gaps.
    fn pull_some_out(&mut self, wanted: usize) -> usize {
        use rand::Rng;
        let is_parked = |i: &usize| self.world.vehicles[*i].presence == Presence::Parked;
        let mut parked: Vec<usize> = (0..self.world.vehicles.len()).filter(is_parked).collect();
        let mut out = 0;
        for _ in 0..wanted * PULL_OUT_TRIES {
            if parked.is_empty() || out >= wanted {
                break;
            }
            let drawn = parked.swap_remove(self.rng.random_range(0..parked.len()));
            let idx = VehicleIdx(drawn as u32);
            if self.world.pull_out(idx) {
                self.demand.extend_route(&mut self.world, idx);
                self.world.choose_lanes(idx);
                out += 1;
            }
        }
        out
    }

    fn adjust_parked(&mut self, present: usize, at_once: bool) {
        let wanted = self.count.parked;
        if present < wanted && at_once {
            let parked = self.world.park_more(wanted - present, &self.count.mix, &mut self.rng);
            self.fresh.extend(parked.into_iter().map(TrafficEvent::Entered));
        } else if present as f64 > PARKED_EXCESS * wanted as f64 {
            let is_parked = |i: &usize| self.world.vehicles[*i].presence == Presence::Parked;
            let some: Vec<usize> =
                (0..self.world.vehicles.len()).rev().filter(is_parked).take(present - wanted).collect();
            for i in some {
                self.world.forget(VehicleIdx(i as u32));
                self.fresh.push(TrafficEvent::Left(VehicleIdx(i as u32)));
            }
        }
    }
}

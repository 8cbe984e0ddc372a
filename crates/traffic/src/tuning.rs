//! Changing the traffic while it runs.

use super::day_curve::DayCurve;
use super::demand::PARKING_SHARE;
use super::event::{Incident, IncidentPhase};
use super::incident::StagedIncident;
use super::incident_plan::{IncidentPlan, StageError};
use super::simulation::Simulation;
use super::spawn::BuildError;
use super::weather::Weather;

/// Most incidents that are planned or going on at a time.
const MOST_INCIDENTS: usize = 1_000;
/// Most incidents of a run, those that are over included.
const MOST_IN_A_RUN: usize = 10_000;

impl Simulation {
    /// From now on so many vehicles drive (times the demand at the time of day). More come in at once, as far as there
    /// is room; too many leave at once, but for those of an incident.
    ///
    /// # Errors
    /// More than the network has room for. Nothing is changed then.
    pub fn set_vehicles(&mut self, count: usize) -> Result<(), BuildError> {
        self.world.check_room(count)?;
        self.count.wanted = count;
        self.adjust_count(true);
        Ok(())
    }

    /// From now on so many vehicles stand parked at the kerb, as far as there is room.
    pub fn set_parked(&mut self, count: usize) {
        self.count.parked = count;
        self.demand.parking_share = if count > 0 { PARKING_SHARE } else { 0.0 };
        self.adjust_count(true);
    }

    /// Another demand by time of day. Missing vehicles come in, those that are too many leave when they arrive.
    pub fn set_demand(&mut self, demand: DayCurve) {
        self.count.curve = demand;
        self.adjust_count(false);
    }

    /// Other weather, from the next step on.
    pub fn set_weather(&mut self, weather: Weather) {
        self.world.weather = weather.clamped();
    }

    /// Plans one more incident; with `at_s` in the past it happens as soon as it can. Gives its number.
    ///
    /// # Errors
    /// There is no such lane, or there are too many incidents. Nothing is changed then.
    pub fn stage(&mut self, plan: IncidentPlan) -> Result<usize, StageError> {
        let lanes = self.world.streets.get(plan.link).lanes;
        if plan.kind.closes_lanes() && !(0..lanes).any(|lane| plan.lanes.holds(lane)) {
            return Err(StageError::NoSuchLane { lanes });
        }
        if self.incidents.iter().filter(|incident| !incident.is_over()).count() >= MOST_INCIDENTS {
            return Err(StageError::TooMany { most: MOST_INCIDENTS });
        }
        if self.incidents.len() >= MOST_IN_A_RUN {
            return Err(StageError::RunIsFull { most: MOST_IN_A_RUN });
        }
        let number = self.incidents.len();
        self.incidents.push(StagedIncident::new(number, plan));
        Ok(number)
    }

    /// Ends an incident with the next step, for good; one that has not begun never will. Whether there was one to end.
    pub fn clear(&mut self, number: usize) -> bool {
        self.incidents.get_mut(number).is_some_and(StagedIncident::ask_to_end)
    }

    /// The incidents that go on now, with those involved so far.
    #[must_use]
    pub fn incidents(&self) -> Vec<Incident> {
        self.incidents
            .iter()
            .filter(|incident| incident.is_present())
            .map(|incident| incident.told(&self.world, IncidentPhase::Updated))
            .collect()
    }
}

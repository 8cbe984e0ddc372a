//! Scenarios: what is to be simulated, as a TOML file that people write.
//!
//! [`Scenario::read`] checks the values by themselves, [`Scenario::plan`] finds the places on a road network. Both say
//! what is wrong with file, line and reason.

mod error;
mod file;
mod place;
mod read;
#[cfg(test)]
mod tests;

use roadnet::Network;
use serde::Serialize;

use crate::traffic::{FleetMix, IncidentPlan, LaneSet, Through, TrafficPlan};

pub use error::ScenarioError;
pub use place::Place;

/// A scenario whose values are in their ranges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// A few words for lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What there is to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many vehicles drive, 1…100,000.
    pub vehicles: usize,
    /// Decides every chance.
    pub seed: u64,
    /// Seconds between two position reports of a vehicle, 0.1…60.
    pub report_interval_s: f64,
    /// Error of the reported positions, one sigma, m, 0…100.
    pub gps_noise_m: f64,
    /// Seconds that the traffic runs before it is shown, 0…600.
    pub warm_up_s: f64,
    /// The shares of the kinds of vehicle.
    pub fleet: FleetMix,
    /// Streets that attract trips, or repel them.
    pub attract: Vec<Attract>,
    /// Places that a share of the trips passes.
    pub through: Vec<PassedPlace>,
    /// What befalls the vehicles.
    pub incidents: Vec<ScenarioIncident>,
    /// The file it was read from, as it was named.
    #[serde(skip)]
    file: String,
}

/// A street that trips end in more often than its length would have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attract {
    /// The street's name.
    pub road: String,
    /// How much more often; 1 changes nothing, 0 = never.
    pub weight: f64,
    #[serde(skip)]
    line: usize,
}

/// A place that a share of the trips passes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassedPlace {
    /// The place.
    pub place: Place,
    /// The share, 0…1.
    pub share: f64,
    #[serde(skip)]
    line: usize,
}

/// An incident as a scenario plans it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioIncident {
    /// `crash` or `breakdown`.
    pub kind: &'static str,
    /// Where.
    pub place: Place,
    /// From when on, s from the start.
    pub at_s: f64,
    /// How long, s.
    pub duration_s: f64,
    /// From one beginning to the next, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_s: Option<f64>,
    /// How many vehicles are involved.
    pub vehicles: usize,
    /// How many of those report it.
    pub reports: usize,
    /// After how long others avoid a road that it blocks, s.
    pub known_after_s: f64,
    #[serde(skip)]
    line: usize,
}

impl Scenario {
    /// Finds the scenario's places on a network and makes the plan of it.
    ///
    /// # Errors
    /// A place or street that the network does not have, with the line that names it.
    pub fn plan(&self, network: &Network) -> Result<TrafficPlan, ScenarioError> {
        let at =
            |line: usize| move |reason| ScenarioError { file: self.file.clone(), line: Some(line), reason };
        let mut attraction = Vec::new();
        for attract in &self.attract {
            let links = place::links_named(network, &attract.road).map_err(at(attract.line))?;
            attraction.extend(links.into_iter().map(|link| (link, attract.weight)));
        }
        let mut through = Vec::new();
        for passed in &self.through {
            let (link, _) = passed.place.find(network).map_err(at(passed.line))?;
            through.push(Through { link, share: passed.share });
        }
        let mut incidents = Vec::new();
        for incident in &self.incidents {
            let (link, offset_m) = incident.place.find(network).map_err(at(incident.line))?;
            incidents.push(incident.plan(link, offset_m));
        }
        Ok(TrafficPlan {
            seed: self.seed,
            vehicles: self.vehicles,
            mix: self.fleet,
            attraction,
            through,
            incidents,
            warm_up_s: self.warm_up_s,
            ..TrafficPlan::default()
        })
    }
}

impl ScenarioIncident {
    fn plan(&self, link: roadnet::LinkIdx, offset_m: f64) -> IncidentPlan {
        use crate::traffic::IncidentKind::{Breakdown, Crash};
        IncidentPlan {
            kind: if self.kind == Crash.as_str() { Crash } else { Breakdown },
            link,
            offset_m,
            length_m: 0.0,
            lanes: LaneSet::default(),
            limit_mps: None,
            at_s: self.at_s,
            duration_s: self.duration_s,
            repeat_s: self.repeat_s,
            vehicles: self.vehicles,
            reporters: self.reports,
            known_after_s: self.known_after_s,
        }
    }
}

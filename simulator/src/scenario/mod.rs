//! Scenarios: what is to be simulated, as a TOML file that people write.
//!
//! [`Scenario::read`] checks the values by themselves, [`Scenario::plan`] finds the places on a road network. Both say
//! what is wrong with file, line and reason.

mod check;
mod error;
mod file;
#[cfg(test)]
mod hours;
mod incident;
mod place;
mod read;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use roadnet::{Network, RoadClass};
use serde::Serialize;

use crate::reports::Reporting;
use crate::traffic::{DayCurve, FleetMix, Through, TrafficPlan, Weather};

pub use error::ScenarioError;
pub use incident::{Closure, ScenarioIncident};
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
    /// The road network, from the folder of the scenario; `None` = what the settings say.
    #[serde(skip)]
    pub network: Option<PathBuf>,
    /// Where the network comes from, for whoever lacks it.
    #[serde(skip)]
    pub network_from: Option<String>,
    /// The classes of road that are driven on; `None` = all.
    #[serde(skip)]
    pub network_classes: Option<Vec<RoadClass>>,
    /// A GeoJSON file of zones, from the folder of the scenario.
    #[serde(skip)]
    pub zones: Option<PathBuf>,
    /// How many vehicles drive, 1…100,000.
    pub vehicles: usize,
    /// How many more stand at the kerb.
    pub parked: usize,
    /// Decides every chance.
    pub seed: u64,
    /// The time of day at the start, seconds after midnight.
    pub time_of_day_s: f64,
    /// The share of the vehicles that drive at each hour.
    #[serde(skip)]
    pub demand: DayCurve,
    /// How fast drivers want to go in this weather; 1 = dry road.
    pub weather: f64,
    /// How the vehicles report.
    #[serde(flatten)]
    pub reporting: Reporting,
    /// Seconds that the traffic runs before it is shown, 0…600.
    pub warm_up_s: f64,
    /// The shares of the kinds of vehicle.
    pub fleet: FleetMix,
    /// Streets that attract trips, or repel them.
    pub attract: Vec<Attract>,
    /// Places that a share of the trips passes.
    pub through: Vec<PassedPlace>,
    /// What befalls the vehicles.
    #[serde(skip)]
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
            incidents.push(incident.plan(network).map_err(at(incident.line))?);
        }
        Ok(TrafficPlan {
            trips: Vec::new(),
            seed: self.seed,
            vehicles: self.vehicles,
            parked: self.parked,
            mix: self.fleet,
            attraction,
            through,
            incidents,
            warm_up_s: self.warm_up_s,
            demand: self.demand,
            time_of_day_s: self.time_of_day_s,
            weather: weather(self.weather),
        })
    }

    /// A file that the scenario names.
    #[must_use]
    pub fn beside(&self, path: &Path) -> PathBuf {
        let folder = Path::new(&self.file).parent().unwrap_or_else(|| Path::new(""));
        // A path from the root stays what it is.
        folder.join(path)
    }
}

/// What weather does to drivers who want to go at this share of their speeds on a dry road: they keep as much more distance.
#[must_use]
pub fn weather(speed_factor: f64) -> Weather {
    Weather { speed_factor, headway_factor: 1.0 / speed_factor.max(0.1) }.clamped()
}

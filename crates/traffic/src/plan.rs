//! What is to be simulated: how many vehicles, where they like to go, what befalls them.

use roadnet::LinkIdx;

use super::day_curve::DayCurve;
use super::fleet::FleetMix;
use super::incident_plan::IncidentPlan;
use super::weather::Weather;

/// Everything a simulation is made from beside the network. Fields that one does not care for come from `default()`: 300
/// vehicles of a city's kinds, nothing that befalls them, the same demand all day, dry.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficPlan {
    /// Decides every chance: the same seed gives the same traffic.
    pub seed: u64,
    /// How many vehicles drive, at the times of day when `demand` is 1.
    pub vehicles: usize,
    /// How many more stand parked at the kerb. Who has arrived may park, and somebody else pulls out.
    pub parked: usize,
    /// The shares of the kinds.
    pub mix: FleetMix,
    /// Links that more (or fewer) trips end at than their length would have it; a weight of 1 changes nothing.
    pub attraction: Vec<(LinkIdx, f64)>,
    /// Links that a share (0…1) of all trips pass on their way.
    pub through: Vec<Through>,
    /// Trips by a timetable, beside those of the `vehicles`.
    pub trips: Vec<PlannedTrip>,
    /// What befalls the vehicles.
    pub incidents: Vec<IncidentPlan>,
    /// Seconds that the traffic runs before time 0, so that it begins in full flow.
    pub warm_up_s: f64,
    /// How many of the vehicles drive at which time of day.
    pub demand: DayCurve,
    /// The time of day at time 0, seconds after midnight.
    pub time_of_day_s: f64,
    /// What the weather does to drivers.
    pub weather: Weather,
}

impl Default for TrafficPlan {
    fn default() -> Self {
        Self {
            seed: 1,
            vehicles: 300,
            parked: 0,
            mix: FleetMix::CITY,
            attraction: Vec::new(),
            through: Vec::new(),
            trips: Vec::new(),
            incidents: Vec::new(),
            warm_up_s: 60.0,
            demand: DayCurve::EVEN,
            time_of_day_s: 12.0 * 3_600.0,
            weather: Weather::DRY,
        }
    }
}

/// A link that a share of all trips passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Through {
    /// The link.
    pub link: LinkIdx,
    /// The share of the trips, 0…1.
    pub share: f64,
}

/// A trip by a timetable: the vehicle comes in at the start of a link and is gone at the end of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedTrip {
    /// When, s from time 0; it waits until there is room.
    pub at_s: f64,
    /// The link it comes in on.
    pub from: LinkIdx,
    /// The link at whose end it is gone.
    pub to: LinkIdx,
}

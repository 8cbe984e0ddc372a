//! What a simulation looks like as JSON, for the description alone: the simulator writes it.

use utoipa::ToSchema;

/// A simulation: its scenario, as it is now. It has more members than these: all that the scenario has.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub struct Simulation {
    /// Whether it runs.
    running: bool,
    /// What its first moment was dated.
    #[schema(format = DateTime)]
    started_at: String,
    /// All that can be changed.
    #[serde(flatten)]
    tuning: Tuning,
    /// The incidents that are planned or going on.
    incidents: Vec<Incident>,
}

/// What can be changed while a simulation runs.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"vehicles": 2000, "gps_noise_m": 5}))]
#[allow(dead_code)]
pub struct Tuning {
    /// How many vehicles drive.
    #[schema(minimum = 1, maximum = 100_000)]
    vehicles: Option<u32>,
    /// The share of the vehicles that report.
    #[schema(minimum = 0, maximum = 1)]
    report_share: Option<f64>,
    /// `fixed`: at intervals; `cam`: by change of heading, position and speed (ETSI EN 302 637-2).
    #[schema(pattern = "^(fixed|cam)$")]
    report_rule: Option<String>,
    /// Seconds between two position reports of a vehicle under `fixed`.
    #[schema(minimum = 0.1, maximum = 60)]
    report_interval_s: Option<f64>,
    /// Error of the reported positions, one sigma, m.
    #[schema(minimum = 0, maximum = 100)]
    gps_noise_m: Option<f64>,
    /// The share of position reports that never arrive.
    #[schema(minimum = 0, maximum = 1)]
    report_loss: Option<f64>,
    /// How long reports are on their way on average, s.
    #[schema(minimum = 0, maximum = 60)]
    report_delay_s: Option<f64>,
    /// The share of position reports that arrive twice.
    #[schema(minimum = 0, maximum = 1)]
    report_duplicates: Option<f64>,
    /// How many times as fast as in the world time runs; 0: it stands still. Faster than 1 only while the simulation's
    /// clock is behind the world's.
    #[schema(minimum = 0, maximum = 100)]
    speed: Option<f64>,
    /// How fast drivers want to go in this weather; 1 is a dry road.
    #[schema(minimum = 0.3, maximum = 1)]
    weather: Option<f64>,
}

/// An incident to be staged.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"kind": "crash", "place": {"lat": 60.16731, "lon": 24.94259, "heading": 323}, "duration_s": 600}))]
#[allow(dead_code)]
pub struct IncidentOrder {
    /// Its id; without one it gets one.
    #[schema(pattern = "^[A-Za-z0-9_.:-]{1,64}$")]
    id: Option<String>,
    /// What happens.
    #[schema(pattern = "^(crash|breakdown|lane_closure|roadworks)$")]
    kind: String,
    /// The road nearest to this point, within 50 m.
    place: Place,
    /// How long it lasts, s; 600 unless given.
    #[schema(minimum = 1, maximum = 86400)]
    duration_s: Option<f64>,
    /// How many vehicles crash; 2 unless given.
    #[schema(minimum = 1, maximum = 10)]
    vehicles: Option<u32>,
    /// How many of them report it: a number, true = all (unless given), false = none.
    #[schema(value_type = Object)]
    reports: Option<serde_json::Value>,
    /// After how long others hear of a road that it blocks, s.
    #[schema(minimum = 0, maximum = 86400)]
    known_after_s: Option<f64>,
    /// Lanes that a closure or roadworks close, 0 at the kerb; without it the one at the kerb.
    #[schema(max_items = 16)]
    lanes: Option<Vec<u8>>,
    /// How long a closure or roadworks are, m; 50 unless given.
    #[schema(minimum = 1, maximum = 10000)]
    length_m: Option<f64>,
}

/// A point of the map.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub struct Place {
    /// Latitude, degrees.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Longitude, degrees.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
    /// The direction of travel, degrees clockwise from north, to tell the two sides of a road apart.
    #[schema(minimum = 0, exclusive_maximum = 360)]
    heading: Option<f64>,
}

/// An incident that is planned or going on.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
pub struct Incident {
    /// Its id, by which it is cleared.
    id: String,
    /// What happens.
    #[schema(pattern = "^(crash|breakdown|lane_closure|roadworks)$")]
    kind: String,
    /// `planned` or `present`.
    #[schema(pattern = "^(planned|present)$")]
    state: String,
}

//! What every vehicle of a scene really did, second by second.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use model::{LatLon, VehicleKind};
use roadnet::sumo::read_geo_reference;
use roadnet::{LinkIdx, Network};

use crate::scene::{Played, network_path};
use crate::sumo::stops::Stop;
use crate::sumo::{fcd, stops};
use crate::{ScoreError, run::read_network};

/// A vehicle at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Since the start of the scene, in ms.
    pub at_ms: i64,
    /// Where its front is.
    pub position: LatLon,
    /// m/s.
    pub speed_mps: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// m/s².
    pub acceleration_mps2: f64,
    /// The road it is on; inside a junction the one that it came from.
    pub link: Option<LinkIdx>,
    /// Whether it is inside a junction.
    pub is_inside_junction: bool,
}

/// All that one vehicle did.
#[derive(Debug, Clone)]
pub struct Track {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: VehicleKind,
    /// One a second, without gaps.
    pub samples: Vec<Sample>,
    /// Where it stood on purpose.
    pub stops: Vec<Stop>,
}

impl Track {
    /// Whether it stands beside the carriageway.
    #[must_use]
    pub fn is_parked(&self, at_ms: i64) -> bool {
        self.stops.iter().any(|stop| {
            stop.is_parked && stop.from_ms <= at_ms && stop.to_ms.is_none_or(|to_ms| at_ms < to_ms)
        })
    }

    /// The sample at this moment, if the vehicle is there.
    #[must_use]
    pub fn at(&self, at_ms: i64) -> Option<(usize, &Sample)> {
        let i = self.samples.binary_search_by_key(&at_ms, |sample| sample.at_ms).ok()?;
        Some((i, &self.samples[i]))
    }
}

/// All vehicles of a scene and its road network.
#[derive(Debug)]
pub struct Trace {
    /// The roads.
    pub network: Network,
    /// In order of appearance.
    pub tracks: Vec<Track>,
    /// When the scene was over, in ms since its start.
    pub end_ms: i64,
}

impl Trace {
    /// Reads what SUMO wrote about the scene in a folder.
    ///
    /// # Errors
    /// A file cannot be read or is not what SUMO should have written.
    pub fn read(folder: &Path, played: &Played) -> Result<Self, ScoreError> {
        let path = network_path(folder);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(ScoreError::file(&path))?;
        let place =
            read_geo_reference(&bytes).map_err(|source| ScoreError::Roads { path: path.clone(), source })?;
        let network = read_network(&path)?;
        let links: HashMap<&str, LinkIdx> =
            network.links().map(|(idx, link)| (&*link.road_id, idx)).collect();
        let mut tracks: Vec<Track> = Vec::new();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        let mut end_ms = 0;
        fcd::read(&played.positions, |row| {
            end_ms = row.at_ms;
            let i = by_id.get(row.id).copied().unwrap_or_else(|| {
                by_id.insert(row.id.to_owned(), tracks.len());
                tracks.push(Track {
                    id: row.id.to_owned(),
                    kind: kind(row.kind),
                    samples: Vec::new(),
                    stops: Vec::new(),
                });
                tracks.len() - 1
            });
            let samples = &mut tracks[i].samples;
            let is_inside_junction = row.edge.starts_with(':');
            let link = if is_inside_junction {
                samples.last().and_then(|sample| sample.link)
            } else {
                links.get(row.edge).copied()
            };
            samples.push(Sample {
                at_ms: row.at_ms,
                position: place.to_lat_lon(row.x_m, row.y_m),
                speed_mps: row.speed_mps,
                heading_deg: row.heading_deg,
                acceleration_mps2: row.acceleration_mps2,
                link,
                is_inside_junction,
            });
        })?;
        for stop in stops::read(&played.stops)? {
            if let Some(&i) = by_id.get(&stop.vehicle) {
                tracks[i].stops.push(stop);
            }
        }
        drop(links);
        Ok(Self { network, tracks, end_ms })
    }
}

fn kind(name: &str) -> VehicleKind {
    match name {
        "truck" => VehicleKind::Truck,
        "motorcycle" => VehicleKind::Motorcycle,
        "bus" => VehicleKind::Bus,
        _ => VehicleKind::Car,
    }
}

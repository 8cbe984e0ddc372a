//! What the traffic looks like now, for maps.

use crate::stages::{Sequencer, TrackStage};
use crate::watch::road_traffic::RoadTraffic;
use model::{RoadState, Timestamp, VehicleSample};
use roadnet::{Direction, Network};

/// Slower than this share of free flow is worth showing.
const SHOWN_BELOW: f64 = 0.8;
/// A vehicle not heard of for this long is not shown, in ms.
const SHOWN_FOR_MS: i64 = 30_000;
/// Most roads in a view.
const MAX_ROADS: usize = 2_000;

/// A look at the traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The newest report time taken.
    pub at: Timestamp,
    /// Vehicles heard of lately.
    pub vehicles: usize,
    /// Some of them, the same ones from view to view.
    pub sample: Vec<VehicleSample>,
    /// Roads that are slower than they could be.
    pub roads: Vec<RoadState>,
}

impl View {
    pub(crate) fn new(
        at: Timestamp,
        sequencer: &Sequencer,
        tracks: &TrackStage,
        traffic: &RoadTraffic,
        network: &Network,
        max_sample: usize,
    ) -> Self {
        let shown = || {
            tracks.iter().filter_map(|(number, track)| {
                let last = track.last().filter(|last| at.since_ms(last.ts) <= SHOWN_FOR_MS)?;
                Some((sequencer.name(number)?, track, last))
            })
        };
        let vehicles = shown().count();
        // A stride over their order of appearance keeps the sample the same from view to view.
        let stride = vehicles.div_ceil(max_sample.max(1)).max(1);
        let sample = shown()
            .step_by(stride)
            .map(|(vehicle, track, last)| VehicleSample {
                vehicle: vehicle.clone(),
                position: last.position,
                speed_mps: track.speed_mps(),
                heading_deg: track.heading_deg.map(f64::from),
                age_ms: at.since_ms(last.ts),
                kind: track.kind,
            })
            .collect();
        let roads = traffic
            .speed_ratios(network)
            .filter(|(_, ratio)| *ratio < SHOWN_BELOW)
            .take(MAX_ROADS)
            .map(|(link, speed_ratio)| {
                let link = network.link(link);
                let forward = link.direction == Direction::Forward;
                RoadState { road_id: link.road_id.to_string(), forward, speed_ratio }
            })
            .collect();
        Self { at, vehicles, sample, roads }
    }
}

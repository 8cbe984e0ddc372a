//! Accidents as events, whichever rule found them.

use super::roads::road_at;
use crate::observation::OnRoad;
use model::{
    Cause, Event, EventId, EventKind, Geometry, LatLon, Measures, Phase, Timestamp, VehicleId, round7,
};
use roadnet::Network;

/// An accident that was found just now.
pub(super) struct Found<'a> {
    /// When it happened.
    pub(super) at: Timestamp,
    pub(super) position: LatLon,
    pub(super) on_road: Option<OnRoad>,
    /// Those involved, as far as they are known.
    pub(super) vehicles: Vec<VehicleId>,
    pub(super) cause: Cause,
    pub(super) confidence: f64,
    /// What tells it from another on the same road at the same time.
    pub(super) mark: &'a str,
}

impl Found<'_> {
    /// The first revision of its event.
    pub(super) fn begin(self, now: Timestamp, network: &Network) -> Event {
        let position = LatLon::new(round7(self.position.lat), round7(self.position.lon));
        let road = road_at(network, self.on_road);
        let place = road.as_ref().map_or_else(|| off_road(position), |road| road.id.clone());
        Event {
            id: EventId::derive(EventKind::Accident, self.at, &place, self.mark),
            revision: 1,
            kind: EventKind::Accident,
            phase: Phase::Started,
            occurred_at: self.at,
            detected_at: now.max(self.at),
            ended_at: None,
            position,
            geometry: Geometry::point(position),
            road,
            zone: None,
            confidence: self.confidence,
            cause: Some(self.cause),
            measures: measures(self.vehicles.len()),
            vehicles: self.vehicles,
        }
    }
}

/// How many are involved; nothing where nobody is known.
pub(super) fn measures(vehicles: usize) -> Measures {
    Measures { vehicles: u32::try_from(vehicles).ok().filter(|count| *count > 0), ..Measures::default() }
}

/// The middle of some places; there must be one.
#[allow(clippy::cast_precision_loss)]
pub(super) fn middle(places: &[LatLon]) -> LatLon {
    let mean = |of: fn(&LatLon) -> f64| places.iter().map(of).sum::<f64>() / places.len().max(1) as f64;
    LatLon::new(mean(|place| place.lat), mean(|place| place.lon))
}

/// What stands for the road where there is none: the place, to about 10 m.
fn off_road(position: LatLon) -> String {
    format!("{:.4},{:.4}", position.lat, position.lon)
}
